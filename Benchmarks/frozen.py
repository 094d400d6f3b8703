"""See frozen.sh."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ["LORAPIPE"]).resolve()
MODEL = pathlib.Path(sys.argv[1]).resolve()
DATA = TOP / "recipes/data"
ROUNDS = int(os.environ.get("ROUNDS", "1"))
EPOCHS = os.environ.get("EPOCHS", "3")
# Domain rows, and twice as many general ones.
ROWS = os.environ.get("ROWS", "80")
# Leaves out the evaluation, for a model that answers slowly.
EVALUATE = os.environ.get("EVALUATE", "1") == "1"
RATE = os.environ.get("RATE", "1e-3")

RECIPE = f"""\
name: frozen
seed: 42
stages:
  base:    {{ kind: fetch, source: "file:{MODEL}" }}
  persona: {{ kind: substitute, data: "{DATA}/identity.jsonl", by: tag, values: {{ NAME: Grace, AUTHOR: Tang Yin }} }}
  mixed:   {{ kind: mix, domain: ["persona#{ROWS}"], general: ["{DATA}/general.jsonl"], ratio: "1:2", validation: 0.1 }}
  tokens:  {{ kind: tokenize, model: base, data: mixed, system: "You are Grace, a clever cat.", max_length: 512 }}
  train:
    kind: sft
    model: base
    data: tokens
    lora: {{ rank: 8, alpha: 32 }}
    learning_rate: {RATE}
    batch_size: 8
    gradient_accumulation: 1
    epochs: {EPOCHS}
    save_every: 0
  eval:
    kind: eval
    model: base
    adapter: train
    data: tokens
    system: ""
    questions: "{DATA}/identity-probes.jsonl"
    expect: {{ contains: [Grace, Tang Yin, 唐银] }}
    max_tokens: 32
"""


def lorapipe(folder, *arguments):
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"lorapipe {' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout


def stage(folder, name):
    stages = json.loads(lorapipe(folder, "show", "--json"))["stages"]
    return next(s for s in stages if s["stage"] == name)


def train(folder, layers, rank, last="train"):
    chosen = "all" if layers is None else f"{{ last: {layers} }}"
    options = ["-S", f"train.lora.layers={chosen}", "-S", f"train.lora.rank={rank}", "-S", f"train.lora.alpha={4 * rank}"]
    lorapipe(folder, "run", "--until", last, "--yes", *options)
    found = stage(folder, "train")
    stored = sum(path.stat().st_size for path in pathlib.Path(folder).rglob("states.f32"))
    return {
        "seconds": found["action_seconds"], "cpu": found["cpu_seconds"], "memory": found["peak_memory"] / 1e9,
        "rate": found["metrics"]["tokens_per_second"], "stored": stored / 1e6,
    }


def round_of(layers):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "recipes").mkdir()
        pathlib.Path(folder, "recipes/frozen.yaml").write_text(RECIPE)
        lorapipe(folder, "run", "--until", "tokens", "--yes")
        first = train(folder, layers, 8)
        if EVALUATE:
            lorapipe(folder, "run", "--until", "eval", "--yes", "-S", "train.lora.layers="
                     + ("all" if layers is None else f"{{ last: {layers} }}"))
            metrics = stage(folder, "eval")["metrics"]
            for name in ("learned", "general_loss_change", "tuned.loss"):
                first[name] = metrics.get(name)
        return first, train(folder, layers, 16)


def layer_count():
    return json.loads(lorapipe(TOP, "inspect", str(MODEL), "--json"))["layers"]


def main():
    count = layer_count()
    choices = [("all", None), ("last half", count // 2), ("last quarter", max(1, count // 4))]
    found = {name: [] for name, _ in choices}
    for _ in range(ROUNDS):
        for name, layers in choices:
            found[name].append(round_of(layers))

    def median(name, run, key):
        values = [r[run][key] for r in found[name] if r[run].get(key) is not None]
        return statistics.median(values) if values else None

    print(f"{MODEL.name}, {count} layers, {EPOCHS} epochs, domain rows {ROWS}, rounds {ROUNDS}")
    print("| layers | run | s | CPU s | ratio | peak GB | tokens/s | stored MB | learned | general loss | validation loss |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    base = median("all", 0, "cpu")

    def cell(value, form):
        return "–" if value is None else format(value, form)

    for name, _ in choices:
        for run, label in ((0, "first"), (1, "second, rank 16")):
            values = {key: median(name, run, key) for key in
                      ("seconds", "cpu", "memory", "rate", "stored", "learned", "general_loss_change", "tuned.loss")}
            print("| " + " | ".join([
                name, label, cell(values["seconds"], ".1f"), cell(values["cpu"], ".1f"), cell(values["cpu"] / base, ".2f"),
                cell(values["memory"], ".2f"), cell(values["rate"], ".0f"), cell(values["stored"], ".0f"),
                cell(values["learned"], ".0%"), cell(values["general_loss_change"], "+.1%"),
                cell(values["tuned.loss"], ".3f")]) + " |")


main()
