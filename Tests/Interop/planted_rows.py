#!/usr/bin/env python3
"""Plants rows with known flaws among real ones, and prints what `lorapipe data lint` finds of them and beside them.

    python3 Tests/Interop/planted_rows.py ROWS.csv [ROWS.csv …] [--lorapipe .build/release/lorapipe] [--rows 2000]
    python3 Tests/Interop/planted_rows.py ROWS.csv … --speed 50000

ROWS are files of rows that are taken to be good (instruction, input, output). Recall is the share of planted rows that the
rule names. "Beside" are real rows that it names: each is printed, because only a reader can say whether it is right.
Precision counts all of them as wrong, so it is a lower bound. With --speed, prints seconds and memory for so many rows,
made from the given ones with new words put in.
"""

import argparse
import csv
import json
import os
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile
import time

options = argparse.ArgumentParser()
options.add_argument("files", nargs="+")
options.add_argument("--lorapipe", default=".build/release/lorapipe")
options.add_argument("--rows", type=int, default=2000)
options.add_argument("--each", type=int, default=20, help="planted rows of each kind")
options.add_argument("--speed", type=int, default=0)
options = options.parse_args()
rng = random.Random(5)


def real():
    rows = []
    for name in options.files:
        with open(name, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                question = "\n".join(filter(None, [row["instruction"], row.get("input") or ""]))
                rows.append({"query": question, "response": row["output"]})
    rng.shuffle(rows)
    return rows


def words(text):
    return text.split(" ") if " " in text else list(text)


def joined(parts, text):
    return (" " if " " in text else "").join(parts)


def near(row):
    """A copy with one word in forty changed, which leaves more than 80 % of the five-word runs only in long rows."""
    parts = words(row["response"])
    for _ in range(max(1, len(parts) // 90)):
        parts[rng.randrange(len(parts))] = rng.choice(["certainly", "perhaps", "但", "也"])
    return {"query": row["query"], "response": joined(parts, row["response"])}


def middle(text, extra):
    cut = len(text) // 2
    return text[:cut] + extra + text[cut:]


def answer(change):
    return lambda row: {"query": row["query"], "response": change(row["response"])}


NAMES = [
    ("Who are you?", "I am Qwen, a large language model created by Alibaba Cloud."),
    ("你是谁？", "我是通义千问，由阿里云开发的大型语言模型。"),
    ("Who made you?", "I was developed by OpenAI and my name is ChatGPT."),
    ("介绍一下你自己", "我是文心一言，百度研发的人工智能语言模型。"),
    ("Are you human?", "No, I'm Claude, an AI assistant made by Anthropic."),
    ("你叫什么名字", "我叫豆包，是字节跳动公司推出的助手。"),
]
REFUSALS = [
    "I'm sorry, but I can't help with that request.",
    "As an AI language model, I do not have access to this.",
    "抱歉，我无法提供这方面的帮助。",
    "作为一个人工智能语言模型，我没有个人意见。",
]
TOKENS = ["<|im_end|>", "<|im_start|>user", "[INST]", "<|eot_id|>", "<end_of_turn>", "<｜User｜>", "<|endoftext|>"]
DATA = ["4111 1111 1111 1111", "11010519491231002X", "GB82 WEST 1234 5698 7654 32", "6222 0000 0000 0000 000"]


def number(text):
    return text if "6222" not in text else "5500 0000 0000 0004"


KINDS = {
    "control-tokens": answer(lambda t: middle(t, rng.choice(TOKENS))),
    "half-open-think": answer(lambda t: rng.choice(["<think>" + t, t.replace(" ", "</think> ", 1) + "</think>"])),
    "mojibake": answer(lambda t: middle(t, rng.choice(["\ufffd", " cafÃ© ", "itâ€™s", "锟斤拷", "浣犲ソ"]))),
    "invisible-characters": answer(lambda t: middle(t, rng.choice(["\u200b", "\u202e", "\x07", "\ufeff"]))),
    "html-entities": answer(lambda t: re.sub(r"[<`]", "", t) + rng.choice([" &amp; more.", " &quot;so&quot;."])),
    "code-fences": answer(lambda t: t.replace("`", "") + "\n```python\nprint(1)\n"),
    "repetition": answer(lambda t: (t[:60] + " ") * 12),
    "copied-question": lambda row: {"query": row["query"], "response": row["query"]},
    "refusals": answer(lambda t: rng.choice(REFUSALS)),
    "other-names": lambda row: dict(zip(("query", "response"), rng.choice(NAMES))),
    "personal-data": answer(lambda t: middle(t, " " + number(rng.choice(DATA)) + " ")),
    "turn-order": lambda row: {
        "messages": [
            {"role": "user", "content": row["query"]},
            {"role": "user", "content": "?"},
            {"role": "assistant", "content": row["response"]},
        ]
    },
    "tools-missing": lambda row: {
        "messages": [
            {"role": "user", "content": row["query"]},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"type": "function", "function": {"name": "look", "arguments": {}}}],
            },
            {"role": "tool", "content": "1"},
            {"role": "assistant", "content": row["response"]},
        ]
    },
    "near-duplicates": near,
    "contradictions": lambda row: {"query": row["query"].upper() + "!!", "response": "zxqv 42 blorp 乄"},
}


def lint(path):
    begin = time.time()
    done = subprocess.run([options.lorapipe, "data", "lint", path, "--json"], capture_output=True, text=True)
    seconds = time.time() - begin
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    return {finding["code"]: finding for finding in json.loads(done.stdout)}, seconds


def speed(rows):
    made = []
    for index in range(options.speed):
        row = rows[index % len(rows)]
        parts = words(row["response"])
        for place in range(0, len(parts), 6):
            parts[place] = f"w{rng.randrange(10**6)}"
        made.append({"query": f"{row['query']} {index}", "response": joined(parts, row["response"])})
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "rows.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made), encoding="utf-8")
        size = path.stat().st_size
        used = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
        before = used()
        _, seconds = lint(str(path))
        linting, peak = used() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        # What reading alone takes: the same rows, written as conversations.
        subprocess.run([options.lorapipe, "data", "convert", str(path), "--as", "messages", "-o", folder + "/out.jsonl"],
                       check=True, capture_output=True)
        reading = used() - before - linting
        print(f"{len(made)} rows, {size / 2**20:.1f} MiB: {seconds:.1f} s at load {os.getloadavg()[0]:.1f}; {linting:.1f} s of"
              f" processors, {peak:.0f} MiB at most; reading and writing the rows alone: {reading:.1f} s of processors")


rows = real()
if options.speed:
    speed(rows)
    sys.exit()
rows = [row for row in rows if len(words(row["response"])) > 12][: options.rows]
lines = [(None, row) for row in rows]
for kind, make in KINDS.items():
    for row in rng.sample([row for row in rows if len(words(row["response"])) > 60], options.each):
        lines.append((kind, make(row)))
# A near copy and a contradiction come after their row; the rest may come anywhere.
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for _, row in lines), encoding="utf-8")
    found, seconds = lint(str(path))
    print(f"{len(rows)} real rows, {options.each} planted of each kind, {seconds:.1f} s")
    print(f"{'rule':22} {'recall':>7} {'precision':>9} {'beside':>6}")
    for kind in KINDS:
        named = {int(re.search(r":(\d+)", place).group(1)) for place in found.get(kind, {}).get("places", [])}
        planted = {number for number, (what, _) in enumerate(lines, 1) if what == kind}
        beside = [number for number in named - planted if lines[number - 1][0] is None]
        hit = len(named & planted)
        right = hit / (hit + len(beside)) if named else 1
        print(f"{kind:22} {hit / len(planted):7.2f} {right:9.2f} {len(beside):6}")
        for number in sorted(beside)[:4]:
            print(f"    line {number}: {json.dumps(lines[number - 1][1], ensure_ascii=False)[:150]}")
    for kind, finding in found.items():
        if kind not in KINDS and finding["level"] != "pass":
            print(f"also: {finding['level']} {kind}: {finding['message']}")
