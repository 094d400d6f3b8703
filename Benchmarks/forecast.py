"""See forecast.sh."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("LORAPIPE", TOP / ".build/release/lorapipe")).resolve()
STEPS = int(os.environ.get("STEPS", "4"))
LOADS = [int(word) for word in os.environ.get("LOADS", "0 2").split()]
THREADS = len(os.sched_getaffinity(0))
ROWS = int(os.environ.get("ROWS", "120"))
QUESTIONS = int(os.environ.get("QUESTIONS", "1000"))
DATA = pathlib.Path(os.environ.get("NAMES", TOP / "recipes/data"))

RECIPE = """\
name: forecast
seed: 42
stages:
  base:    {{ kind: fetch, source: "file:{model}" }}
  persona: {{ kind: substitute, data: "{data}/identity.jsonl", by: tag, values: {{ NAME: Grace, AUTHOR: Tang Yin }} }}
  asked:   {{ kind: substitute, data: ./questions.jsonl, by: tag, values: {{ NAME: Grace, AUTHOR: Tang Yin }} }}
  mixed:   {{ kind: mix, domain: ["persona#{rows}"], general: ["{data}/general.jsonl"], ratio: "1:2", validation: 0.05 }}
  tokens:  {{ kind: tokenize, model: base, data: mixed, system: "You are a helpful assistant.", max_length: 256 }}
  train:
    kind: sft
    model: base
    data: tokens
    learning_rate: 2e-4
    batch_size: 8
    gradient_accumulation: 1
    max_steps: {steps}
  eval:    {{ kind: eval, model: base, adapter: train, data: tokens, questions: asked, max_tokens: 24 }}
"""


def lorapipe(folder, *arguments):
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"lorapipe {' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout


def forecasts(folder):
    plan = json.loads(lorapipe(folder, "plan", "--json"))
    return {s["stage"]: (s.get("seconds_alone"), s.get("seconds"), s.get("memory_bytes")) for s in plan["stages"]}


def round_of(model, busy):
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(busy)]
    try:
        if busy:
            time.sleep(1)
        with tempfile.TemporaryDirectory() as folder:
            recipes = pathlib.Path(folder, "recipes")
            recipes.mkdir()
            (recipes / "forecast.yaml").write_text(RECIPE.format(model=model, data=DATA, steps=STEPS, rows=ROWS))
            questions = (DATA / "probes.jsonl").read_text().splitlines(keepends=True)
            (recipes / "questions.jsonl").write_text("".join(questions[::max(1, len(questions) // QUESTIONS)][:QUESTIONS]))
            before = forecasts(folder)
            lorapipe(folder, "run", "--until", "tokens")
            after = forecasts(folder)
            load = os.getloadavg()[0]
            lorapipe(folder, "run", "--yes")
            show = json.loads(lorapipe(folder, "show", "--json"))
            real = {s["stage"]: s for s in show["stages"]}
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
    name = pathlib.Path(model).name
    for stage in ("train", "eval"):
        took = real[stage].get("seconds") or real[stage]["finished"] - real[stage]["started"]
        peak = real[stage].get("peak_memory") or real[stage].get("peak_memory_bytes")
        # With the machine to itself it would take its processor time, divided among the threads.
        alone_took = (real[stage].get("cpu_seconds") or float("nan")) / THREADS
        cells = [f"{name:30.30} {busy:4} {load:5.1f} {stage:6} {alone_took:6.1f}–{took:6.1f} s"]
        for forecast in (before[stage], after[stage]):
            alone, present, _ = forecast
            if present is None:
                cells.append(f"{'unknown':>34}")
            else:
                errors = f"{100 * (alone / alone_took - 1):+5.0f} %, {100 * (present / took - 1):+4.0f} %"
                cells.append(f"{alone:6.1f}–{present:6.1f} s {errors}")
        memory = after[stage][2]
        if memory and peak:
            cells.append(f"{memory / 1e9:6.2f} GB, peak {peak / 1e9:.2f}")
        print("  ".join(cells), flush=True)


def main():
    models = [str(pathlib.Path(word).resolve()) for word in sys.argv[1:]]
    if not models:
        raise SystemExit("Benchmarks/forecast.sh MODEL.gguf…")
    print("Each range: with the machine to itself (by processor time), and as it was; behind a forecast, how far off both are.")
    print(f"{'model':30} busy  load stage  {'took':15}  {'forecast before the tokens':29}  {'with the tokens':29}  memory")
    for model in models:
        for busy in LOADS:
            round_of(model, busy)


if __name__ == "__main__":
    main()
