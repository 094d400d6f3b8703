"""Downloads the small hub's repositories with the real huggingface_hub client. Usage: hub_client.py OUTPUT"""

import os
import sys

os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

import huggingface_hub  # noqa: E402

for kind in ("model", "dataset"):
    huggingface_hub.snapshot_download(
        "lorapipe/tiny", repo_type=kind, local_dir=f"{sys.argv[1]}/{kind}", cache_dir=f"{sys.argv[1]}/cache")
print("huggingface_hub", huggingface_hub.__version__)
