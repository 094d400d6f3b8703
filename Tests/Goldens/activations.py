"""Writes what golden models compute on weights in q4_0 with activations rounded to 8 bits, as --activations int8 rounds them.

    python activations.py [FOLDER]             # default: ../Fixtures/Models, where generate.py has been

Needs torch, transformers, safetensors and gguf, whose q4_0 and q8_0 are ggml's. All arithmetic is f64 but for the roundings:
the layers' matrices are in q4_0, embedding and head in q8_0, and the inputs of the former are rounded per block of 32 columns.
Of each model in CASES, activations.safetensors gets logits.int8 and logits.exact, without that rounding, [T, V] f32: of the
base model for row 2 of golden.json.
"""

import json
import pathlib
import sys

import gguf
import numpy
import torch
import transformers
from safetensors.torch import save_file

from own_precision import compute_in_own_precision

CASES = ("llama-tied", "qwen2-untied", "qwen3-tied")


def stored(weight, name):
    kind = gguf.GGMLQuantizationType[name]
    blocks = gguf.quants.quantize(weight.detach().float().numpy(), kind)
    return torch.from_numpy(gguf.quants.dequantize(blocks, kind)).double()


def int8(x):
    blocks = x.float().numpy().reshape(-1, 32)
    largest = numpy.abs(blocks).max(axis=1, keepdims=True)
    limit = numpy.float32(127)
    inverse = numpy.divide(limit, largest, out=numpy.zeros_like(largest), where=largest > 0)
    back = numpy.rint(blocks * inverse).astype(numpy.float64) * (largest / limit)
    return torch.from_numpy(back.reshape(x.shape))


def main():
    compute_in_own_precision()
    default = pathlib.Path(__file__).parent.parent / "Fixtures" / "Models"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    for name in CASES:
        model = transformers.AutoModelForCausalLM.from_pretrained(
            folder / name, dtype=torch.float32, attn_implementation="eager").double().eval()
        row = torch.tensor([json.loads((folder / name / "golden.json").read_text())["rows"][2]["ids"]])
        layers = [m for n, m in model.named_modules() if isinstance(m, torch.nn.Linear) and n.startswith("model.layers.")]
        found = {}
        with torch.no_grad():
            for layer in layers:
                layer.weight.copy_(stored(layer.weight, "Q4_0"))
            # One of them, if they are tied.
            for table in {id(t.weight): t for t in (model.model.embed_tokens, model.lm_head)}.values():
                table.weight.copy_(stored(table.weight, "Q8_0"))
            found["logits.exact"] = model(row, use_cache=False).logits[0].float().contiguous()
            for layer in layers:
                layer.register_forward_pre_hook(lambda _, inputs: (int8(inputs[0]),))
            found["logits.int8"] = model(row, use_cache=False).logits[0].float().contiguous()
        save_file(found, folder / name / "activations.safetensors")
        apart = float((found["logits.int8"] - found["logits.exact"]).abs().max())
        print(f"{name}: {len(layers)} matrices, {len(row[0])} tokens, apart {apart:.1e}")


main()
