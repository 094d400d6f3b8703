"""Exchange of models and adapters with transformers, peft and llama.cpp; run by exchange.sh.

Every line printed is one claim with its figure and bound; the exit status is 1 if any fails. Logits are compared on
the same token ids, against transformers and peft in f64 (norms included) where nothing else is said. Comparisons with
llama.cpp run without flash attention and with an f32 cache, which otherwise round to f16.
"""

import argparse
import json
import pathlib
import sys

import llama_cpp
import peft
import torch
import transformers

from claims import claim, compare, failures
from peers import (CHAT, Ours, chat_row, compute_in_own_precision, differing_blocks, llama_logits, peft_training,
                   random_adapter, torch_logits)
from tiny_exchange import golden_models
# Behind peers, which makes the goldens' scripts known.
from delta_nets import delta_net_models

PROMPTS = [
    "What is the capital of France?",
    "Write a Python function that adds two numbers.",
    "Translate to French: the cat sleeps on the sofa.",
    "你好, who are you? 😀 1234567",
]


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
    delta_net_models(ours, work)
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
