"""Ids that transformers gives for tokenizers whose facts lie beside `tokenizer.json`: writes containers.json.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install 'transformers>=5'
    /tmp/venv/bin/python Tests/Fixtures/Tokenization/containers.py
"""
import json
import os
import tempfile

from transformers import AutoTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
BASE = json.load(open(os.path.join(HERE, "qwen2.tokenizer.json")))
TEXTS = ["a[EXTRA]b", "a  [EXTRA]  b", "x[NEW]y[PAD]z", "<|im_start|>user\nHi<|im_end|>", "e\u0301 a<|im_end|> b", "  two"]
EXTRA = {"content": "[EXTRA]", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
STRIP = {"content": "<|im_end|>", "single_word": False, "lstrip": True, "rstrip": True, "normalized": False, "special": True}

CASES = {
    "added_tokens_decoder adds": {"tokenizer_config.json": {"added_tokens_decoder": {"1000": EXTRA}}},
    "added_tokens_decoder changes flags": {"tokenizer_config.json": {"added_tokens_decoder": {"7": STRIP}}},
    "added_tokens.json": {"added_tokens.json": {"[EXTRA]": 1000, "[NEW]": 1001}, "tokenizer_config.json": {"pad_token": "[NEW]"}},
    "special_tokens_map.json": {
        "special_tokens_map.json": {"eos_token": "<|im_end|>", "pad_token": {**EXTRA, "content": "[PAD]", "lstrip": True}},
    },
    "the map wins over the configuration": {
        "tokenizer_config.json": {"eos_token": "<|endoftext|>"}, "special_tokens_map.json": {"eos_token": "<|im_end|>"},
    },
    "the configuration with a decoder wins over the map": {
        "tokenizer_config.json": {"eos_token": "<|im_end|>", "added_tokens_decoder": {"1000": EXTRA}},
        "special_tokens_map.json": {"eos_token": "<|endoftext|>", "pad_token": "[PAD]"},
    },
    "names in the configuration": {
        "tokenizer_config.json": {"pad_token": "[PAD]", "additional_special_tokens": ["[NEW]", "<|im_start|>"], "image_token": "[EXTRA]"},
    },
    "extra special tokens": {"tokenizer_config.json": {"extra_special_tokens": {"boi_token": "[NEW]"}}},
    "only the files": {},
}


def main():
    output = []
    for name, files in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            contents = {"tokenizer.json": BASE, **files}
            contents["tokenizer_config.json"] = {"tokenizer_class": "PreTrainedTokenizerFast", **files.get("tokenizer_config.json", {})}
            for file, content in contents.items():
                json.dump(content, open(os.path.join(folder, file), "w"))
            tokenizer = AutoTokenizer.from_pretrained(folder)
            output.append({
                "name": name,
                "files": {file: content for file, content in contents.items() if file != "tokenizer.json"},
                "eos": tokenizer.eos_token_id,
                "pad": tokenizer.pad_token_id,
                "texts": [{"text": text, "ids": tokenizer(text, add_special_tokens=False)["input_ids"]} for text in TEXTS],
            })
    with open(os.path.join(HERE, "containers.json"), "w") as file:
        json.dump(output, file, ensure_ascii=False, indent=1)
        file.write("\n")


main()
