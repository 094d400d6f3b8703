"""Adds runs to a workspace's runs.db, for ui.sh: as many as a team makes in a year, ten of them with long curves.

    ui-workspace.py WORKSPACE [RUNS] [POINTS]

The rows are what the program itself would have written: its schema, its names, values from a seeded generator.
"""
import hashlib
import json
import math
import os
import random
import sqlite3
import struct
import sys
import time

workspace = sys.argv[1]
runs = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
points = int(sys.argv[3]) if len(sys.argv) > 3 else 100_000
chance = random.Random(1)
db = sqlite3.connect(f"{workspace}/runs/runs.db")
sets = {}


def parameter_set(values):
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    if digest not in sets:
        cursor = db.execute("INSERT OR IGNORE INTO parameter_sets (digest) VALUES (?)", (digest,))
        sets[digest] = cursor.lastrowid or db.execute("SELECT id FROM parameter_sets WHERE digest = ?", (digest,)).fetchone()[0]
        for name, value in values.items():
            kind = {bool: "boolean", int: "integer", float: "number", str: "string"}[type(value)]
            db.execute("INSERT OR REPLACE INTO parameter_values VALUES (?, ?, ?, ?)", (sets[digest], name, kind, value))
    return sets[digest]


def key(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()


# What the newest run is called, and the value of one of its parameters: a page that took it for HTML would run it.
HOSTILE = '<img src=x onerror="window.hacked = 1"></td><script>window.hacked = 1</script>'
start = time.time() - 400 * 86400
for index in range(runs):
    began = start + index * 86400 * 0.35
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(began))
    run = f"{stamp}-{index % 65536:04x}"
    rank, rate, epochs = chance.choice([4, 8, 16, 32]), chance.choice([1e-4, 3e-4, 1e-3, 3e-3]), chance.choice([1, 2, 3])
    quality = 1.2 + abs(math.log10(rate) + 3) * 0.25 + 0.6 / rank + chance.gauss(0, 0.03)
    status = chance.choices(["succeeded", "failed", "interrupted"], [90, 6, 4])[0]
    db.execute(
        "INSERT OR REPLACE INTO runs (id, recipe, label, file, pipeline, group_name, variant, seed, parent, status, started, finished, "
        "seconds, command, path) VALUES (?, ?, ?, ?, NULL, ?, ?, '42', NULL, ?, ?, ?, ?, ?, ?)",
        (run, "team", HOSTILE if index == runs - 1 else f"team[rank={rank},rate={rate:g}]", "recipes/team.yaml", "team-sweep" if index % 2 else None,
         json.dumps({"train.lora.rank": rank}), status, began, began + 900, 900.0,
         json.dumps(["lorapipe", "run", "recipes/team.yaml"]), f"{workspace}/runs/{run}"))
    stages = ["base", "persona", "mixed", "tokens", "train", "eval", "merged", "serve"]
    kinds = ["fetch", "substitute", "mix", "tokenize", "sft", "eval", "merge", "serve"]
    for position, (stage, kind) in enumerate(zip(stages, kinds)):
        own = key(stage, index if stage in ("train", "eval", "merged", "serve") else 0)
        values = {"learning_rate": rate, "lora.rank": rank, "epochs": float(epochs), "lora.alpha": 32.0,
                  "batch_size": 8, "schedule.kind": "cosine", "weight_decay": 0.1} if stage == "train" else {"of": HOSTILE if stage == "eval" and index == runs - 1 else stage}
        state = "built" if stage in ("train", "eval", "merged", "serve") else "cached"
        if status != "succeeded" and position >= 4:
            state = "failed" if stage == "train" else "skipped"
        db.execute(
            "INSERT OR REPLACE INTO stages (run, position, stage, kind, state, key, artifact, started, finished, seconds, "
            "parameter_set) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (run, position, stage, kind, state, own, key("artifact", own), began, began + 60, 60.0, parameter_set(values)))
        db.execute(
            "INSERT OR REPLACE INTO actions (key, kind, version, artifact, seconds, cpu_seconds, peak_memory, threads, finished, "
            "run, stage) VALUES (?, ?, 1, ?, 60, 110, 700000000, 2, ?, ?, ?)", (own, kind, key("artifact", own), began + 60, run, stage))
        metrics = {"train": {"loss": quality, "steps": 140, "tokens_per_second": 220 + chance.gauss(0, 9), "validation.loss": quality * 1.1},
                   "eval": {"learned": min(1.0, max(0.0, 1.9 - quality)), "general_loss_change": quality - 1.5, "tuned.loss": quality,
                            "base.loss": 2.4}}.get(stage, {})
        for name, value in metrics.items():
            db.execute("INSERT OR REPLACE INTO action_metrics VALUES (?, ?, ?, ?)",
                       (own, name, "integer" if isinstance(value, int) else "number", value))
        if stage == "train" and index >= runs - 10:
            noise = random.Random(index)
            values = [quality + 2.2 * math.exp(-9 * step / points) + noise.gauss(0, 0.12) for step in range(points)]
            times = [began + 60 * step / points for step in range(points)]
            db.executemany("INSERT OR REPLACE INTO action_points (key, name, step, value, time) VALUES (?, ?, ?, ?, ?)",
                           ((own, "loss", step + 1, values[step], times[step]) for step in range(points)))
            folder = f"{workspace}/runs/{run}/points/{stage}"
            os.makedirs(folder, exist_ok=True)
            with open(folder + "/loss", "wb") as file:
                file.write(b"lppoint1" + struct.pack("<II", 4, 0) + b"loss")
                file.write(b"".join(struct.pack("<dqd", times[step], step + 1, values[step]) for step in range(points)))
db.commit()
newest = [row[0] for row in db.execute("SELECT id FROM runs WHERE recipe = 'team' ORDER BY id DESC LIMIT 10")]
print(",".join(newest))
