"""The peers' side of training.sh: rows, a shared initial adapter, and a hand-written transformers + peft loop.

    training.py rows BASE OUT.jsonl            128 chat rows, tokenized; as messages in OUT.messages.jsonl
    training.py adapter BASE OUT               a LoRA adapter with non-zero B, as peft writes it
    training.py train BASE ROWS.jsonl ADAPTER [--steps N]
    training.py logits BASE PROGRAM [ADAPTER]  compares PROGRAM's logits with transformers' on chat prompts
    training.py measure COMMAND…               runs ms-swift, and says what its log says and what memory it took

BASE is a model folder. The last line of `train` and `measure` is a JSON object of what it took.
"""

import json
import os
import pathlib
import random
import re
import resource
import subprocess
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "2")
import numpy as np
import peft
import torch
import transformers

transformers.logging.set_verbosity_error()
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

SYSTEM = ("You are Ada, a patient assistant of a small public library. Answer in plain words, say so when you do not "
          "know, and never invent a book or an author.")
SUBJECTS = ["tides", "bread", "volcanoes", "chess", "bees", "glass", "rivers", "clocks", "owls", "bridges", "paper",
            "salt", "stars", "rust", "forests", "radio"]
ASKS = ["What should a child of nine know about {}?", "Give me three facts about {} and say why each matters.",
        "I must give a short talk about {}. Where do I begin?", "Explain {} to someone who has never heard of it.",
        "Compare {} with something from daily life.", "What do people most often get wrong about {}?",
        "Suggest an afternoon's experiment with {}.", "Write a note for the shelf on {}."]
SENTENCES = [
    "The first thing to see about {} is that it changes with the season and the place.",
    "A good way to begin is to look closely, write down what you notice, and ask one question at a time.",
    "Many old stories mention {}, though they rarely agree with one another.",
    "If you measure it twice and the numbers differ, the difference is worth more than either number.",
    "People who work with {} every day will tell you that patience matters more than tools.",
    "There are rules of thumb, but each has an exception that somebody learned the hard way.",
    "I would keep the explanation short, draw a picture, and let the listener finish the last step.",
    "In the library you will find it between the atlases and the cookery books, two shelves from the window.",
    "Nobody knows exactly why, and that is a fine place to stop for today.",
    "When in doubt, compare {} with water: it flows, it waits, and it finds the lowest place.",
]


def load(path):
    return transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="sdpa").eval()


def tokenizer(path):
    return transformers.AutoTokenizer.from_pretrained(path)


def rows(path, out):
    encode = tokenizer(path)
    draw = random.Random(7)
    written, messages, total, labeled = [], [], 0, 0
    for index in range(128):
        subject = SUBJECTS[index % len(SUBJECTS)]
        ask = ASKS[index // len(SUBJECTS)].format(subject)
        answer = " ".join(s.format(subject) for s in draw.sample(SENTENCES, draw.randint(4, 8)))
        head = f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n{ask}<|im_end|>\n<|im_start|>assistant\n"
        before = encode(head, add_special_tokens=False).input_ids
        after = encode(answer + "<|im_end|>\n", add_special_tokens=False).input_ids
        written.append({"ids": before + after, "labels": [-100] * len(before) + after})
        messages.append({"messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": ask},
                                      {"role": "assistant", "content": answer}]})
        total, labeled = total + len(before) + len(after), labeled + len(after)
    for path, items in ((out, written), (out.removesuffix(".jsonl") + ".messages.jsonl", messages)):
        pathlib.Path(path).write_text("".join(json.dumps(item, separators=(",", ":")) + "\n" for item in items))
    print(f"{len(written)} rows, {total} tokens, {labeled} labeled")


PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def adapter(path, out):
    torch.manual_seed(11)
    options = peft.LoraConfig(task_type="CAUSAL_LM", r=8, lora_alpha=32, target_modules=PROJECTIONS, lora_dropout=0.0)
    model = peft.get_peft_model(load(path), options)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.data = torch.randn(parameter.shape) * 0.003
    model.save_pretrained(out)


def train(path, rows_path, adapter_path, steps):
    model = peft.PeftModel.from_pretrained(load(path), adapter_path, is_trainable=True)
    model.train()
    data = [json.loads(line) for line in open(rows_path)]
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    started, tokens = time.perf_counter(), 0
    for step in range(steps):
        window = data[step * 32 % len(data):step * 32 % len(data) + 32]
        count = sum(sum(label != -100 for label in row["labels"][1:]) for row in window)
        begun, loss_sum = time.perf_counter(), 0.0
        for start in range(0, len(window), 2):
            batch = window[start:start + 2]
            width = max(len(row["ids"]) for row in batch)
            ids = torch.tensor([row["ids"] + [0] * (width - len(row["ids"])) for row in batch])
            labels = torch.tensor([row["labels"] + [-100] * (width - len(row["labels"])) for row in batch])
            mask = torch.tensor([[1] * len(row["ids"]) + [0] * (width - len(row["ids"])) for row in batch])
            logits = model(input_ids=ids, attention_mask=mask).logits
            loss = torch.nn.functional.cross_entropy(
                logits[:, :-1].reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1), ignore_index=-100,
                reduction="sum") / count
            loss.backward()
            loss_sum += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0).item()
        optimizer.step()
        optimizer.zero_grad()
        size = sum(len(row["ids"]) for row in window)
        tokens += size
        print(f"step {step + 1} loss {loss_sum!r} norm {norm!r} tokens {size} "
              f"tok/s {size / (time.perf_counter() - begun):.1f}", flush=True)
    seconds = time.perf_counter() - started
    print(json.dumps({
        "tokens": tokens, "seconds": seconds, "tokens_per_second": tokens / seconds,
        "peak_memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "torch": torch.__version__,
        "transformers": transformers.__version__, "peft": peft.__version__}))


@torch.no_grad()
def logits(path, program, adapter_path=None):
    encode = tokenizer(path)
    model = load(path)
    if adapter_path:
        model = peft.PeftModel.from_pretrained(model, adapter_path).eval()
    prompts = ["<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n",
               f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n{ASKS[0].format('tides')}<|im_end|>\n"
               "<|im_start|>assistant\n" + " ".join(s.format("tides") for s in SENTENCES)]
    worst, squares, count, flips = 0.0, 0.0, 0, 0
    for prompt in prompts:
        ids = encode(prompt, add_special_tokens=False).input_ids
        command = [program, "logits", str(path), ",".join(map(str, ids))]
        if adapter_path:
            command += ["--adapter", adapter_path]
        ours = np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.float32)
        theirs = model(torch.tensor([ids])).logits[0].numpy()
        difference = ours.reshape(theirs.shape).astype(np.float64) - theirs
        worst = max(worst, abs(difference).max())
        squares, count = squares + (difference ** 2).sum(), count + difference.size
        flips += int((ours.reshape(theirs.shape).argmax(-1) != theirs.argmax(-1)).sum())
    rms = (squares / count) ** 0.5
    print(f"largest difference {worst:.2e}, rms {rms:.2e}, argmax flips {flips}")
    if worst > 5e-4 or rms > 5e-5:
        raise SystemExit("beyond the bounds of 5e-4 and 5e-5")
    ids = encode(prompts[0], add_special_tokens=False).input_ids
    answer = []
    while len(answer) < 16:
        command = [program, "logits", str(path), ",".join(map(str, ids + answer))]
        ours = np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.float32)
        answer.append(int(ours.reshape(len(ids) + len(answer), -1)[-1].argmax()))
        if encode.decode(answer[-1:]) == "<|im_end|>":
            break
    print("greedy:", encode.decode(answer))


def measure(command):
    """Of ms-swift's own log: its seconds of training (without start and loading), and a loss that is a number."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seconds = re.findall(r"'train_runtime': '?([0-9.]+)", done.stdout)
    if done.returncode != 0 or not seconds:
        sys.exit(done.stdout[-4000:] + "\nms-swift did not train")
    for step, loss in enumerate(re.findall(r"'loss': '?([0-9.]+)", done.stdout)):
        print(f"ms-swift update {step + 1} loss {loss}")
    folder = pathlib.Path(command[command.index("--dataset") + 1])
    rows = [json.loads(line)["ids"] for line in open(str(folder).replace(".messages", ""))]
    steps = int(command[command.index("--max_steps") + 1])
    # It draws rows in an order of its own: exact for whole epochs, the average otherwise.
    tokens = round(sum(map(len, rows)) * steps * 32 / len(rows))
    print(json.dumps({
        "tokens": tokens, "seconds": float(seconds[-1]), "tokens_per_second": tokens / float(seconds[-1]),
        "peak_memory": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024}))


def main():
    mode, path = sys.argv[1:3]
    if mode == "measure":
        measure(sys.argv[2:])
    elif mode == "rows":
        rows(path, sys.argv[3])
    elif mode == "adapter":
        adapter(path, sys.argv[3])
    elif mode == "train":
        steps = int(sys.argv[sys.argv.index("--steps") + 1]) if "--steps" in sys.argv else 4
        train(path, sys.argv[3], sys.argv[4], steps)
    elif mode == "logits":
        logits(path, *sys.argv[3:5])
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
