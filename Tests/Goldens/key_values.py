"""Writes what the golden models compute with keys and values that were rounded as a KV cache of f16 or q8_0 rounds them.

    python key_values.py [FOLDER]              # default: ../Fixtures/Models, where generate.py has been

Needs torch, transformers, safetensors and gguf, whose q8_0 is ggml's. All arithmetic is f64 but for that rounding.
Of each model in CASES, key_values.safetensors gets logits.{type}, [T, V] f32: of the base model for row 2 of golden.json.
"""

import json
import pathlib
import sys

import gguf
import numpy
import torch
import transformers
from safetensors.torch import save_file
from transformers.models.gemma3 import modeling_gemma3
from transformers.models.llama import modeling_llama
from transformers.models.phi3 import modeling_phi3
from transformers.models.qwen2 import modeling_qwen2
from transformers.models.qwen3 import modeling_qwen3
from transformers.models.qwen3_5 import modeling_qwen3_5

from own_precision import compute_delta_net_in_own_precision, compute_in_own_precision

CASES = {"llama-tied": modeling_llama, "qwen2-untied": modeling_qwen2, "qwen3-tied": modeling_qwen3,
         "gemma3": modeling_gemma3, "phi3": modeling_phi3, "qwen3.5": modeling_qwen3_5}


def f16(x):
    return x.float().half().double()


def q8_0(x):
    """Along a head, in blocks of 32; a last one that is not full is filled up with zeros."""
    rows = x.float().numpy().reshape(-1, x.shape[-1])
    padded = numpy.pad(rows, ((0, 0), (0, -rows.shape[1] % 32)))
    kind = gguf.GGMLQuantizationType.Q8_0
    back = gguf.quants.dequantize(gguf.quants.quantize(padded, kind), kind)
    return torch.from_numpy(back[:, :rows.shape[1]].copy()).double().reshape(x.shape)


def rounding(attention, rounded):
    def with_rounded(module, query, key, value, *rest, **named):
        return attention(module, query, rounded(key), rounded(value), *rest, **named)

    return with_rounded


def main():
    compute_in_own_precision()
    compute_delta_net_in_own_precision()
    default = pathlib.Path(__file__).parent.parent / "Fixtures" / "Models"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    for name, module in CASES.items():
        model = transformers.AutoModelForCausalLM.from_pretrained(
            folder / name, dtype=torch.float32, attn_implementation="eager").double().eval()
        row = torch.tensor([json.loads((folder / name / "golden.json").read_text())["rows"][2]["ids"]])
        exact = module.eager_attention_forward
        found = {}
        for rounded in (f16, q8_0):
            module.eager_attention_forward = rounding(exact, rounded)
            with torch.no_grad():
                found[f"logits.{rounded.__name__}"] = model(row, use_cache=False).logits[0].float().contiguous()
        module.eager_attention_forward = exact
        with torch.no_grad():
            plain = model(row, use_cache=False).logits[0]
        save_file(found, folder / name / "key_values.safetensors")
        print(name, *(f"{key} apart {float((logits - plain).abs().max()):.1e}" for key, logits in found.items()))


main()
