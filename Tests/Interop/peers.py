"""The engines that models and adapters are exchanged with: ours, transformers with peft, and llama.cpp."""

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

sys.path.append(str(pathlib.Path(__file__).parent.parent / "Goldens"))
from own_precision import compute_in_own_precision  # noqa: E402, F401

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


@llama_cpp.llama_log_callback
def silence(level, text, data):
    """llama.cpp says a hundred lines per model."""


llama_cpp.llama_log_set(silence, None)


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
