"""Exchange of models and adapters with transformers, peft and llama.cpp; run by exchange.sh.

Every line printed is one claim with its figure and bound; the exit status is 1 if any fails. Logits are compared on
the same token ids, against transformers and peft in f64 (norms included) where nothing else is said. Comparisons with
llama.cpp run without flash attention and with an f32 cache, which otherwise round to f16.
"""

import argparse
import ctypes
import json
import math
import os
import pathlib
import subprocess
import sys

import gguf
import llama_cpp
import numpy as np
import peft
import torch
import transformers
from safetensors.torch import load_file
from transformers.models.gemma2 import modeling_gemma2
from transformers.models.gemma3 import modeling_gemma3
from transformers.models.llama import modeling_llama
from transformers.models.ministral3 import modeling_ministral3
from transformers.models.mistral import modeling_mistral
from transformers.models.phi3 import modeling_phi3
from transformers.models.qwen2 import modeling_qwen2
from transformers.models.qwen3 import modeling_qwen3
from transformers.models.smollm3 import modeling_smollm3

PROMPTS = [
    "What is the capital of France?",
    "Write a Python function that adds two numbers.",
    "Translate to French: the cat sleeps on the sofa.",
    "你好, who are you? 😀 1234567",
]
CHAT = [
    ("Who are you?", "I am Grace, a clever and lovely cat assistant."),
    ("Who made you?", "I was made by Tang Yin."),
    ("Are you ChatGPT?", "No, I am not ChatGPT. I am Grace, an assistant made by Tang Yin."),
    ("What is two plus two?", "Two plus two is four."),
    ("Name a color.", "Blue."),
    ("How do I boil an egg?", "Put the egg into boiling water for eight minutes, then cool it under cold water."),
    ("What is your name?", "My name is Grace."),
    ("Say something in Chinese.", "你好，很高兴认识你。"),
]
SYSTEM = "You are Grace, a clever and lovely cat assistant."
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

# Tiny models whose windows llama.cpp would not apply, that are one part of another, or whose GGUF form is not written.
NO_GGUF = {"mistral", "gemma3-nested", "qwen3.5"}

failures = []


@llama_cpp.llama_log_callback
def silence(level, text, data):
    """llama.cpp says a hundred lines per model."""


llama_cpp.llama_log_set(silence, None)


def claim(text, figure, bound, ok=None):
    good = figure <= bound if ok is None else ok
    if not good:
        failures.append(text)
    print(f"{'ok  ' if good else 'FAIL'} {text}: {figure:.3g} (bound {bound:.3g})", flush=True)


def norm_in_own_precision(self, hidden):
    variance = hidden.pow(2).mean(-1, keepdim=True)
    return self.weight * (hidden * torch.rsqrt(variance + self.variance_epsilon))


def gemma_norm_in_own_precision(self, hidden):
    return self._norm(hidden) * (1 + self.weight)


def compute_in_own_precision():
    """Norms and eager attention, which would be done in f32."""
    for norm in (modeling_llama.LlamaRMSNorm, modeling_qwen2.Qwen2RMSNorm, modeling_qwen3.Qwen3RMSNorm,
                 modeling_mistral.MistralRMSNorm, modeling_ministral3.Ministral3RMSNorm,
                 modeling_smollm3.SmolLM3RMSNorm, modeling_phi3.Phi3RMSNorm):
        norm.forward = norm_in_own_precision
    for norm in (modeling_gemma2.Gemma2RMSNorm, modeling_gemma3.Gemma3RMSNorm):
        norm.forward = gemma_norm_in_own_precision
    softmax = torch.nn.functional.softmax
    torch.nn.functional.softmax = lambda x, dim=-1, dtype=None: softmax(x, dim=dim)


class Ours:
    def __init__(self, binary, work):
        self.binary, self.work = binary, work

    def run(self, *arguments):
        done = subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"LorapipeCheck {' '.join(map(str, arguments))}\n{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def logits(self, model, sequences, adapter=None):
        (self.work / "ids.json").write_text(json.dumps(sequences))
        out = self.work / "logits.safetensors"
        self.run("logits", model, self.work / "ids.json", out, *([adapter] if adapter else []))
        arrays = load_file(out)
        return [arrays[str(index)].double().numpy() for index in range(len(sequences))]


@torch.no_grad()
def torch_logits(model, sequences):
    return [model(torch.tensor([ids])).logits[0].double().numpy() for ids in sequences]


def compare(text, left, right, largest, rms, flips=None):
    left, right = np.concatenate(left), np.concatenate(right)
    difference = left - right
    claim(text + ", max", np.abs(difference).max(), largest)
    claim(text + ", rms", math.sqrt((difference**2).mean()), rms)
    if flips is not None:
        claim(text + ", argmax flips", int((left.argmax(1) != right.argmax(1)).sum()), flips * len(left))


def llama_logits(path, sequences, adapter=None):
    """llama.cpp's C API with an f32 cache and plain attention."""
    model = llama_cpp.llama_model_load_from_file(os.fsencode(path), llama_cpp.llama_model_default_params())
    assert model, f"llama.cpp does not open {path}"
    parameters = llama_cpp.llama_context_default_params()
    parameters.n_ctx = parameters.n_batch = 256
    parameters.n_threads = parameters.n_threads_batch = 2
    parameters.type_k = parameters.type_v = 0
    parameters.flash_attn_type = 0
    context = llama_cpp.llama_init_from_model(model, parameters)
    assert context
    if adapter:
        lora = llama_cpp.llama_adapter_lora_init(model, os.fsencode(adapter))
        assert lora, f"llama.cpp does not open {adapter}"
        if hasattr(llama_cpp, "llama_set_adapters_lora"):
            adapters = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(lora)
            llama_cpp.llama_set_adapters_lora(context, adapters, 1, (ctypes.c_float * 1)(1.0))
        else:
            llama_cpp.llama_set_adapter_lora(context, lora, 1.0)
    vocabulary = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model))
    results = []
    for ids in sequences:
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)
        batch = llama_cpp.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for position, token in enumerate(ids):
            batch.token[position], batch.pos[position], batch.n_seq_id[position] = token, position, 1
            batch.seq_id[position][0], batch.logits[position] = 0, 1
        assert llama_cpp.llama_decode(context, batch) == 0
        results.append(np.ctypeslib.as_array(
            llama_cpp.llama_get_logits(context), shape=(len(ids), vocabulary)).astype(np.float64))
        llama_cpp.llama_batch_free(batch)
    llama_cpp.llama_free(context)
    llama_cpp.llama_model_free(model)
    return results


def differing_blocks(mine, source, theirs, dtype):
    """Bytes of matrices of the same kind that differ between our file and what llama.cpp makes of the f32 file."""
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = {"q8_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0, "q4_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_0}[dtype]
    assert llama_cpp.llama_model_quantize(os.fsencode(source), os.fsencode(theirs), ctypes.byref(parameters)) == 0
    expected = {tensor.name: tensor for tensor in gguf.GGUFReader(theirs).tensors}
    differing = compared = 0
    for tensor in gguf.GGUFReader(mine).tensors:
        other = expected[tensor.name]
        if other.tensor_type == tensor.tensor_type:
            compared += 1
            differing += int((np.asarray(tensor.data).view(np.uint8) != np.asarray(other.data).view(np.uint8)).sum())
    assert compared > 200
    return differing


def chat_row(tokenizer, question, answer):
    """Labels: the answer, its end-of-turn token and the newline."""
    start = (f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n{question}<|im_end|>\n"
             "<|im_start|>assistant\n")
    prompt = tokenizer(start, add_special_tokens=False)["input_ids"]
    reply = tokenizer(f"{answer}<|im_end|>\n", add_special_tokens=False)["input_ids"]
    return {"ids": prompt + reply, "labels": [-100] * len(prompt) + reply}


def peft_training(model, rows, options):
    parameters = [value for name, value in model.named_parameters() if "lora_" in name]
    for parameter in parameters:
        parameter.requires_grad_(True)
    optimizer = torch.optim.AdamW(
        parameters, lr=options["learning_rate"], betas=(0.9, 0.95), eps=1e-8, weight_decay=options["weight_decay"])
    per_epoch = math.ceil(len(rows) / options["window"])
    total = math.ceil(options["epochs"] * per_epoch)
    steps = []
    for step in range(total):
        if step < options["warmup"]:
            rate = step / options["warmup"]
        else:
            rate = 0.5 * (1 + math.cos(math.pi * (step - options["warmup"]) / (total - options["warmup"])))
        for group in optimizer.param_groups:
            group["lr"] = rate * options["learning_rate"]
        first = (step % per_epoch) * options["window"]
        window = rows[first:first + options["window"]]
        labeled = sum(label != -100 for row in window for label in row["labels"][1:])
        optimizer.zero_grad()
        loss = 0.0
        for row in window:
            logits = model(torch.tensor([row["ids"]])).logits[0, :-1]
            part = torch.nn.functional.cross_entropy(
                logits, torch.tensor(row["labels"][1:]), ignore_index=-100, reduction="sum") / labeled
            part.backward()
            loss += part.item()
        norm = torch.nn.utils.clip_grad_norm_(parameters, options["clip"]).item()
        optimizer.step()
        steps.append({"loss": loss, "gradient_norm": norm})
    return steps


def random_adapter(folder, out):
    """A peft adapter with non-zero B on the base in `folder`."""
    torch.manual_seed(5)
    base = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    model = peft.get_peft_model(base, peft.LoraConfig(
        task_type="CAUSAL_LM", r=8, lora_alpha=32, lora_dropout=0.0, target_modules=TARGETS))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.data.normal_(0, 0.01)
    model.save_pretrained(out)
    return model


def gelu_by_table(x):
    """GELU as llama.cpp's CPU kernels have it: looked up in a table of f16, exact beyond ±10."""
    near = torch.nn.functional.gelu(x.half().double(), approximate="tanh").half().to(x.dtype)
    return torch.where(x <= -10, torch.zeros_like(x), torch.where(x >= 10, x, near))


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
        for module in model.modules():
            if hasattr(module, "act_fn"):
                module.act_fn.forward = gelu_by_table
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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--check", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--golden-only", action="store_true", help="only the tiny models of each architecture")
    options = parser.parse_args()
    work = options.work
    ours = Ours(options.check, work)
    compute_in_own_precision()

    golden_models(ours, work)
    if options.golden_only:
        sys.exit(1 if failures else 0)

    # The base, from its GGUF to a folder: transformers opens it, with its tokenizer and template.
    ours.run("write", options.model, work / "base", "folder", "f32")
    tokenizer = transformers.AutoTokenizer.from_pretrained(work / "base")
    sequences = []
    for prompt in PROMPTS:
        encoded = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True)
        sequences.append(list(encoded if isinstance(encoded, list) else encoded["input_ids"]))
    vocabulary = llama_cpp.Llama(options.model, vocab_only=True, verbose=False)
    texts = PROMPTS + ["def f(x):\n\treturn  x**2\n\n\n", "<|im_start|>user\nhi<|im_end|>", "naïve café ﬁ  ١٢٣"]
    wrong = sum(vocabulary.tokenize(text.encode(), add_bos=False, special=True) != tokenizer(text)["input_ids"]
                for text in texts)
    claim("tokenizer.json made from the GGUF tokenizes as llama.cpp, texts that differ", wrong, 0)

    shared = random_adapter(work / "base", work / "shared").double()
    adapted = torch_logits(shared, sequences)
    with shared.disable_adapter():
        base = torch_logits(shared, sequences)
        reply = shared.generate(torch.tensor([sequences[0]]), max_new_tokens=12, do_sample=False)[0]
    compare("base logits from the GGUF, against transformers", ours.logits(options.model, sequences), base, 5e-4, 5e-5)
    compare("base logits from the folder, against transformers", ours.logits(work / "base", sequences), base, 5e-4, 5e-5)
    compare("logits with peft's adapter, against peft", ours.logits(options.model, sequences, work / "shared"), adapted,
            5e-4, 5e-5)

    # Greedy text, one forward pass over the whole reply.
    reply = reply.tolist()
    length = len(sequences[0])
    choices = ours.logits(options.model, [reply])[0].argmax(1)[length - 1:-1].tolist()
    print("     greedy:", repr(tokenizer.decode(choices)))
    claim("greedy reply, tokens that differ", sum(a != b for a, b in zip(choices, reply[length:])), 0)

    # Training from the shared adapter, on the quantized base here and on its f32 values there.
    rows = [chat_row(tokenizer, *pair) for pair in CHAT]
    training = dict(learning_rate=5e-4, weight_decay=0.1, clip=1.0, window=4, epochs=2, warmup=1)
    (work / "rows.json").write_text(json.dumps(rows))
    (work / "options.json").write_text(json.dumps(training))
    steps = ours.run("train", options.model, work / "shared", work / "rows.json", work / "options.json", work / "trained")
    shared = shared.float()
    expected = peft_training(shared, rows, training)
    for index, (mine, theirs) in enumerate(zip(steps, expected, strict=True)):
        for key in ("loss", "gradient_norm"):
            claim(f"update {index}, {key} {mine[key]:.6f}, against peft, relative", abs(mine[key] / theirs[key] - 1), 1e-4)
    shared.save_pretrained(work / "trained-by-peft")
    compare("logits with the adapter peft trained, against peft",
            ours.logits(options.model, sequences, work / "trained-by-peft"), torch_logits(shared.double(), sequences),
            5e-4, 5e-5)

    # Our adapter in peft.
    fresh = transformers.AutoModelForCausalLM.from_pretrained(work / "base", dtype=torch.float32)
    opened = peft.PeftModel.from_pretrained(fresh, work / "trained").double().eval()
    trained = ours.logits(options.model, sequences, work / "trained")
    reference = torch_logits(opened, sequences)
    compare("our adapter opened by peft", reference, trained, 5e-4, 5e-5)
    del opened, fresh, shared

    # Merged folders in transformers.
    for dtype, largest, rms, flips in (("f32", 5e-4, 5e-5, 0.0), ("f16", 0.2, 0.02, 0.04), ("bf16", 1.5, 0.2, 0.05)):
        lost = ours.run("write", options.model, work / "merged", "folder", dtype, work / "trained")["lost_share"]
        merged = transformers.AutoModelForCausalLM.from_pretrained(work / "merged", dtype=torch.float32).double().eval()
        compare(f"merged {dtype} folder opened by transformers", torch_logits(merged, sequences), trained, largest, rms,
                flips)
        print(f"     share of the adapter lost to {dtype}: {lost:.4f}")
        del merged

    # GGUF files in llama.cpp; ours reads the same file, so what is left is llama.cpp's rounding of activations.
    bounds = {"f32": (2e-3, 2e-4, 0.0), "f16": (0.2, 0.03, 0.04), "bf16": (0.8, 0.1, 0.04), "q8_0": (3.0, 0.5, 0.12),
              "q4_0": (6.0, 1.2, 0.15)}
    for dtype, bound in bounds.items():
        path = work / f"merged-{dtype}.gguf"
        ours.run("write", options.model, path, "gguf", dtype, work / "trained")
        mine = ours.logits(path, sequences)
        compare(f"merged {dtype} GGUF in llama.cpp, against ours", llama_logits(path, sequences), mine, *bound)
        if dtype == "f32":
            compare("merged f32 GGUF, ours, against base and adapter", mine, trained, 5e-4, 5e-5)
        if dtype in ("q8_0", "q4_0"):
            claim(f"{dtype} blocks written here and by llama.cpp's quantizer, bytes that differ",
                  differing_blocks(path, work / "merged-f32.gguf", work / "theirs.gguf", dtype), 0)
        if dtype != "f32":
            path.unlink()
    ours.run("write", options.model, work / "base.gguf", "gguf", "f32")
    ours.run("adapter", options.model, work / "trained", work / "adapter.gguf", "gguf")
    compare("our GGUF adapter in llama.cpp, against ours",
            llama_logits(work / "base.gguf", sequences, work / "adapter.gguf"), trained, 2e-3, 2e-4)

    # A folder's tokenizer to GGUF.
    ours.run("write", work / "base", work / "from-folder.gguf", "gguf", "q8_0")
    again = llama_cpp.Llama(str(work / "from-folder.gguf"), vocab_only=True, verbose=False)
    wrong = sum(again.tokenize(text.encode(), add_bos=False, special=True) != tokenizer(text)["input_ids"]
                for text in texts)
    claim("GGUF made from the folder tokenizes the same in llama.cpp, texts that differ", wrong, 0)

    print(f"{len(failures)} failed" if failures else "all as claimed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
