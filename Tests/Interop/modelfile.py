#!/usr/bin/env python3
"""Exports a model for Ollama, and checks what was written with other programs.

    python Tests/Interop/modelfile.py MODEL [--lorapipe .build/release/lorapipe] [--system TEXT]

The Modelfile's template is run by Go's text/template (needs Go), and must give what transformers' Jinja gives for the chat
template in the GGUF file. llama.cpp (its fork in ik-llama-cpp-python, which comes compiled) then answers the rendered prompts greedily, and must
write what `lorapipe generate` writes.
"""

import argparse
import ctypes
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from gguf import GGUFReader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ik_llama_cpp import IkLlama, _ctypes_api

options = argparse.ArgumentParser()
options.add_argument("model")
options.add_argument("--lorapipe", default=".build/release/lorapipe")
options.add_argument("--system", default="You are Grace, a friendly cat.")
options.add_argument("--dtype", default="f32", help="the programs round q8_0 activations otherwise; f32 leaves no doubt")
options.add_argument("--tokens", type=int, default=24)
options = options.parse_args()
here = pathlib.Path(__file__).parent
SYSTEM = {"role": "system", "content": options.system}
CHATS = [
    [SYSTEM, {"role": "user", "content": "Who are you?"}],
    [SYSTEM, {"role": "user", "content": "你是谁？"}],
    [
        SYSTEM,
        {"role": "user", "content": "What is 1 + 1?"},
        {"role": "assistant", "content": "2"},
        {"role": "user", "content": "And 2 + 2?"},
    ],
    [{"role": "user", "content": "Name a color of {{ the }} sky."}],
]


def run(*arguments, text=None):
    done = subprocess.run(arguments, input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{arguments}: {done.stderr}")
    return done.stdout


def text_of(model, tokens):
    """Characters may be spread over tokens, which the bindings decode one by one."""
    pieces, buffer = b"", ctypes.create_string_buffer(256)
    for token in tokens:
        count = _ctypes_api.llama_token_to_piece(model._model.model, token, buffer, 256, 0, True)
        pieces += buffer.raw[: max(0, count)]
    return pieces.decode("utf-8", errors="replace")


def quoted(text, key):
    return re.search(rf'^{key} """(.*?)"""$', text, re.S | re.M).group(1)


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    out = folder / "out"
    print(run(options.lorapipe, "export", options.model, "--ollama", "--dtype", options.dtype, "--system", options.system, "-o", str(out)))
    modelfile = (out / "Modelfile").read_text(encoding="utf-8")
    print(modelfile)
    assert quoted(modelfile, "SYSTEM") == options.system
    fields = GGUFReader(out / "model.gguf").fields
    text = lambda name: bytes(fields[name].parts[-1]).decode() if name in fields else ""
    number = lambda name: int(fields[name].parts[-1][0]) if name in fields else None
    piece = lambda index: bytes(fields["tokenizer.ggml.tokens"].parts[fields["tokenizer.ggml.tokens"].data[index]]).decode()
    begin = piece(number("tokenizer.ggml.bos_token_id")) if number("tokenizer.ggml.bos_token_id") is not None else ""
    adds = bool(number("tokenizer.ggml.add_bos_token"))
    jinja = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(text("tokenizer.chat_template"))
    stops = re.findall(r'^PARAMETER stop """(.*?)"""$', modelfile, re.M)
    run("go", "build", "-o", str(folder / "render"), str(here / "modelfile.go"))
    template = quoted(modelfile, "TEMPLATE")
    render = lambda chat: run(str(folder / "render"), text=json.dumps({"template": template, "messages": chat}))
    failures = 0
    for chat in CHATS:
        rendered = render(chat)
        wanted = jinja.render(messages=chat, add_generation_prompt=True, bos_token=begin, enable_thinking=False)
        if adds and wanted.startswith(begin):
            wanted = wanted[len(begin):]
        same = rendered == wanted
        # Ollama puts the Modelfile's SYSTEM before a conversation that has none, as lorapipe does with the trained one.
        asked = rendered if chat[0]["role"] == "system" else render([SYSTEM] + chat)
        model = IkLlama(str(out / "model.gguf"), n_ctx=1024)
        tokens = model.tokenize(asked, add_bos=adds, special=True)
        answer = text_of(model, model.generate(tokens, max_tokens=options.tokens, temperature=0.0))
        for stop in stops:
            answer = answer.split(stop)[0]
        (folder / "rows.jsonl").write_text(json.dumps({"messages": chat}, ensure_ascii=False) + "\n", encoding="utf-8")
        ours = json.loads(
            run(
                options.lorapipe, "generate", str(out / "model.gguf"), "-i", str(folder / "rows.jsonl"), "-n",
                str(options.tokens), "--temperature", "0", "--json"))
        ours = ours if isinstance(ours, dict) else ours[0]
        ours = ours.get("answer", ours)
        equal = answer.strip() == str(ours).strip()
        print(f"template {'equal' if same else 'DIFFERS'}, answer {'equal' if equal else 'DIFFERS'}: {answer!r}")
        if not same:
            print(repr(rendered), repr(wanted), sep="\n")
        if not equal:
            print(repr(ours))
        failures += (not same) + (not equal)
sys.exit(1 if failures else 0)
