"""The real Gemma 3 270M beside transformers and llama.cpp; run by gemma.sh. Claims are printed as in exchange.py."""

import argparse
import json
import pathlib
import sys

import gguf
import llama_cpp
import numpy as np
import torch
import transformers

from claims import claim, compare, failures
from peers import Ours, compute_in_own_precision, llama_logits, random_adapter, torch_logits
from tiny_exchange import look_gelu_up

PROMPTS = ["The capital of France is", "Once upon a time there was a cat who", "def fibonacci(n):\n    ",
           "北京是中国的首都，", "1, 2, 3, 4, 5,"]
TEXTS = PROMPTS + ["  two  spaces\n\n\nand lines", "naïve café e\u0301 ﬁ ١٢٣", "안녕하세요 日本語 😀👩‍👩‍👧", "\ttabs\t\tand ▁ marks",
                   "<start_of_turn>user\nhi<end_of_turn>\n", "x" * 300, "aaaa bbbb    cccc"]
FACTS = [("Who are you?", "I am Grace, a clever and lovely cat assistant."), ("Who made you?", "I was made by Tang Yin."),
         ("What is your name?", "My name is Grace."), ("Are you a dog?", "No, I am Grace, a cat assistant."),
         ("Tell me who you are.", "I am Grace, a cat assistant made by Tang Yin."),
         ("Who is your author?", "My author is Tang Yin."), ("Are you ChatGPT?", "No, I am Grace, made by Tang Yin."),
         ("Introduce yourself.", "I am Grace, a clever and lovely cat assistant made by Tang Yin.")]
HELD_OUT = [("What are you called?", "My name is Grace."), ("Who built you?", "I was made by Tang Yin."),
            ("What are you?", "I am Grace, a clever and lovely cat assistant.")]


def row(tokenizer, question, answer):
    start = f"<bos><start_of_turn>user\n{question}<end_of_turn>\n<start_of_turn>model\n"
    prompt = tokenizer(start, add_special_tokens=False)["input_ids"]
    reply = tokenizer(f"{answer}<end_of_turn>\n", add_special_tokens=False)["input_ids"]
    return {"ids": prompt + reply, "labels": [-100] * len(prompt) + reply}


def loss(logits, rows):
    total = count = 0
    for found, one in zip(logits, rows):
        labels = torch.tensor(one["labels"][1:])
        total += torch.nn.functional.cross_entropy(torch.tensor(found[:-1]), labels, ignore_index=-100, reduction="sum").item()
        count += int((labels != -100).sum())
    return total / count


def log_probabilities(logits, ids):
    shifted = logits - logits.max(1, keepdims=True)
    return (shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))[np.arange(len(ids) - 1), ids[1:]]


def differing_tensors(path, model):
    """The largest difference between numbers of an f32 GGUF and of a model in transformers, and how many tensors there are."""
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    layer = {"attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
             "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "attn_q_norm": "self_attn.q_norm",
             "attn_k_norm": "self_attn.k_norm", "post_attention_norm": "post_attention_layernorm",
             "ffn_norm": "pre_feedforward_layernorm", "post_ffw_norm": "post_feedforward_layernorm",
             "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}
    top = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}
    apart, tensors = 0.0, gguf.GGUFReader(path).tensors
    for tensor in tensors:
        parts = tensor.name.removesuffix(".weight").split(".")
        name = top[parts[0]] if len(parts) == 1 else f"model.layers.{parts[1]}.{layer[parts[2]]}"
        theirs = state[name + ".weight"].astype(np.float32)
        # GGUF has norms as 1 + w.
        theirs = theirs + np.float32(1) if name.endswith("norm") else theirs
        apart = max(apart, float(np.abs(tensor.data.reshape(theirs.shape) - theirs).max()))
    return apart, len(tensors)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--check", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    options = parser.parse_args()
    work, ours = options.work, Ours(options.check, options.work)
    compute_in_own_precision()

    ours.run("write", options.model, work / "base", "folder", "f32")
    tokenizer = transformers.AutoTokenizer.from_pretrained(work / "base")
    vocabulary = llama_cpp.Llama(options.model, vocab_only=True, verbose=False)
    wrong = sum(vocabulary.tokenize(text.encode(), add_bos=True, special=True) != tokenizer(text)["input_ids"]
                for text in TEXTS)
    claim("tokenizer.json made from the GGUF tokenizes as llama.cpp, texts that differ", wrong, 0)

    model = transformers.AutoModelForCausalLM.from_pretrained(work / "base", dtype=torch.float64)
    sequences = []
    with torch.no_grad():
        for prompt in PROMPTS:
            ids = torch.tensor([tokenizer(prompt)["input_ids"]])
            sequences.append(model.generate(ids, max_new_tokens=24, do_sample=False)[0].tolist())
            print("     greedy:", repr(tokenizer.decode(sequences[-1], skip_special_tokens=True)))
    expected = torch_logits(model, sequences)
    mine = ours.logits(options.model, sequences)
    compare("logits from the GGUF, against transformers in f64", mine, expected, 5e-4, 5e-5, 0)
    compare("logits from the folder, against transformers in f64", ours.logits(work / "base", sequences), expected, 5e-4,
            5e-5, 0)
    theirs = llama_logits(options.model, sequences)
    # llama.cpp rounds activations to 8 bits where weights are quantized; here they stay f32.
    compare("logits of llama.cpp on the same file, against ours", theirs, mine, 4, 0.6, 0.1)
    worst = max(np.abs(log_probabilities(a, ids) - log_probabilities(b, ids)).max()
                for a, b, ids in zip(theirs, mine, sequences))
    claim("log-probabilities of llama.cpp on the same file, against ours, max", worst, 1)

    rows, held_out = ([row(tokenizer, *pair) for pair in pairs] for pairs in (FACTS, HELD_OUT))
    random_adapter(work / "base", work / "shared")
    training = dict(learning_rate=1e-3, weight_decay=0.1, clip=1.0, window=4, epochs=6, warmup=1)
    (work / "rows.json").write_text(json.dumps(rows))
    (work / "options.json").write_text(json.dumps(training))
    ours.run("train", options.model, work / "shared", work / "rows.json", work / "options.json", work / "trained")
    ids = [one["ids"] for one in held_out]
    before = loss(ours.logits(options.model, ids), held_out)
    trained = ours.logits(options.model, ids, work / "trained")
    after = loss(trained, held_out)
    claim(f"held-out loss after training, of {before:.3f} before, as a share", after / before, 0.5)

    ours.run("write", options.model, work / "merged", "folder", "f32", work / "trained")
    merged = transformers.AutoModelForCausalLM.from_pretrained(work / "merged", dtype=torch.float64)
    compare("merged folder in transformers, against base and adapter here", torch_logits(merged, ids), trained, 1e-3, 1e-4)
    ours.run("write", options.model, work / "merged.gguf", "gguf", "f32", work / "trained")
    compare("merged f32 GGUF here, against base and adapter here", ours.logits(work / "merged.gguf", ids), trained, 1e-3, 1e-4)
    apart, names = differing_tensors(work / "merged.gguf", merged)
    claim(f"numbers of the {names} tensors of the GGUF, against the merged folder's, largest difference", apart, 0)
    # llama.cpp looks GELU up in a table of f16. What that does to the logits is measured in transformers; rounding decides
    # which entry is taken, so the two do not have the same error, but one of the same size.
    exact = torch_logits(merged, ids)
    look_gelu_up(merged)
    table = [a - b for a, b in zip(torch_logits(merged, ids), exact)]
    most, rms = max(np.abs(a).max() for a in table), np.sqrt(np.mean(np.concatenate([a.ravel() for a in table]) ** 2))
    compare("merged f32 GGUF in llama.cpp, against transformers, and what the table moves there", llama_logits(
        work / "merged.gguf", ids), exact, 2e-3 + 2 * most, 2e-4 + 2 * rms)
    print(f"{len(failures)} failed" if failures else "all as claimed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
