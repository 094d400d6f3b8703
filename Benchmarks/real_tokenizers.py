"""The work of `Benchmarks/tokenizer.sh --real`: ids on real tokenizers, each claim printed.

Llama 3's is Meta's own `tokenizer.model`, which the package llama-models ships; it and Qwen2's also lie as GGUF in
llama-cpp-python's source package, with texts and their ids beside it, and with the chat templates of the families. Both
packages are kept in the peers' folder; nothing of them belongs to this repository. SmolLM2's is compared as well where
Tests/Interop/exchange.sh has fetched the model.
"""
import base64
import glob
import json
import os
import pathlib
import random
import subprocess
import sys
import tarfile
import zipfile

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import gguf  # noqa: E402
import transformers  # noqa: E402
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors  # noqa: E402

import tokenizer as benchmark  # noqa: E402

FOLDER = benchmark.PEERS / "tokenizers"
PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
           r"\s+(?!\S)|\s+")
UNITS = ["a", " ", "\n", "\r\n", "\t", "=", "1", "中", "é", "e\u0301", "\u0301", "👍🏽", "ا", "\x00", "the ", "<|eot_id|>", "<|"]
failures = []


def claim(name, holds, figure):
    print(f"{name}: {figure}, {'as claimed' if holds else 'NOT as claimed'}", flush=True)
    if not holds:
        failures.append(name)


def fetch():
    """The files of both packages, by their names."""
    FOLDER.mkdir(parents=True, exist_ok=True)

    def download(*package):
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", FOLDER, *package], check=True)

    if not (FOLDER / "tokenizer.model").exists():
        download("llama-models==0.3.0")
        wheel = next(FOLDER.glob("llama_models-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            (FOLDER / "tokenizer.model").write_bytes(archive.read("llama_models/llama3/tokenizer.model"))
        wheel.unlink()
    if not (FOLDER / "ggml-vocab-qwen2.gguf").exists():
        download("--no-binary", "llama-cpp-python", "llama-cpp-python==0.3.36")
        package = next(FOLDER.glob("llama_cpp_python-*.tar.gz"))
        with tarfile.open(package) as archive:
            for member in archive:
                name = member.name.rsplit("/", 1)[-1]
                if name.startswith(("ggml-vocab-llama-bpe.", "ggml-vocab-qwen2.", "meta-llama-Llama-3", "Qwen-Qwen2.5")):
                    (FOLDER / name).write_bytes(archive.extractfile(member).read())
        package.unlink()


def from_ranks(path):
    """Tokens and merges of a tiktoken file, which has no merges: each way to make a token of two others is one."""
    ranks = {}
    for line in path.read_bytes().splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in plain}
    letters |= {byte: chr(256 + i) for i, byte in enumerate(byte for byte in range(256) if byte not in letters)}

    def spelled(token):
        return "".join(letters[byte] for byte in token)

    merges = []
    for token in sorted(ranks, key=ranks.get):
        splits = [(token[:cut], token[cut:]) for cut in range(1, len(token))]
        splits = [(left, right) for left, right in splits if left in ranks and right in ranks]
        merges += sorted(splits, key=lambda split: (ranks[split[0]], ranks[split[1]]))
    return ({spelled(token): rank for token, rank in ranks.items()},
            [(spelled(left), spelled(right)) for left, right in merges])


def assembled(family, vocabulary, merges, special):
    """Hugging Face's tokenizer of a family, from its tokens, merges and control tokens."""
    if family == "smollm":  # its control tokens come first, so the vocabulary holds them too
        vocabulary = special | vocabulary
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=family == "llama3"))
    if family == "smollm":
        first = pre_tokenizers.Digits(individual_digits=True)
    else:
        first = pre_tokenizers.Split(Regex(PATTERN % ("{1,3}" if family == "llama3" else "")), "isolated")
    bytes_last = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=family == "smollm")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([first, bytes_last])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    if family == "llama3":
        begin = next(iter(special))
        template = processors.TemplateProcessing(
            single=f"{begin} $A", pair=f"{begin} $A {begin}:1 $B:1",
            special_tokens=[(begin, tokenizer.token_to_id(begin))])
        tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    assert all(tokenizer.token_to_id(token) == id for token, id in special.items())
    if family == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
    return tokenizer


def gguf_vocabulary(path):
    fields = gguf.GGUFReader(path).fields
    tokens, types, merges = (fields["tokenizer.ggml." + key].contents() for key in ("tokens", "token_type", "merges"))
    return ({token: id for id, token in enumerate(tokens) if types[id] == 1},
            [tuple(merge.split(" ")) for merge in merges], {token: id for id, token in enumerate(tokens) if types[id] == 3})


def stored(path, value):
    path.write_text(json.dumps(value))
    return path


def compare(name, binary, ours, tokenizer, texts):
    file = stored(FOLDER / "texts.json", texts)
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    wanted = list(zip(ids, tokenizer.decode_batch(ids)))
    got = benchmark.lines_of([binary, "encode", ours, file])
    wrong = [i for i, pair in enumerate(wanted) if i >= len(got) or tuple(got[i]) != pair]
    claim(f"{name}: ids and decoded text", not wrong,
          f"{len(wrong)} of {len(texts)} texts differ ({sum(map(len, ids))} tokens)")
    for i in wrong[:5]:
        print("  differs:", ascii(texts[i][:120]))
    r = random.Random(2)
    size = tokenizer.get_vocab_size()
    rows = [[r.randrange(size if r.random() < 0.7 else 300) for _ in range(r.randrange(40))] for _ in range(4000)]
    file = stored(FOLDER / "rows.json", rows)
    wrong = sum(a != b for a, b in zip(benchmark.lines_of([binary, "decode", ours, file]),
                                       tokenizer.decode_batch(rows, skip_special_tokens=False), strict=True))
    claim(f"{name}: text of random ids", wrong == 0, f"{wrong} of {len(rows)} differ")


def vectors(name, binary, path, begin):
    """The ids that llama.cpp's project stores beside its vocabularies, made by transformers on the real model."""
    texts = pathlib.Path(str(path) + ".inp").read_text("utf-8").split("\n__ggml_vocab_test__\n")
    lines = pathlib.Path(str(path) + ".out").read_text().split("\n")
    ids = [begin + [int(number) for number in line.split()] for line in lines]
    got = [pair[0] for pair in benchmark.lines_of([binary, "encode", path, stored(FOLDER / "texts.json", texts)])]
    wrong = sum(a != b for a, b in zip(got, ids)) + abs(len(got) - len(texts))
    claim(f"{name}: ids stored beside the GGUF", wrong == 0, f"{wrong} of {len(texts)} texts differ")


def chats(binary, path, tokenizer, template):
    r = random.Random(3)
    words = benchmark.WORDS + ["<|begin_of_text|>", "<|eot_id|>"]

    def message(role):
        return {"role": role, "content": "".join(r.choice(words) for _ in range(r.randrange(1, 20)))}

    lists = [([message("system")] if r.random() < 0.5 else [])
             + [message(role) for _ in range(r.randrange(4)) for role in ("user", "assistant")] + [message("user")]
             for _ in range(200)]
    begin = tokenizer.id_to_token(128000) if "llama" in path.name else None
    theirs = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=begin)
    theirs.chat_template = template.read_text()
    wanted = [theirs.apply_chat_template(messages, add_generation_prompt=True, return_dict=False, date_string="26 Jul 2024")
              for messages in lists]
    got = benchmark.lines_of([binary, "chat", path, stored(FOLDER / "texts.json", lists), template])
    wrong = sum(a != b for a, b in zip(got, wanted, strict=True))
    claim(f"{template.stem}: ids of chats", wrong == 0, f"{wrong} of {len(lists)} differ")


def main():
    binary, count = sys.argv[1], int(sys.argv[2])
    fetch()
    paths = glob.glob("*.md") + glob.glob("docs/*.md") + glob.glob("recipes/data/*") + glob.glob("Sources/Model/Tokenization/*.swift")
    texts = [line for path in paths for line in pathlib.Path(path).read_text("utf-8").split("\n") if line]
    texts += benchmark.fuzzed(count)
    texts += [edge + unit * length for unit in UNITS for length in (7, 97, 511, 20000) for edge in ("", "x")]
    print(f"{len(texts)} texts, {sum(len(text.encode()) for text in texts) / 1e6:.2f} MB")

    file = FOLDER / "ggml-vocab-llama-bpe.gguf"
    inside, inside_merges, special = gguf_vocabulary(file)
    vocabulary, merges = from_ranks(FOLDER / "tokenizer.model")
    claim("Llama 3: Meta's file and the GGUF", (vocabulary, merges) == (inside, inside_merges),
          f"{len(vocabulary)} tokens and {len(merges)} merges in both")
    tokenizer = assembled("llama3", vocabulary, merges, special)
    tokenizer.save(str(FOLDER / "llama3.json"))
    compare("Llama 3 tokenizer.json", binary, FOLDER / "llama3.json", tokenizer, texts)
    compare("Llama 3 GGUF", binary, file, tokenizer, texts)
    vectors("Llama 3 GGUF", binary, file, [128000])
    for template in sorted(FOLDER.glob("meta-llama*.jinja")):
        chats(binary, file, tokenizer, template)

    file = FOLDER / "ggml-vocab-qwen2.gguf"
    tokenizer = assembled("qwen2", *gguf_vocabulary(file))
    tokenizer.save(str(FOLDER / "qwen2.json"))
    compare("Qwen2 tokenizer.json", binary, FOLDER / "qwen2.json", tokenizer, texts)
    compare("Qwen2 GGUF", binary, file, tokenizer, texts)
    vectors("Qwen2 GGUF", binary, file, [])
    for template in sorted(FOLDER.glob("Qwen-*.jinja")):
        chats(binary, file, tokenizer, template)

    for file in (benchmark.PEERS / "model").glob("*/SmolLM2*.gguf"):
        tokenizer = assembled("smollm", *gguf_vocabulary(file))
        tokenizer.save(str(FOLDER / "smollm2.json"))
        compare("SmolLM2 tokenizer.json", binary, FOLDER / "smollm2.json", tokenizer, texts)
        compare("SmolLM2 GGUF", binary, file, tokenizer, texts)
    print(f"{len(failures)} failed" if failures else "all as claimed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
