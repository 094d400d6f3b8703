"""Published training examples of other tools, imported, trained on a tiny model, beside peft with the settings they name.

    python3 Tests/Interop/imported_recipes.py EXAMPLE… [--lorapipe .build/debug/lorapipe]

An EXAMPLE is a file of the projects' own repositories: examples/train_lora/*.yaml of LLaMA-Factory, examples/**/lora.yml of
Axolotl, examples/train/**/*.sh of ms-swift. Needs Python with torch, peft, transformers and PyYAML.

For each, `lorapipe import` makes a recipe, in which model and data are replaced by a random Llama and 39 rows. It is trained twice:
by lorapipe, and through the contract of engines by this file, which takes rows, order and first adapter from the job, and
everything else from the example itself, read here: rank, alpha, targets, rate, schedule, warm-up, decay, betas, clipping, rows
of an update and epochs, with each tool's defaults. Both have the dropout 0, because random masks cannot agree. The table has the
largest relative difference of losses and gradient norms over all updates, and what it would be with twice the learning rate.
"""

import argparse
import json
import math
import os
import pathlib
import random
import re
import shlex
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LINEAR = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}


def settings(path):
    """What an example says, and its tool's defaults for what it leaves out."""
    text = pathlib.Path(path).read_text()
    if path.endswith(".sh"):
        words = shlex.split(text.replace("\\\n", " "), comments=True)
        given, key = {}, None
        for word in words:
            if word.startswith("--"):
                key = word[2:]
                given[key] = []
            elif key:
                given[key].append(word)
        one = lambda name, default: given.get(name, [default])[0]
        targets = given.get("target_modules", ["all-linear"])
        return dict(
            tool="ms-swift", rank=int(one("lora_rank", 8)), alpha=float(one("lora_alpha", 32)),
            targets=LINEAR if targets == ["all-linear"] else set(targets), rate=float(one("learning_rate", 1e-4)),
            schedule=one("lr_scheduler_type", "cosine"), warmup=float(one("warmup_ratio", 0.0)),
            decay=float(one("weight_decay", 0.1)), betas=(0.9, float(one("adam_beta2", 0.95))), clip=1.0,
            window=int(one("per_device_train_batch_size", 1)) * int(one("gradient_accumulation_steps", 1)),
            epochs=float(one("num_train_epochs", 3)))
    import yaml
    given = yaml.safe_load(re.sub(r"(?m)^(\s*\w+:\s*\d+)e(-\d+)$", r"\1.0e\2", text))
    if "finetuning_type" in given:
        targets = given.get("lora_target", "all")
        return dict(
            tool="LLaMA-Factory", rank=given.get("lora_rank", 8),
            alpha=float(given.get("lora_alpha") or 2 * given.get("lora_rank", 8)),
            targets=LINEAR if targets == "all" else set(re.split(r"[,\s]+", targets)), rate=float(given["learning_rate"]),
            schedule=given.get("lr_scheduler_type", "linear"), warmup=float(given.get("warmup_ratio", 0)),
            decay=float(given.get("weight_decay", 0)), betas=(0.9, 0.999), clip=float(given.get("max_grad_norm", 1)),
            window=given.get("per_device_train_batch_size", 8) * given.get("gradient_accumulation_steps", 1),
            epochs=float(given.get("num_train_epochs", 3)))
    targets = LINEAR if given.get("lora_target_linear") else set(given.get("lora_target_modules") or [])
    return dict(
        tool="Axolotl", rank=given["lora_r"], alpha=float(given["lora_alpha"]), targets=targets,
        rate=float(given["learning_rate"]), schedule=given.get("lr_scheduler", "cosine"),
        warmup=float(given.get("warmup_ratio") or 0), decay=float(given.get("weight_decay") or 0), betas=(0.9, 0.999),
        clip=float(given.get("max_grad_norm") or 1), window=given["micro_batch_size"] * given["gradient_accumulation_steps"],
        epochs=float(given["num_epochs"]))


# The engine: called by lorapipe with a job

def read_rows(path):
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"LPTOKEN1"
    count, tokens = struct.unpack_from("<QQ", data, 8)
    starts = struct.unpack_from(f"<{count + 1}Q", data, 24)
    place = 24 + 8 * (count + 1) + 8 * count
    ids = struct.unpack_from(f"<{tokens}I", data, place)
    labels = data[place + 4 * tokens:place + 5 * tokens]
    return [(ids[a:b], labels[a:b]) for a, b in zip(starts, starts[1:])]


def engine(job_path):
    import peft
    import torch
    import transformers
    from safetensors.torch import load_file
    job = json.loads(pathlib.Path(job_path).read_text())
    events = open(job["events"], "a", buffering=1)
    tell = lambda **event: events.write(json.dumps(event) + "\n")
    tell(event="loading")
    named = settings(os.environ["IMPORTED_EXAMPLE"])
    factor = float(os.environ.get("IMPORTED_RATE_FACTOR", "1"))
    torch.set_num_threads(1)
    model = transformers.AutoModelForCausalLM.from_pretrained(job["base"], dtype=torch.float32)
    model = peft.get_peft_model(model, peft.LoraConfig(
        r=named["rank"], lora_alpha=named["alpha"], lora_dropout=0.0, target_modules=sorted(named["targets"]), bias="none",
        task_type="CAUSAL_LM"))
    first = {name.replace(".weight", ".default.weight"): value
             for name, value in load_file(job["adapter"] + "/adapter_model.safetensors").items()}
    own = {name: value for name, value in model.named_parameters() if value.requires_grad}
    assert own.keys() == first.keys(), sorted(own.keys() ^ first.keys())[:4]
    with torch.no_grad():
        for name, value in own.items():
            value.copy_(first[name])
    rows = read_rows(job["rows"])
    per_epoch = math.ceil(len(rows) / named["window"])
    total = math.ceil(named["epochs"] * per_epoch)
    assert job["steps"] == total, (job["steps"], total)
    assert max(len(window) for window in job["windows"]) == named["window"]
    optimizer = torch.optim.AdamW(
        own.values(), lr=named["rate"] * factor, betas=named["betas"], eps=1e-8, weight_decay=named["decay"])
    scheduler = transformers.get_scheduler(
        named["schedule"], optimizer, num_warmup_steps=math.ceil(total * named["warmup"]), num_training_steps=total)
    tell(event="started", step=0, device="cpu", versions={"peft": peft.__version__, "torch": torch.__version__},
         trainable=sum(value.numel() for value in own.values()))
    for step, window in enumerate(job["windows"], 1):
        picked = [rows[index] for index in window]
        labeled = sum(sum(labels[1:]) for _, labels in picked)
        optimizer.zero_grad()
        loss = 0.0
        for ids, labels in picked:
            logits = model(torch.tensor([ids])).logits[0, :-1]
            wanted = torch.tensor([token if label else -100 for token, label in zip(ids[1:], labels[1:])])
            part = torch.nn.functional.cross_entropy(logits, wanted, ignore_index=-100, reduction="sum") / labeled
            part.backward()
            loss += part.item()
        norm = torch.nn.utils.clip_grad_norm_(own.values(), named["clip"]).item()
        rate = scheduler.get_last_lr()[0]
        optimizer.step()
        scheduler.step()
        tell(event="step", step=step, loss=loss, gradient_norm=norm, learning_rate=rate, memory=0, time=0)
    folder = f"{job['checkpoints']}/checkpoint-{total}"
    model.save_pretrained(folder)
    tell(event="checkpoint", step=total, path=folder)
    tell(event="ended", step=total, early=False)


# The comparison

def rows_file(path, seed):
    source = random.Random(seed)
    words = "alpha beta gamma delta cat dog house the a is was not red blue green one two three".split()
    text = lambda low, high: " ".join(source.choice(words) for _ in range(source.randint(low, high)))
    rows = [{"instruction": f"{row} {text(2, 9)}?", "input": "", "output": text(2, 25), "tag": "en"} for row in range(39)]
    pathlib.Path(path).write_text(
        json.dumps(rows) if str(path).endswith(".json") else "".join(json.dumps(row) + "\n" for row in rows))


def prepare(recipe, folder):
    """Model and data replaced, caps taken off, what comes after the training left out."""
    import yaml
    stages = recipe["stages"]
    models = {stage[name] for stage in stages.values() for name in ("model",) if name in stage}
    for name, stage in list(stages.items()):
        if stage["kind"] == "fetch":
            for key in ("revision", "include", "exclude"):
                stage.pop(key, None)
            stage["source"] = f"file:{folder}/model" if name in models else f"file:{folder}/{name}.jsonl"
            if name not in models:
                rows_file(folder / f"{name}.jsonl", len(name))
        elif stage["kind"] == "mix":
            for role in ("domain", "general"):
                stage[role] = [entry.split("#")[0] for entry in stage.get(role, [])]
                for entry in stage[role]:
                    if entry.startswith("./"):
                        (folder / entry).parent.mkdir(parents=True, exist_ok=True)
                        rows_file(folder / entry, len(entry))
            stage.pop("validation", None)
        elif stage["kind"] == "tokenize":
            stage["max_length"] = min(stage.get("max_length", 512), 512)
        elif stage["kind"] == "sft":
            stage["lora"]["dropout"] = 0.0
        elif stage["kind"] not in ("substitute",):
            del stages[name]
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True, sort_keys=False))


def curves(program, folder, options, environment={}):
    run = subprocess.run(
        [program, "run", "recipe.yaml", "--json", *options], cwd=folder, env=os.environ | environment,
        capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(run.stdout[-2000:] + run.stderr)
    found = {}
    for line in run.stdout.splitlines():
        event = json.loads(line)
        if event.get("event") == "stage.point":
            found.setdefault(event["series"], []).append(event["value"])
    return found


def worst(one, two):
    assert len(one) == len(two) > 0, (len(one), len(two))
    return max(abs(a - b) / max(abs(a), 1e-12) for a, b in zip(one, two))


def main():
    import yaml
    options = argparse.ArgumentParser()
    options.add_argument("examples", nargs="+")
    options.add_argument("--lorapipe", default=".build/debug/lorapipe")
    options.add_argument("--bound", type=float, default=1e-4)
    options = options.parse_args()
    program = str(pathlib.Path(options.lorapipe).resolve())
    print(f"{'example':42} {'tool':13} rank alpha  rate   window updates {'loss':>8} {'norm':>8} {'rate':>8}  {'loss, 2x':>8}")
    failed = False
    for example in options.examples:
        example = str(pathlib.Path(example).resolve())
        with tempfile.TemporaryDirectory() as work:
            folder = pathlib.Path(work)
            (folder / "runs").mkdir()
            subprocess.run([sys.executable, HERE / "ms_swift.py", "tiny", "llama", folder / "model"], check=True)
            text = subprocess.run(
                [program, "import", example, "--as-lora", "-o", "-"], cwd=folder, check=True, capture_output=True, text=True).stdout
            prepare(yaml.safe_load(text), folder)
            ours = curves(program, folder, [])
            run = f"train.engine={{ run: [{sys.executable}, {pathlib.Path(__file__).resolve()}] }}"
            theirs = curves(program, folder, ["-S", run], {"IMPORTED_EXAMPLE": example})
            other = curves(
                program, folder, ["-S", run, "--force"], {"IMPORTED_EXAMPLE": example, "IMPORTED_RATE_FACTOR": "2"})
            named = settings(example)
            figures = [worst(ours[name], theirs[name]) for name in ("loss", "gradient_norm", "learning_rate")]
            contrast = worst(ours["loss"], other["loss"])
            print(f"{pathlib.Path(example).name[-42:]:42} {named['tool']:13} {named['rank']:4} {named['alpha']:5g} {named['rate']:6g}"
                  f" {named['window']:6} {len(ours['loss']):7} {figures[0]:8.1e} {figures[1]:8.1e} {figures[2]:8.1e}  {contrast:8.1e}")
            bad = max(figures) > options.bound or contrast < 10 * figures[0]
            failed = failed or bad
            subprocess.run(["chmod", "-R", "u+w", work])
    sys.exit("the losses differ" if failed else 0)


if __name__ == "__main__":
    if len(sys.argv) == 2 and os.environ.get("LORAPIPE_JOB"):
        engine(sys.argv[1])
    else:
        main()
