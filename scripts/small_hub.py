"""A model of random weights, and a hub on the loopback that has it under any name: for checks that type what the pages say
without a network. The numbers a model like this gives mean nothing; the commands, files and lines are those of any model.
"""

import http.server
import json
import math
import pathlib
import random
import struct
import sys
import threading

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(TOP / "Tests/Interop"))
import hub_server  # noqa: E402

TOKENIZER = TOP / "Tests/Fixtures/Tokenization/qwen2.tokenizer.json"
TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
WIDTH, INNER, HEADS, SHARED, LAYERS = 64, 128, 4, 2, 2


def model_files():
    """The files of a Qwen2 model: config.json, tokenizer.json, tokenizer_config.json, model.safetensors."""
    tokenizer = TOKENIZER.read_bytes()
    added = json.loads(tokenizer)["added_tokens"]
    end = next(token["id"] for token in added if token["content"] == "<|im_end|>")
    vocabulary = max(token["id"] for token in added) + 1
    head = WIDTH // HEADS
    shapes = {"model.embed_tokens.weight": (vocabulary, WIDTH), "model.norm.weight": (WIDTH,)}
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}."
        for norm in ("input_layernorm", "post_attention_layernorm"):
            shapes[f"{prefix}{norm}.weight"] = (WIDTH,)
        for name, rows in (("q", HEADS * head), ("k", SHARED * head), ("v", SHARED * head)):
            shapes[f"{prefix}self_attn.{name}_proj.weight"] = (rows, WIDTH)
            shapes[f"{prefix}self_attn.{name}_proj.bias"] = (rows,)
        shapes[f"{prefix}self_attn.o_proj.weight"] = (WIDTH, HEADS * head)
        shapes[f"{prefix}mlp.gate_proj.weight"] = shapes[f"{prefix}mlp.up_proj.weight"] = (INNER, WIDTH)
        shapes[f"{prefix}mlp.down_proj.weight"] = (WIDTH, INNER)
    source, header, body = random.Random(7), {}, bytearray()
    for name, shape in shapes.items():
        count = math.prod(shape)
        is_norm = name.endswith("norm.weight")
        values = [1.0] * count if is_norm else [source.gauss(0, 0.02) for _ in range(count)]
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [len(body), len(body) + 4 * count]}
        body += struct.pack(f"<{count}f", *values)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    config = {
        "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": WIDTH, "intermediate_size": INNER,
        "num_attention_heads": HEADS, "num_key_value_heads": SHARED, "num_hidden_layers": LAYERS, "vocab_size": vocabulary,
        "max_position_embeddings": 2048, "rms_norm_eps": 1e-6, "rope_theta": 1e6, "tie_word_embeddings": True,
        "hidden_act": "silu", "torch_dtype": "float32", "eos_token_id": end, "bos_token_id": None,
    }
    settings = {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "chat_template": TEMPLATE}
    return {
        "config.json": json.dumps(config, indent=2).encode(),
        "tokenizer.json": tokenizer,
        "tokenizer_config.json": json.dumps(settings, indent=2).encode(),
        "model.safetensors": struct.pack("<Q", len(text)) + text + bytes(body),
    }


class OneModelHub(hub_server.Hub):
    """The hub of the interoperability checks with one repository, which is found under any name."""

    repository = None
    cuts_downloads = False

    def found(self, hub, kind, name):
        return self.repository

    def log_message(self, *_):
        pass


def serve():
    """Starts the hub; its address."""
    files = model_files()
    OneModelHub.repository = hub_server.Repository(files)
    hub_server.STORAGE.update((hub_server.digest(body), body) for body in files.values())
    hub = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OneModelHub)
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{hub.server_port}"
