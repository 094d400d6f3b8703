"""Exchange of the adapters that are more than a plain LoRA; run by exchange.sh after exchange.py.

DoRA, low-rank updates of embedding and head, whole modules, rows of single tokens, and a resized vocabulary: what peft
wrote and lorapipe wrote again gives peft's logits in peft; the merged folder does in transformers, the merged GGUF in
llama.cpp. Updates of embedding and head are trained here, too, and opened by peft and by llama.cpp. A DoRA is trained on SmolLM2 here and by peft, from the same adapter and on the same rows.
"""

import argparse
import json
import pathlib
import sys
import time

import peft
import torch
import transformers
from safetensors.torch import load_file

from claims import claim, compare, failures
from peers import CHAT, TARGETS, Ours, chat_row, compute_in_own_precision, llama_logits, peft_training, torch_logits
from tiny_exchange import sequences_for_llama


def is_ours(name):
    return name.endswith(("-dora", "-tables")) or name.startswith("changed-")


def opened(folder, adapter, vocabulary):
    """The base with an adapter, in peft, in f64."""
    base = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if base.get_input_embeddings().num_embeddings != vocabulary:
        base.resize_token_embeddings(vocabulary, mean_resizing=False)
    return peft.PeftModel.from_pretrained(base, adapter).double().eval()


def tiny_models(ours, work):
    folder = pathlib.Path(__file__).parent.parent / "Fixtures" / "Models"
    for path in sorted(path for path in folder.iterdir() if is_ours(path.name)):
        rows = json.loads((path / "golden.json").read_text())["rows"][:3]
        arrays = load_file(path / "golden.safetensors")
        sequences = [row["ids"] for row in rows]
        expected = [arrays[f"logits.adapter.{index}"].double().numpy() for index in range(len(rows))]
        compare(f"{path.name}, ours, against peft", ours.logits(path, sequences, path / "adapter"), expected, 1e-4, 2e-5)
        again = work / f"again-{path.name}"
        ours.run("adapter", path, path / "adapter", again, "folder")
        compare(f"{path.name} written again, opened by peft",
                torch_logits(opened(path, again, expected[0].shape[1]), sequences), expected, 1e-4, 2e-5)
        merged = work / f"merged-{path.name}"
        ours.run("write", path, merged, "folder", "f32", path / "adapter")
        model = transformers.AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32).double().eval()
        compare(f"{path.name} merged folder in transformers", torch_logits(model, sequences), expected, 1e-4, 2e-5)
        # llama.cpp gives other layers of a Gemma 3 a window than these tiny ones have, and a Gemma 2 no head of its own, so
        # lorapipe writes no such file.
        if path.name in ("changed-tokens", "gemma3-dora", "gemma2-tables"):
            continue
        ours.run("write", path, work / "tiny-merged.gguf", "gguf", "f32", path / "adapter")
        longer = sequences_for_llama(path, sequences)
        compare(f"{path.name} merged GGUF in llama.cpp", llama_logits(work / "tiny-merged.gguf", longer),
                torch_logits(model, longer), 1e-4, 2e-5)


def last_layers(ours, work):
    """An adapter of peft on the last layer only (`layers_to_transform`): here, and written again by lorapipe, in peft."""
    folder = pathlib.Path(__file__).parent.parent / "Fixtures" / "Models"
    for name in ("llama-untied", "qwen2-tied", "gemma3", "phi3"):
        path = folder / name
        sequences = [row["ids"] for row in json.loads((path / "golden.json").read_text())["rows"][:3]]
        base = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)
        last = base.config.num_hidden_layers - 1
        targets = ["qkv_proj", "down_proj"] if name == "phi3" else ["q_proj", "v_proj", "down_proj"]
        torch.manual_seed(7)
        model = peft.get_peft_model(base, peft.LoraConfig(
            r=4, lora_alpha=8, target_modules=targets, layers_to_transform=[last], init_lora_weights=False,
            task_type="CAUSAL_LM"))
        adapter = work / f"last-{name}"
        model.save_pretrained(adapter)
        expected = torch_logits(model.double().eval(), sequences)
        compare(f"{name}, last layer, ours, against peft", ours.logits(path, sequences, adapter), expected, 1e-4, 2e-5)
        again = work / f"last-again-{name}"
        ours.run("adapter", path, adapter, again, "folder")
        named = json.loads((again / "adapter_config.json").read_text())["layers_to_transform"]
        claim(f"{name}, last layer, written again, names it", len(named or []), 1, named == [last])
        vocabulary = base.get_input_embeddings().num_embeddings
        compare(f"{name}, last layer, written again, opened by peft", torch_logits(opened(path, again, vocabulary), sequences),
                expected, 1e-4, 2e-5)


def trained_tables(ours, work):
    """Updates of embedding and head after more training here: the adapter in peft, and in llama.cpp where they are untied."""
    folder = pathlib.Path(__file__).parent.parent / "Fixtures" / "Models"
    options = dict(learning_rate=1e-2, weight_decay=0.1, clip=1.0, window=2, epochs=4, warmup=1)
    (work / "options.json").write_text(json.dumps(options))
    for path in sorted(folder.glob("*-tables")):
        rows = json.loads((path / "golden.json").read_text())["rows"]
        (work / "rows.json").write_text(json.dumps(rows))
        sequences = [row["ids"] for row in rows[:3]]
        trained = work / f"trained-{path.name}"
        steps = ours.run("train", path, path / "adapter", work / "rows.json", work / "options.json", trained)
        # The third update and the last are of the same rows.
        claim(f"{path.name}, last loss over the first of its rows", steps[-1]["loss"] / steps[2]["loss"], 1)
        mine = ours.logits(path, sequences, trained)
        model = opened(path, trained, mine[0].shape[1])
        compare(f"{path.name} trained here, opened by peft", torch_logits(model, sequences), mine, 1e-4, 2e-5)
        if transformers.AutoConfig.from_pretrained(path).tie_word_embeddings:
            continue
        ours.run("write", path, work / "tables.gguf", "gguf", "f32")
        ours.run("adapter", path, trained, work / "tables-adapter.gguf", "gguf")
        longer = sequences_for_llama(path, sequences)
        compare(f"{path.name} trained here, adapter in llama.cpp",
                llama_logits(work / "tables.gguf", longer, work / "tables-adapter.gguf"),
                torch_logits(model, longer), 1e-4, 2e-5)


def trained_dora(ours, work, model_path):
    """Six updates of a DoRA on chat rows, here on the quantized base and by peft on its f32 values."""
    if not (work / "base").exists():
        ours.run("write", model_path, work / "base", "folder", "f32")
    tokenizer = transformers.AutoTokenizer.from_pretrained(work / "base")
    rows = [chat_row(tokenizer, *pair) for pair in CHAT]
    sequences = [row["ids"] for row in rows[:3]]
    torch.manual_seed(6)
    base = transformers.AutoModelForCausalLM.from_pretrained(work / "base", dtype=torch.float32)
    model = peft.get_peft_model(base, peft.LoraConfig(
        task_type="CAUSAL_LM", r=8, lora_alpha=32, lora_dropout=0.0, target_modules=TARGETS, use_dora=True))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.01)
            if "magnitude" in name:
                parameter.mul_(1 + 0.02 * torch.randn_like(parameter))
    model.save_pretrained(work / "dora")
    compare("SmolLM2 with a DoRA of peft's, against peft", ours.logits(model_path, sequences, work / "dora"),
            torch_logits(model, sequences), 1e-3, 1e-4)
    options = dict(learning_rate=5e-4, weight_decay=0.1, clip=1.0, window=4, epochs=3, warmup=1)
    (work / "rows.json").write_text(json.dumps(rows))
    (work / "options.json").write_text(json.dumps(options))
    start = time.monotonic()
    steps = ours.run("train", model_path, work / "dora", work / "rows.json", work / "options.json", work / "dora-trained")
    middle = time.monotonic()
    expected = peft_training(model, rows, options)
    print(f"     {len(steps)} updates: {middle - start:.1f} s here, {time.monotonic() - middle:.1f} s in peft")
    for index, (mine, theirs) in enumerate(zip(steps, expected, strict=True)):
        for key in ("loss", "gradient_norm"):
            claim(f"DoRA update {index}, {key} {mine[key]:.6f}, against peft, relative",
                  abs(mine[key] / theirs[key] - 1), 2e-4)
    trained = opened(work / "base", work / "dora-trained", base.config.vocab_size)
    mine = ours.logits(model_path, sequences, work / "dora-trained")
    compare("our DoRA opened by peft", torch_logits(trained, sequences), mine, 5e-4, 5e-5)
    ours.run("write", model_path, work / "dora-merged", "folder", "f32", work / "dora-trained")
    merged = transformers.AutoModelForCausalLM.from_pretrained(work / "dora-merged", dtype=torch.float32)
    compare("our DoRA merged, opened by transformers", torch_logits(merged.double().eval(), sequences), mine, 5e-4, 5e-5)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--check", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--only", choices=["tiny", "trained"])
    options = parser.parse_args()
    ours = Ours(options.check, options.work)
    compute_in_own_precision()
    if options.only != "trained":
        tiny_models(ours, options.work)
        last_layers(ours, options.work)
        trained_tables(ours, options.work)
    if options.only != "tiny":
        trained_dora(ours, options.work, options.model)
    print(f"{len(failures)} failed" if failures else "all as claimed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
