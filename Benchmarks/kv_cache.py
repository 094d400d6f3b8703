"""What the type of the KV cache, or of activations, costs and gains, through the program's own service. Started by
kv_cache.sh.

Each type has a server of its own, one after another. Text is real: files of docs/, scored as prompts with echo, and greedy
replies to questions about them.
"""
import json
import math
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.request

OPTION = "activations" if sys.argv[1] == "--activations" else "kv-cache"
TYPES = os.environ.get("TYPES", "int16 int8" if OPTION == "activations" else "f32 f16 q8_0").split()
TOKENS = int(os.environ.get("TOKENS", "1024"))
REPLY = int(os.environ.get("REPLY", "64"))
docs = pathlib.Path(__file__).parent.parent / "docs"
QUESTIONS = [
    "What is the capital of France?", "Write a Python function that reverses a list.", "Why is the sky blue?",
    "List five fruits.", "Explain what a hash table is.", "Tell me a short story about a cat.",
    "用一句话解释什么是机器学习。", "Translate to German: Good morning, how are you?",
    "Write a SQL query that counts users by country.", "What is 17 times 23? Think step by step.",
    "Summarize the plot of Romeo and Juliet.", "Give three tips for better sleep.",
]


class Server:
    def __init__(self, program, model, kind, context):
        self.process = subprocess.Popen(
            [program, "serve", model, "--port", "0", "--json", "--threads", "2", "--" + OPTION, kind,
             "--context", str(context), "--max-sequences", "4"], stdout=subprocess.PIPE, text=True)
        self.address = json.loads(self.process.stdout.readline())["address"]

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=7200) as answer:
            text = answer.read().decode()
        return text if body is None else json.loads(text)

    def scores(self, tokens):
        """Log-probability of each token after those before it, and the likeliest token there."""
        answer = self.ask("/v1/completions", {"prompt": tokens, "max_tokens": 0, "echo": True, "logprobs": 1})
        found = answer["choices"][0]["logprobs"]
        return found["token_logprobs"][1:], [max(top, key=top.get) for top in found["top_logprobs"][1:]]

    def reply(self, question):
        answer = self.ask("/v1/chat/completions", {
            "messages": [{"role": "user", "content": question}], "max_tokens": REPLY, "temperature": 0, "logprobs": True})
        choice = answer["choices"][0]
        return choice["message"]["content"], [item["token"] for item in choice["logprobs"]["content"]]

    def memory(self, name):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(name + r":\s+(\d+)", status)[1]) * 1024

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def accuracy(program, model):
    text = "\n\n".join((docs / name).read_text() for name in ("concepts.md", "zh/concepts.md", "serving.md"))
    found = {}
    for kind in TYPES:
        server = Server(program, model, kind, TOKENS + REPLY + 256)
        tokens = server.ask("/tokenize", {"prompt": text})["tokens"][:TOKENS]
        began = time.monotonic()
        scores, likeliest = server.scores(tokens)
        seconds = time.monotonic() - began
        found[kind] = scores, [server.reply(question) for question in QUESTIONS], likeliest
        size = next(line for line in server.ask("/metrics").splitlines() if line.startswith("lorapipe_cache_bytes{"))
        print(f"{kind}: {len(tokens)} tokens scored in {seconds:.1f} s, mean log-probability "
              f"{sum(scores) / len(scores):.6f}, perplexity {math.exp(-sum(scores) / len(scores)):.4f}; {size}", flush=True)
        server.end()
    exact, replies, first = found[TYPES[0]]
    for kind in TYPES[1:]:
        apart = [abs(a - b) for a, b in zip(found[kind][0], exact)]
        equal = [a == b for (a, _), (b, _) in zip(found[kind][1], replies)]
        same = [next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b))) / max(len(b), 1)
                for (_, a), (_, b) in zip(found[kind][1], replies)]
        print(f"{kind} against {TYPES[0]}: log-probabilities apart, mean {sum(apart) / len(apart):.2e}, rms "
              f"{math.sqrt(sum(a * a for a in apart) / len(apart)):.2e}, largest {max(apart):.2e}; likeliest tokens equal "
              f"{sum(a == b for a, b in zip(found[kind][2], first))} of {len(first)}; greedy replies equal "
              f"{sum(equal)} of {len(equal)}, equal beginnings {sum(same) / len(same):.2f} of their tokens")


def conversation(program, model, count):
    """A real prompt of about `count` tokens, and a reply to it: how long it takes, and the memory at its peak."""
    kind = TYPES[-1]
    server = Server(program, model, kind, count)
    text = "\n\n".join(path.read_text() for path in sorted(docs.glob("**/*.md")))
    tokens = server.ask("/tokenize", {"prompt": text})["tokens"][:count - REPLY - 1]
    began = time.monotonic()
    first = server.ask("/v1/completions", {"prompt": tokens, "max_tokens": 1, "temperature": 0})
    middle = time.monotonic()
    answer = server.ask("/v1/completions", {"prompt": tokens, "max_tokens": REPLY, "temperature": 0, "ignore_eos": True})
    seconds = time.monotonic() - middle
    assert first["usage"]["prompt_tokens"] == len(tokens)
    print(f"{kind}: a prompt of {len(tokens)} tokens in {middle - began:.0f} s "
          f"({len(tokens) / (middle - began):.1f} tokens/s), then {REPLY} tokens of a reply in {seconds:.1f} s "
          f"({REPLY / seconds:.2f} tokens/s)")
    print(f"memory: {server.memory('VmHWM') / 1e9:.2f} GB at the peak with the mapped file, "
          f"{server.memory('RssAnon') / 1e9:.2f} GB without it; reply: {answer['choices'][0]['text'][:80]!r}")
    server.end()


def speed(binary, model):
    for kind in TYPES:
        output = subprocess.run(
            [binary, model, "--threads", "2", "--contexts", os.environ.get("CONTEXTS", "1024 8192 32768"), "--decode",
             os.environ.get("DECODE", "20"), "--kv-cache", kind], check=True, capture_output=True, text=True).stdout
        found = json.loads(output)
        print(f"{kind:5} {found['bytes_per_token']} bytes per token, {found['peak_bytes'] / 1e9:.2f} GB at the peak; " + "; ".join(
            f"behind {c['context']}: reads {c['prefill']:.1f} tokens/s, writes {c['decode']:.2f} ({c['decode_mean']:.2f} on average)"
            for c in found["contexts"]), flush=True)


if sys.argv[1] in ("--accuracy", "--activations"):
    accuracy(sys.argv[2], sys.argv[3])
elif sys.argv[1] == "--conversation":
    conversation(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    speed(sys.argv[1], sys.argv[2])
