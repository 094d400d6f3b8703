"""Writes the goldens of `lora.init: pissa`, beside the golden models that generate.py wrote;
that script empties their folders, so this one runs after it.

    python pissa.py [FOLDER [CASE…]]        # default: ../Fixtures/Models, and the cases below

A model is read from its folder, given an adapter with peft's init_lora_weights="pissa", and trained for ten updates in f64
on the rows of its golden.json. Then peft converts the adapter to a plain one of twice the rank, which fits the unchanged
base. Nothing is random: the same versions write the same bytes.

    pissa.json          LoRA options, and of each update: rows, rate, loss, gradient norm
    pissa.safetensors   initial.{module}: scale · B₀ A₀; trained.{module}: scale · (B A − B₀ A₀), both f32
"""

import json
import pathlib
import sys
import tempfile

import peft
import torch
import transformers
from safetensors.torch import load_file, save_file

import generate

CASES = {
    # name: LoRA options; one of all layers; one with rsLoRA's scale and few, wide weights
    "llama-tied": dict(r=4, lora_alpha=8),
    "qwen2-untied": dict(r=3, lora_alpha=6, use_rslora=True, target_modules=["q_proj", "down_proj"]),
}


def products(weights, scale):
    """scale · B A of each module, by its name in the base."""
    found = {}
    for name, value in weights.items():
        if name.endswith("lora_A.weight"):
            b = weights[name.replace("lora_A", "lora_B")].double()
            module = name.removeprefix("base_model.model.").removesuffix(".lora_A.weight")
            found[module] = (scale * b @ value.double()).float().contiguous()
    return found


def case(folder, options):
    options = {"target_modules": generate.PROJECTIONS, **options}
    torch.manual_seed(0)
    base = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    config = peft.LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, bias="none", init_lora_weights="pissa", **options)
    model = peft.get_peft_model(base, config)
    scale = next(iter(model.base_model.model.model.layers[0].self_attn.q_proj.scaling.values()))
    arrays = {}
    with tempfile.TemporaryDirectory() as scratch:
        # peft's way to a plain adapter begins with the untrained one.
        model.peft_config["default"].init_lora_weights = True
        model.save_pretrained(scratch + "/start")
        model.peft_config["default"].init_lora_weights = "pissa"
        for name, value in products(load_file(scratch + "/start/adapter_model.safetensors"), scale).items():
            arrays["initial." + name] = value
        rows = json.loads((folder / "golden.json").read_text())["rows"]
        training = generate.train(model.double(), rows, {})
        model.float().save_pretrained(scratch + "/plain", path_initial_model_for_weight_conversion=scratch + "/start")
        written = json.loads(pathlib.Path(scratch, "plain/adapter_config.json").read_text())
        assert written["r"] == 2 * options["r"] and written["init_lora_weights"] is True, written
        plain = written["lora_alpha"] / (written["r"] ** 0.5 if written["use_rslora"] else written["r"])
        assert abs(plain - scale) < 1e-9, (plain, scale)
        for name, value in products(load_file(scratch + "/plain/adapter_model.safetensors"), plain).items():
            arrays["trained." + name] = value
    save_file(arrays, folder / "pissa.safetensors", metadata={"format": "pt"})
    golden = dict(versions=dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__),
                  lora=options, training=training)
    (folder / "pissa.json").write_text(json.dumps(golden, indent=1) + "\n")
    print(folder.name, [round(step["loss"], 4) for step in training["steps"]])


def main():
    top = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "../Fixtures/Models")
    for name in sys.argv[2:] or CASES:
        case((top / name).resolve(), CASES[name])


if __name__ == "__main__":
    main()
