"""The tiny models of every architecture: folders, adapters and GGUF files, against transformers, peft and llama.cpp."""

import json
import pathlib

import numpy as np
import peft
import torch
import transformers
from safetensors.torch import load_file

from claims import claim, compare
from peers import llama_logits, torch_logits

# Tiny models whose windows llama.cpp would not apply, that are one part of another, or whose heads of keys and values differ
# in width; delta_nets.py has others of that family.
NO_GGUF = {"mistral", "gemma3-nested", "qwen3.5"}


def gelu_by_table(x):
    """GELU as llama.cpp's CPU kernels have it: looked up in a table of f16, exact beyond ±10."""
    near = torch.nn.functional.gelu(x.half().double(), approximate="tanh").half().to(x.dtype)
    return torch.where(x <= -10, torch.zeros_like(x), torch.where(x >= 10, x, near))


def look_gelu_up(model):
    """Lets a model of transformers have GELU by llama.cpp's table."""
    for module in model.modules():
        if hasattr(module, "act_fn"):
            module.act_fn.forward = gelu_by_table


def opened(folder, family, adapter=None):
    """A folder in transformers, with an adapter in peft, in f64."""
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager" if family == "gemma2" else "sdpa")
    if adapter:
        model = peft.PeftModel.from_pretrained(model, adapter)
    return model.double().eval()


def llama_reference(path, sequences, adapter):
    """What llama.cpp has to compute: what transformers does, with GELU by its table."""
    model = opened(path, path.name, adapter)
    if path.name.startswith("gemma"):
        look_gelu_up(model)
    return torch_logits(model, sequences)


def exchange_folders(ours, work, path, sequences, arrays):
    """Folders and adapters written here, there; and theirs, here."""
    expected = {kind: [arrays[f"logits.{kind}.{index}"].double().numpy() for index in range(len(sequences))]
                for kind in ("base", "adapter")}
    name = path.name
    ours.run("write", path, work / "tiny-base", "folder", "f32")
    compare(f"{name} folder in transformers", torch_logits(opened(work / "tiny-base", name), sequences), expected["base"],
            1e-4, 2e-5)
    ours.run("write", path, work / "tiny-merged", "folder", "f32", path / "adapter")
    compare(f"{name} merged folder in transformers", torch_logits(opened(work / "tiny-merged", name), sequences),
            expected["adapter"], 1e-4, 2e-5)
    compare(f"{name} adapter of peft, here", ours.logits(path, sequences, path / "adapter"), expected["adapter"], 1e-4, 2e-5)
    rows = [{"ids": ids, "labels": [-100] * (len(ids) // 2) + ids[len(ids) // 2:]} for ids in sequences]
    (work / "rows.json").write_text(json.dumps(rows))
    (work / "options.json").write_text(json.dumps(
        dict(learning_rate=1e-2, weight_decay=0.1, clip=1.0, window=len(rows), epochs=2, warmup=1)))
    ours.run("train", path, path / "adapter", work / "rows.json", work / "options.json", work / "tiny-trained")
    mine = ours.logits(path, sequences, work / "tiny-trained")
    claim(f"{name} adapter that training changed, largest change of a logit",
          max(np.abs(a - b).max() for a, b in zip(mine, expected["adapter"])), 0, ok=not np.allclose(
              np.concatenate(mine), np.concatenate(expected["adapter"]), atol=1e-3))
    compare(f"{name} adapter trained here, in peft", torch_logits(opened(path, name, work / "tiny-trained"), sequences), mine,
            1e-4, 2e-5)


def sequences_for_llama(path, sequences):
    """Of the tiny Phi-3 models, longer ones: llama.cpp takes the long factors when its context, of 256 at least, is longer
    than the original positions, 32; transformers when the sequence is."""
    return [(ids * 8)[:48] for ids in sequences] if path.name.startswith("phi3") else sequences


def golden_models(ours, work):
    """The tiny models of every architecture: folders, adapters and GGUF files, against transformers, peft and llama.cpp."""
    folder = pathlib.Path(__file__).parent.parent / "Fixtures" / "Models"
    for path in sorted(path for path in folder.iterdir() if (path / "golden.json").exists()):
        # Those of adapters.py.
        if path.name.endswith(("-dora", "-tables")) or path.name.startswith("changed-"):
            continue
        rows = json.loads((path / "golden.json").read_text())["rows"][:3]
        arrays = load_file(path / "golden.safetensors")
        sequences = [row["ids"] for row in rows]
        exchange_folders(ours, work, path, sequences, arrays)
        if path.name in NO_GGUF:
            continue
        ours.run("write", path, work / "tiny.gguf", "gguf", "f32")
        ours.run("adapter", path, path / "adapter", work / "tiny-adapter.gguf", "gguf")
        sequences = sequences_for_llama(path, sequences)
        # The last bit of an activation can choose the next entry of the table.
        bounds = (2e-3, 2e-4) if path.name.startswith("gemma") else (1e-4, 2e-5)
        for kind, adapter, theirs in (("base", None, None), ("adapter", work / "tiny-adapter.gguf", path / "adapter")):
            compare(f"{path.name} GGUF in llama.cpp, {kind}", llama_logits(work / "tiny.gguf", sequences, adapter),
                    llama_reference(path, sequences, theirs), *bounds)
