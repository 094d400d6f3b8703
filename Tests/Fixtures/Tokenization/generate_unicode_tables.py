#!/usr/bin/env python3
"""Writes Sources/Model/Tokenization/UnicodeTables.swift.

The character classes are read off Hugging Face `tokenizers` itself, by asking its regular expressions about every
Unicode scalar, because a tokenizer must split exactly where the model's training split. The normalization data comes
from Python's `unicodedata`, cut down to the older Unicode version `tokenizers` goes by; the script fails when the tables
would normalize any scalar, or any of many random sequences of marks, differently from it.

Usage: generate_unicode_tables.py > Sources/Model/Tokenization/UnicodeTables.swift     (needs: pip install tokenizers)
"""
import random
import sys
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

SCALARS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def matched(pattern):
    split = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    found = set()
    for start in range(0, len(SCALARS), 65536):
        text = "".join(map(chr, SCALARS[start : start + 65536]))
        for piece, _ in split.pre_tokenize_str(text):
            found.update(map(ord, piece))
    return found


def digits():
    split = pre_tokenizers.Digits(individual_digits=True)
    found = set()
    for start in range(0, len(SCALARS), 65536):
        text = "".join("a" + chr(c) for c in SCALARS[start : start + 65536] if c != 0x61)
        for piece, _ in split.pre_tokenize_str(text):
            if len(piece) == 1 and piece != "a":
                found.add(ord(piece))
    return found


def ranges(members):
    result = []
    for c in sorted(members):
        if result and result[-1][1] == c:
            result[-1][1] = c + 1
        else:
            result.append([c, c + 1])
    return result


def deltas(numbers):
    previous, words = 0, []
    for number in numbers:
        words.append(format(number - previous, "x"))
        previous = number
    return words


def literal(name, comment, words):
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) + 1 > 112:
            lines.append(line)
            line = ""
        line += (" " if line else "") + word
    lines.append(line)
    print(f"  /// {comment}")
    print(f'  static let {name}: StaticString = """')
    for index, text in enumerate(lines):
        print("    " + text + (" \\" if index + 1 < len(lines) else ""))
    print('    """')


NFC, NFD = normalizers.NFC(), normalizers.NFD()


def combining_class(scalar):
    """The class `tokenizers` goes by: its data is older than Python's, and later marks have none there."""
    c = chr(scalar)
    moves = NFD.normalize_str("a\u0345" + c) != "a\u0345" + c or NFD.normalize_str("a" + c + "\u0334") != "a" + c + "\u0334"
    return unicodedata.combining(c) if moves or scalar in (0x334, 0x345) or unicodedata.combining(c) == 1 else 0


def normalized(text, classes, decompositions, pairs):
    """NFC by the tables written: the algorithm of the Swift side, to prove the tables against `tokenizers`."""
    out = []
    stack = list(reversed(text))
    while stack:
        c = ord(stack.pop())
        if 0xAC00 <= c < 0xAC00 + 11172:
            s = c - 0xAC00
            out += [0x1100 + s // 588, 0x1161 + s % 588 // 28] + ([0x11A7 + s % 28] if s % 28 else [])
        elif c in decompositions:
            stack.extend(chr(v) for v in reversed(decompositions[c]))
        else:
            out.append(c)
    start = 0
    while start < len(out):
        if classes.get(out[start], 0) == 0:
            start += 1
            continue
        end = start
        while end < len(out) and classes.get(out[end], 0):
            end += 1
        out[start:end] = sorted(out[start:end], key=lambda c: classes[c])
        start = end
    result, starter, last = [], None, 0
    for c in out:
        k = classes.get(c, 0)
        if starter is not None and (last < k or last == 0 and starter == len(result) - 1):
            left = result[starter]
            joined = pairs.get((left, c))
            if joined is None and 0x1100 <= left < 0x1113 and 0x1161 <= c < 0x1176:
                joined = 0xAC00 + ((left - 0x1100) * 21 + c - 0x1161) * 28
            if joined is None and 0xAC00 <= left < 0xAC00 + 11172 and (left - 0xAC00) % 28 == 0 and 0x11A7 < c < 0x11C3:
                joined = left + c - 0x11A7
            if joined is not None:
                result[starter] = joined
                continue
        if k == 0:
            starter = len(result)
        last = k
        result.append(c)
    return "".join(map(chr, result))


def check_normalization(classes, decompositions, pairs):
    failures = 0
    lead = sorted({p[0] for p in pairs}) + sorted(decompositions)
    marks = sorted(classes) + sorted({p[1] for p in pairs}) + list(range(0x1161, 0x1176)) + list(range(0x11A7, 0x11C3))
    generator = random.Random(1)
    texts = [chr(c) for c in SCALARS] + ["a\u0345" + chr(c) + "\u0334\u0301" for c in SCALARS]
    for _ in range(300_000):
        first = generator.choice(lead if generator.random() < 0.5 else SCALARS)
        texts.append(chr(first) + "".join(chr(generator.choice(marks)) for _ in range(generator.randrange(1, 6))))
    for text in texts:
        if NFC.normalize_str(text) != normalized(text, classes, decompositions, pairs):
            failures += 1
            if failures < 10:
                print("normalization differs:", ascii(text), file=sys.stderr)
    return failures


def main():
    letters, numbers, spaces, digit = matched(r"\p{L}+"), matched(r"\p{N}+"), matched(r"\s+"), digits()
    expected = set([*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000])
    assert spaces == expected, "white space differs"
    assert numbers <= digit
    decompositions, pairs, combining, classes = [], [], {}, {}
    for c in SCALARS:
        parts = unicodedata.decomposition(chr(c))
        if not parts or parts.startswith("<") or NFD.normalize_str(chr(c)) == chr(c):
            continue
        values = [int(p, 16) for p in parts.split()]
        decompositions.append((c, values))
        if len(values) == 2 and NFC.normalize_str(chr(c)) == chr(c):
            pairs.append((values[0], values[1], c))
    for c in SCALARS:
        if unicodedata.combining(chr(c)) and (k := combining_class(c)):
            combining.setdefault(k, set()).add(c)
            classes[c] = k
    failures = check_normalization(classes, dict(decompositions), {(a, b): c for a, b, c in pairs})
    if failures:
        sys.exit(f"{failures} texts are normalized differently")
    print("// Generated by Tests/Fixtures/Tokenization/generate_unicode_tables.py; do not edit.")
    print(f"// Classes as tokenizers {tokenizers.__version__} has them and normalizes them.")
    print()
    print("/// Unicode data as text: hexadecimal numbers, each written as the difference from the one before it where said so.")
    print("enum UnicodeTables {")
    literal("letters", r"`\p{L}`: starts and ends of half-open ranges, as differences.", deltas([x for r in ranges(letters) for x in r]))
    print()
    literal("numbers", r"`\p{N}`: starts and ends of half-open ranges, as differences.", deltas([x for r in ranges(numbers) for x in r]))
    print()
    literal("extraDigits", r"What the `Digits` pre-tokenizer takes for a digit beyond `\p{N}`: ranges, as differences.", deltas([x for r in ranges(digit - numbers) for x in r]))
    print()
    words, previous = [], 0
    for c, values in decompositions:
        words.append(format(c - previous, "x"))
        words.append(",".join(format(v, "x") for v in values))
        previous = c
    literal("decompositions", "Canonical decompositions: a scalar (as a difference), then its one or two parts.", words)
    print()
    exclusions = {c for c, v in decompositions if len(v) == 2} - {c for _, _, c in pairs}
    literal("compositionExclusions", "Scalars with two parts that are not composed again, as differences.", deltas(sorted(exclusions)))
    print()
    words = []
    for k in sorted(combining):
        words.append(format(k, "x") + ":" + ",".join(deltas([x for r in ranges(combining[k]) for x in r])))
    literal("combiningClasses", "A combining class, a colon, then ranges as differences.", words)
    print("}")


if __name__ == "__main__":
    main()
