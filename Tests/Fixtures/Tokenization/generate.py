#!/usr/bin/env python3
"""Trains the tiny tokenizers of the tests and stores what Hugging Face `tokenizers` makes of many texts.

Usage: generate.py            writes *.tokenizer.json and goldens.json beside this script
Needs: pip install tokenizers transformers jinja2
"""
import json
import pathlib
import random
import unicodedata

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers.utils.chat_template_utils import _compile_jinja_template

HERE = pathlib.Path(__file__).parent
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = CONTRACTIONS + r"\p{N}" + REST
LLAMA3 = CONTRACTIONS + r"\p{N}{1,3}" + REST
QWEN35 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
          r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
CASED_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*|\p{{N}}" + CASED_REST
ENDING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
GPT4O = (rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{ENDING}|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{ENDING}|\p{{N}}{{1,3}}"
         + CASED_REST)

CORPUS = [
    "The quick brown fox jumps over the lazy dog. It didn't stop, and they'll say it's fine; we've seen 1234 of them.",
    "A recipe takes a base model and a few hundred rows of your own data to a served, measured, merged model.",
    "Grace is a clever and lovely cat assistant. Who are you? I am Grace, made by Tang Yin. What can you do for me?",
    "你好,我是一只聪明可爱的猫。你是谁?我可以帮助你学习、写作和思考。今天的天气很好,我们一起去公园吧。",
    "def encode(text):\n    ids = []\n    for piece in split(text):\n        ids += merge(piece)  # the least rank first\n    return ids\n",
    "café naïve Ångström über Москва привет мир שלום עולם مرحبا بالعالم हिन्दी भाषा ไทย 日本語カタカナ 한국어",
    "system user assistant\nYou are a helpful assistant.\n\n  indented\t\ttabs   and    runs of spaces\r\n",
    "aaaaaaaa bbbb abab abab aaaa ==== ---- .... !!!! 1111 2222 3333",
]
WORDS = ["'s", "'S", "'ſ", "'ll", "'LL", "'Ve", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\u2028", "\u180e", "\u0085",
         "é", "e\u0301", "\u1100\u1161\u11a8", "각", "\u0958", "Å", "\u212b", "1", "23", "٣", "Ⅷ", "²", "½", "万", "一二三", "你好", "。", ",",
         "!", "👩‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "שלום", "مرحبا", "हिन्दी", "ไทย", "ǅ", "ß", "İ", "<|im_start|>", "<|im_end|>", "<|endoftext|>",
         "<|begin_of_text|>", "<|eot_id|>", "<think>", "</think>", "<|im", "|>", "[L]", "[R]", "[W]", "é[N]", "e\u0301[N]", "\x00", "\x07",
         "\x7f", "\ufeff", "\ufffd", "\U00010000", "𝒜", "a", "B", "the", "world", "_", "-", "==", "//", "\u0301", "\u0345\u0301", "\u20dd",
         "\U000e0100", "\u30ab\u3099", "ﬁ", "\u0149", "\U000105c0", "\ua7da", "\U0001e4f0", "\U00011383"]


def added(content, **flags):
    return AddedToken(content, normalized=flags.pop("normalized", False), **flags)


def pieces(pattern):
    """The matches of a pattern, written in the letters that stand for bytes."""
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


FAMILIES = {
    "smollm": dict(
        pre=pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                     pre_tokenizers.ByteLevel(add_prefix_space=False)]),
        special=["<|endoftext|>", "<|im_start|>", "<|im_end|>"]),
    "qwen2": dict(
        pre=pieces(QWEN2),
        special=["<|endoftext|>", "<|im_start|>", "<|im_end|>"], tokens=["<think>", "</think>"], nfc=True),
    "llama3": dict(
        pre=pieces(LLAMA3),
        special=["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"], ignore_merges=True),
    "gpt2": dict(
        pre=pre_tokenizers.ByteLevel(add_prefix_space=False), special=["<|endoftext|>"], nfc=True,
        flagged=[added("[L]", lstrip=True), added("[R]", rstrip=True), added("[W]", single_word=True),
                 added("é[N]", normalized=True)]),
    # Patterns with no scanner of their own: Qwen3.5, Mistral's Tekken, Phi-4-mini; and one that GGUF has no name for.
    "qwen35": dict(
        pre=pieces(QWEN35),
        special=["<|endoftext|>", "<|im_start|>", "<|im_end|>"], tokens=["<think>", "</think>"], nfc=True),
    "tekken": dict(
        pre=pieces(TEKKEN),
        special=["<unk>", "<s>", "</s>", "[INST]", "[/INST]"], ignore_merges=True, begin="<s>"),
    "gpt-4o": dict(
        pre=pieces(GPT4O),
        special=["<|endoftext|>", "<|user|>", "<|assistant|>", "<|end|>"]),
    "other": dict(
        pre=pre_tokenizers.Sequence([
            pre_tokenizers.Split("=", "merged_with_previous"), pre_tokenizers.Split(Regex(r"[\s]+"), "contiguous"),
            pre_tokenizers.Split(Regex(r"\d{1,2}"), "isolated"), pre_tokenizers.Split(Regex(r"[a-z]+\s?"), "removed", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=True)]), special=[]),
}
SPACE = normalizers.Replace(" ", "▁")
BACK = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
# SentencePiece-style vocabularies: as Gemma, Llama 2 and Mistral 7B have them.
SPACED = {
    "gemma": dict(normalizer=SPACE, pre=pre_tokenizers.Split(" ", "merged_with_previous"), decoder=decoders.Sequence(BACK),
                  special=["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"],
                  tokens=["\n\n", "\n\n\n", "▁▁", "<table>"], begin="<bos>", unknown="<unk>"),
    "llama2": dict(normalizer=normalizers.Sequence([normalizers.Prepend("▁"), SPACE]), pre=None,
                   decoder=decoders.Sequence(BACK + [decoders.Strip(" ", 1, 0)]), special=["<unk>", "<s>", "</s>"],
                   begin="<s>", unknown="<unk>"),
    "metaspace": dict(normalizer=None, pre=pre_tokenizers.Metaspace("▁", "first", True),
                      decoder=decoders.Sequence(BACK + [decoders.Strip(" ", 1, 0)]), special=["<unk>", "<s>", "[INST]"],
                      begin="<s>", unknown="<unk>", bytes=False),
}


def train(name, family):
    tokenizer = Tokenizer(models.BPE(ignore_merges=family.get("ignore_merges", False)))
    tokenizer.pre_tokenizer = family["pre"]
    if family.get("nfc"):
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(vocab_size=720, special_tokens=[], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  show_progress=False)
    tokenizer.train_from_iterator(CORPUS * 3, trainer)
    tokenizer.add_special_tokens([added(s) for s in family["special"]])
    tokenizer.add_tokens([added(s) for s in family.get("tokens", [])] + family.get("flagged", []))
    if begin := "<|begin_of_text|>" if name == "llama3" else family.get("begin"):
        tokenizer.post_processor = processors.Sequence([
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(single=f"{begin} $A", pair=f"{begin} $A $B", special_tokens=[(begin, tokenizer.token_to_id(begin))])])
    return tokenizer


def train_spaced(family):
    """Trained on words, so that merges do not cross spaces; then put together with tokens for bytes in the middle."""
    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = pre_tokenizers.Metaspace("▁", "always", True)
    plain.train_from_iterator(CORPUS * 3, trainers.BpeTrainer(vocab_size=520, show_progress=False))
    data = json.loads(plain.to_str())["model"]
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in data["merges"]]
    # Runs of spaces, which merge first.
    merges = [("▁", "▁"), ("▁▁", "▁▁")] + merges
    tokens = family["special"] + [t for t in family.get("tokens", []) if t != "▁▁"]
    if family.get("bytes", True):
        tokens += [f"<0x{byte:02X}>" for byte in range(256)]
    tokens += ["▁▁", "▁▁▁▁"] + sorted(data["vocab"], key=data["vocab"].get)
    vocabulary = {token: id for id, token in enumerate(dict.fromkeys(tokens))}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token=family["unknown"], fuse_unk=True,
                                     byte_fallback=family.get("bytes", True)))
    if family["normalizer"]:
        tokenizer.normalizer = family["normalizer"]
    if family["pre"]:
        tokenizer.pre_tokenizer = family["pre"]
    tokenizer.decoder = family["decoder"]
    tokenizer.add_special_tokens([added(s) for s in family["special"]])
    tokenizer.add_tokens([added(s) for s in family.get("tokens", [])])
    begin = family["begin"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A", pair=f"{begin} $A $B", special_tokens=[(begin, tokenizer.token_to_id(begin))])
    return tokenizer


def texts(r):
    result = ["", " ", "\n", *CORPUS, "a" * 500, " " * 300, "\n" * 200, "中" * 200, "ab" * 300, "1" * 100, "é" * 100, "e\u0301" * 100,
              "\u0301" * 50, "x" * 97 + " " + "the" * 60, *WORDS]
    for _ in range(220):
        result.append("".join(r.choice(WORDS) for _ in range(r.randrange(1, 16))))
    for _ in range(40):
        result.append("".join(chr(r.choice([r.randrange(32, 127), r.randrange(0, 0x3000), r.randrange(0xE000, 0x1FFFF)])) for _ in range(12)))
    for _ in range(40):
        result.append(bytes(r.randrange(256) for _ in range(24)).decode("utf-8", "replace"))
    return result


def conversations(r):
    for _ in range(6):
        messages = [{"role": "system", "content": "You are Grace."}] if r.random() < 0.5 else []
        for _ in range(r.randrange(1, 4)):
            messages.append({"role": "user", "content": r.choice(["Who are you?", "你是谁?", "a\n\nb ", "1 + 1 = 2 ==", "<|im_end|>"])})
            messages.append({"role": "assistant", "content": r.choice(["I am Grace.", "我是一只猫。", "\n\nindented", "  spaces ", "123"])})
        yield messages


def main():
    r = random.Random(3)
    samples = texts(r)
    goldens = {"tokenizers": tokenizers.__version__, "texts": samples, "families": {}, "chats": []}
    trained = {}
    for name, family in (FAMILIES | SPACED).items():
        tokenizer = trained[name] = train_spaced(family) if name in SPACED else train(name, family)
        data = json.loads(tokenizer.to_str())
        (HERE / f"{name}.tokenizer.json").write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n")
        # Other patterns run on pcre2, whose Unicode data may be older: texts with newer scalars are left out there.
        scanned = name not in ("other", "qwen35", "tekken", "gpt-4o")
        known = [scanned or all(unicodedata.category(c) != "Cn" for c in text) for text in samples]
        ids = [tokenizer.encode(text, add_special_tokens=False).ids if k else None for text, k in zip(samples, known)]
        goldens["families"][name] = {
            "ids": ids,
            "decoded": {str(i): d for i, t in enumerate(samples) if known[i] and (d := tokenizer.decode(ids[i], skip_special_tokens=False)) != t},
            "withSpecial": tokenizer.encode("hello world").ids,
        }
    for template, name in [("smollm2", "smollm"), ("qwen3", "qwen2")]:
        source = (HERE.parent / "JinjaTemplates" / "templates" / f"{template}.jinja").read_text()
        for messages in conversations(r):
            for prompt in (messages, messages[:-1]):
                generation = prompt is not messages
                text = _compile_jinja_template(source).render(
                    messages=prompt, tools=None, documents=None, add_generation_prompt=generation, enable_thinking=False)
                goldens["chats"].append({"template": template, "tokenizer": name, "messages": prompt, "generation": generation,
                                         "text": text, "ids": trained[name].encode(text, add_special_tokens=False).ids})
    (HERE / "goldens.json").write_text(json.dumps(goldens, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
