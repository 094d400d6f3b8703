"""The hubs' own clients at the small hub, which HF_ENDPOINT and MODELSCOPE_ENDPOINT name.

  hub_client.py download FOLDER           brings lorapipe/tiny, model and dataset, with huggingface_hub
  hub_client.py hf-upload FOLDER NAME     uploads a folder to a new private repository with huggingface_hub
  hub_client.py hf-download NAME FOLDER   brings a repository with huggingface_hub
  hub_client.py ms-upload FOLDER NAME     the same two with modelscope-hub
  hub_client.py ms-download NAME FOLDER
  hub_client.py card FILE                 reads a model card as huggingface_hub does
"""

import os
import sys

os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"


def download(target):
    import huggingface_hub
    for kind in ("model", "dataset"):
        huggingface_hub.snapshot_download(
            "lorapipe/tiny", repo_type=kind, local_dir=f"{target}/{kind}", cache_dir=f"{target}/cache")
    print("huggingface_hub", huggingface_hub.__version__)


def hf_upload(folder, name):
    import huggingface_hub
    api = huggingface_hub.HfApi()
    api.create_repo(name, private=True, exist_ok=True)
    api.upload_folder(repo_id=name, folder_path=folder, commit_message="Upload by huggingface_hub")
    print("huggingface_hub", huggingface_hub.__version__)


def hf_download(name, folder):
    import huggingface_hub
    huggingface_hub.snapshot_download(name, local_dir=folder, cache_dir=folder + ".cache")


def ms_upload(folder, name):
    import modelscope_hub
    api = modelscope_hub.HubApi()
    api.create_repo(name, "model", visibility="private", license="apache-2.0")
    api.upload_folder(name, "model", folder, commit_message="Upload by modelscope-hub", use_cache=False, disable_tqdm=True)
    print("modelscope-hub", modelscope_hub.__version__)


def ms_download(name, folder):
    import modelscope_hub
    modelscope_hub.HubApi().download_repo(name, "model", local_dir=folder)


def card(path):
    import huggingface_hub
    card = huggingface_hub.ModelCard.load(path)
    card.validate()
    print(card.data.to_dict())


globals()[sys.argv[1].replace("-", "_")](*sys.argv[2:])
