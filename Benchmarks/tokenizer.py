"""The work of Benchmarks/tokenizer.sh; see there."""
import argparse
import glob
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import venv

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

WORDS = ["'s", "'S", "'ſ", "'LL", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\u180e", "\u0085", "é", "e\u0301", "각",
         "\u212b", "1", "23", "٣", "Ⅷ", "²", "万", "你好", "。", "!", "👩‍👩‍👧‍👦", "👍🏽", "שלום", "مرحبا", "हिन्दी", "ไทย", "ß", "<|im_start|>",
         "<|im_end|>", "<think>", "<|im", "\x00", "\ufeff", "\U00010000", "a", "B", "the", "_", "==", "\u0345\u0301", "\u30ab\u3099"]


def fuzzed(count):
    r = random.Random(0)
    for _ in range(count):
        kind, n = r.random(), r.randrange(1, 40)
        if kind < 0.6:
            yield "".join(r.choice(WORDS) for _ in range(n))
        elif kind < 0.8:
            yield "".join(chr(r.choice([r.randrange(32, 127), r.randrange(0, 0xD800), r.randrange(0xE000, 0x110000)])) for _ in range(n))
        elif kind < 0.9:
            yield bytes(r.randrange(256) for _ in range(n * 3)).decode("utf-8", "replace")
        else:
            yield r.choice(WORDS) * r.randrange(1, 500)


PEERS = pathlib.Path(os.environ.get("LORAPIPE_PEERS", "~/.cache/lorapipe/peers")).expanduser()


def peer_environment(*modules):
    for candidate in (PEERS / "bin/python", PEERS / "venv/bin/python"):
        wanted = [candidate, "-c", "import " + ", ".join(modules)]
        if candidate.exists() and subprocess.run(wanted, capture_output=True).returncode == 0:
            return candidate
    venv.create(PEERS, with_pip=True)
    subprocess.run([PEERS / "bin/python", "-m", "pip", "install", "-q", *modules], check=True)
    return PEERS / "bin/python"


def our_binary():
    if "BENCHMARK" in os.environ:
        return os.environ["BENCHMARK"]
    build = ["swift", "build", "-c", "release"]
    subprocess.run([*build, "--product", "TokenizerBenchmark"], check=True, stdout=sys.stderr)
    folder = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True)
    return folder.stdout.strip() + "/TokenizerBenchmark"


def lines_of(command):
    """The JSON values a command prints, one a line."""
    output = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    return [json.loads(line) for line in output.split("\n") if line]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--ours", action="store_true")
    options.add_argument("--peer", help=argparse.SUPPRESS)
    options.add_argument("--fuzz", type=int, default=0)
    options.add_argument("--real", action="store_true")
    options.add_argument("tokenizer", nargs="?")
    options.add_argument("texts", nargs="*")
    arguments = options.parse_args()
    if arguments.peer:
        return peer(arguments)
    if arguments.real:
        python = peer_environment("tokenizers", "gguf", "transformers", "jinja2")
        script = pathlib.Path(__file__).with_name("real_tokenizers.py")
        os.execv(python, [python, script, our_binary(), str(arguments.fuzz or 4000)])
    if not arguments.tokenizer:
        options.error("name a tokenizer.json, or --real")
    paths = arguments.texts or glob.glob("*.md") + glob.glob("docs/*.md") + glob.glob("recipes/data/*")
    texts = [line for path in paths for line in pathlib.Path(path).read_text("utf-8", "replace").split("\n") if line]
    texts += fuzzed(arguments.fuzz)
    size = sum(len(text.encode()) for text in texts)
    print(f"{len(texts)} texts, {size / 1e6:.2f} MB, from {len(paths)} files")
    binary = our_binary()
    ours = os.environ.get("OURS", arguments.tokenizer)
    rounds = int(os.environ.get("ROUNDS", "5"))
    with tempfile.TemporaryDirectory() as folder:
        file = folder + "/texts.json"
        pathlib.Path(file).write_text(json.dumps(texts, ensure_ascii=False))
        mine, theirs = [], []
        python = None if arguments.ours else peer_environment("tokenizers")
        for _ in range(3):
            output = subprocess.run([binary, "time", ours, file, str(rounds)], check=True, capture_output=True, text=True).stdout
            mine.append(json.loads(output))
            if python:
                command = [python, __file__, "--peer", file, arguments.tokenizer]
                theirs.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        best = max(m["mb_per_s"] for m in mine)
        opened = min(m["open_ms"] for m in mine)
        print(f"ours: {best:.1f} MB/s, opened in {opened:.0f} ms, {mine[0]['tokens']} tokens")
        if not python:
            return
        peer_best = max(t["mb_per_s"] for t in theirs)
        print(f"tokenizers {theirs[0]['version']}: {peer_best:.2f} MB/s (batch), {max(t['single'] for t in theirs):.2f} MB/s "
              f"(one by one), opened in {min(t['open_ms'] for t in theirs):.0f} ms")
        print(f"ratio: {best / peer_best:.1f} ×")
        got = lines_of([binary, "encode", ours, file])
        ids, = lines_of([python, __file__, "--peer", file, "--ours", arguments.tokenizer])
        different = [i for i in range(len(texts)) if got[i] != ids[i]]
        print(f"ids and decoded text equal on {len(texts) - len(different)} of {len(texts)} texts")
        for i in different[:5]:
            print("  differs:", ascii(texts[i][:120]))
        sys.exit(1 if different else 0)


def peer(arguments):
    import tokenizers

    texts = json.load(open(arguments.peer))
    start = time.perf_counter()
    tokenizer = tokenizers.Tokenizer.from_file(arguments.tokenizer)
    opened = time.perf_counter() - start
    if arguments.ours:  # only the ids and what they decode to
        ids = [e.ids for e in tokenizer.encode_batch(texts)]
        print(json.dumps(list(zip(ids, tokenizer.decode_batch(ids)))))
        return
    size = sum(len(text.encode()) for text in texts)
    batch = single = 1e9
    for _ in range(2):
        start = time.perf_counter()
        tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        batch = min(batch, time.perf_counter() - start)
        start = time.perf_counter()
        for text in texts:
            tokenizer.encode(text, add_special_tokens=False)
        single = min(single, time.perf_counter() - start)
    print(json.dumps({"version": tokenizers.__version__, "open_ms": opened * 1000, "mb_per_s": size / batch / 1e6,
                      "single": size / single / 1e6}))


if __name__ == "__main__":
    main()
