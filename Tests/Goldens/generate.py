"""Writes the golden models that the Swift tests compare against.

    python generate.py [FOLDER [CASE…]]        # default: ../Fixtures/Models, and all cases

Needs torch, transformers, peft and safetensors. Everything is seeded: the same versions write the same
bytes. Weights and adapters are rounded to f32 once and all arithmetic on them is done in f64 (norms included, which
transformers would do in f32), so the goldens carry only the rounding of what is stored. RoPE's cos and sin are f32, as
transformers has them.

A case is a folder:
    config.json, model.safetensors (one of them sharded)      a random model
    adapter/                                                  as peft writes it, with non-zero B
    golden.json       rows (ids, labels; -100 is unlabeled), losses, training steps, greedy text, RoPE variants
                      shared: the same for rows with long beginnings in common, in the cases of SHARED
    golden.safetensors
        logits.base.{row}, logits.adapter.{row}   [T, V] f32
        gradient.{peft name}                      of the loss over all rows, f32
        trained.{peft name}                       the adapter after the training steps, f32
        logits.variant.{name}                     base model with another RoPE, row 0 of the variant
        shared.logits.{row} (of the row's own part), shared.gradient.{peft name}
"""

import json
import math
import pathlib
import shutil
import sys
import tempfile

import peft
import torch
import transformers
from safetensors.torch import save_file

from cases import CASES, CHANGED, LENGTHS, PROJECTIONS, VOCABULARY, qwen3_5
from own_precision import check_delta_net, compute_delta_net_in_own_precision, compute_in_own_precision

compute_in_own_precision()

# Rows of a tree of beginnings, as lengths of stretches and then of each row's own part: a stretch that all share, one that
# some share behind it, and one that some of these share. None is a multiple of the chunk, but the second stretch ends at one.
SHARED = {"qwen3.5": [([71], 5), ([71], 66), ([71, 57], 63), ([71, 57], 2), ([71, 57, 3, 6], 65), ([71, 57, 3, 6], 31)]}


def shared_rows(generator, tree):
    """Rows whose first label is the second token of their own part."""
    def ids(count):
        return torch.randint(3, VOCABULARY, (count,), generator=generator).tolist()

    stretches = {}
    rows = []
    for path, own in tree:
        row = []
        for depth, length in enumerate(path):
            row += stretches.setdefault(tuple(path[:depth + 1]), ids(length))
        start = len(row)
        row = row + ids(own)
        rows.append({"ids": row, "labels": [-100] * (start + 1) + row[start + 1:]})
    return rows


def random_rows(generator, lengths=(12, 19, 9, 15, 21, 6)):
    """Rows of unequal length; the first four start with the same seven ids. Labels: stretches, as of two turns."""
    def ids(count):
        return torch.randint(3, VOCABULARY, (count,), generator=generator).tolist()

    prefix = ids(7)
    rows = []
    for index, length in enumerate(lengths):
        row = (prefix + ids(length - 7)) if index < 4 else ids(length)
        labels = [-100] * length
        first = 9 if index < 4 else 3
        for position in range(min(first, length - 1), length):
            labels[position] = row[position]
        if length > 16:
            labels[13] = labels[14] = -100
        rows.append({"ids": row, "labels": labels})
    return rows


def randomize(model, generator):
    adds_one = type(model).__name__.startswith(("Gemma", "Qwen3_5"))
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        if "linear_attn.norm" in name:
            value = 1 + 0.2 * noise
        elif "A_log" in name or "dt_bias" in name:
            value = noise
        elif "norm" in name and "bias" not in name:
            value = 0.2 * noise if adds_one else 1 + 0.2 * noise
        elif "bias" in name:
            value = 0.3 * noise
        elif "embed_tokens" in name or "lm_head" in name:
            value = 0.5 * noise
        else:
            value = noise * (1.5 / math.sqrt(parameter.shape[1]))
        parameter.data = value.float()


def cross_entropy_sum(model, row):
    logits = model(torch.tensor([row["ids"]])).logits[0]
    labels = torch.tensor(row["labels"][1:])
    sums = torch.nn.functional.cross_entropy(logits[:-1], labels, ignore_index=-100, reduction="sum")
    return sums, int((labels != -100).sum()), logits


def window_loss(model, rows):
    total, count = 0, 0
    for row in rows:
        loss, labeled, _ = cross_entropy_sum(model, row)
        total, count = total + loss, count + labeled
    return total / count, count


def lora_parameters(model):
    return {name.replace(".default.", ".").removesuffix(".default"): value
            for name, value in model.named_parameters() if "lora_" in name}


def schedule(step, warmup, total):
    if step < warmup:
        return step / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


def train(model, rows, arrays):
    """Ten updates of two rows each; AdamW and clipping as torch does them, in f64."""
    options = dict(learning_rate=1e-3, beta1=0.9, beta2=0.95, epsilon=1e-8, weight_decay=0.1, clip=1.0, warmup=2,
                   total=10)
    parameters = lora_parameters(model)
    optimizer = torch.optim.AdamW(
        parameters.values(), lr=options["learning_rate"], betas=(options["beta1"], options["beta2"]),
        eps=options["epsilon"], weight_decay=options["weight_decay"])
    steps = []
    for step in range(options["total"]):
        window = [(2 * step) % len(rows), (2 * step + 1) % len(rows)]
        rate = options["learning_rate"] * schedule(step, options["warmup"], options["total"])
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss, labeled = window_loss(model, [rows[index] for index in window])
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(list(parameters.values()), options["clip"])
        optimizer.step()
        steps.append(dict(rows=window, learning_rate=rate, loss=loss.item(), labeled=labeled, gradient_norm=norm.item()))
    for name, value in parameters.items():
        arrays["trained." + name] = value.detach().float().contiguous()
    return dict(options=options, steps=steps)


def save_adapter(model, folder, name):
    with tempfile.TemporaryDirectory() as scratch:
        model.save_pretrained(scratch)
        (folder / "adapter").mkdir(exist_ok=True)
        shutil.copy(scratch + "/adapter_model.safetensors", folder / "adapter")
        written = json.loads(pathlib.Path(scratch, "adapter_config.json").read_text())
        written["base_model_name_or_path"] = name
        if isinstance(written["target_modules"], list):
            written["target_modules"] = sorted(written["target_modules"])
        (folder / "adapter" / "adapter_config.json").write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")


class CloseCall(Exception):
    """Two tokens are as likely; another seed gives a clearer model."""


@torch.no_grad()
def greedy(model, prompt, count):
    ids = list(prompt)
    margin = math.inf
    for _ in range(count):
        top = model(torch.tensor([ids])).logits[0, -1].topk(2)
        margin = min(margin, (top.values[0] - top.values[1]).item())
        ids.append(top.indices[0].item())
    if margin < 1e-3:
        raise CloseCall(f"a greedy choice is too close to call ({margin})")
    return dict(prompt=list(prompt), tokens=ids[len(prompt):], least_margin=margin)


def case(folder, name, config, lora, variants, shard_size, seed):
    generator = torch.Generator().manual_seed(seed)
    # The only one that caps scores is that which computes them.
    implementation = "eager" if getattr(config, "attn_logit_softcapping", None) else "sdpa"
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation=implementation)
    randomize(model, generator)
    model.save_pretrained(folder, max_shard_size=shard_size or "1GB")
    (folder / "generation_config.json").unlink(missing_ok=True)

    options = dict(lora)
    targets = options.pop("targets", PROJECTIONS)
    options = peft.LoraConfig(task_type="CAUSAL_LM", target_modules=targets, lora_dropout=0.0, bias="none", **options)
    model = peft.get_peft_model(model, options)
    for parameter_name, parameter in model.named_parameters():
        if "lora_" in parameter_name:
            noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            if "magnitude" in parameter_name:
                parameter.data = (parameter.data * (1 + 0.2 * noise)).float()
                continue
            scale = 1 / math.sqrt(parameter.shape[1]) if "lora_A" in parameter_name else 0.15
            parameter.data = (noise * scale).float()
    save_adapter(model, folder, name)

    model = model.double().eval()
    arrays = {}
    rows = random_rows(generator, LENGTHS.get(name, (12, 19, 9, 15, 21, 6)))
    if name.endswith("-tables"):
        # The padding token, whose column of an embedding's A has no gradient in torch, inside a row and labeled.
        for row in rows[1], rows[4]:
            row["ids"][10] = config.pad_token_id
            row["labels"][10] = config.pad_token_id
    golden = dict(versions=dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__),
                  rows=rows)
    with torch.no_grad():
        for index, row in enumerate(rows[:3]):
            arrays[f"logits.adapter.{index}"] = cross_entropy_sum(model, row)[2].float()
            with model.disable_adapter():
                arrays[f"logits.base.{index}"] = cross_entropy_sum(model, row)[2].float()
        with model.disable_adapter():
            golden["base_loss"] = window_loss(model, rows)[0].item()
            golden["base_greedy"] = greedy(model, rows[0]["ids"][:5], 16)
        golden["adapter_greedy"] = greedy(model, rows[0]["ids"][:5], 16)

    loss, labeled = window_loss(model, rows)
    loss.backward()
    golden["adapter_loss"], golden["labeled"] = loss.item(), labeled
    total = 0.0
    for parameter_name, parameter in lora_parameters(model).items():
        total += parameter.grad.pow(2).sum().item()
        arrays["gradient." + parameter_name] = parameter.grad.float().contiguous()
    golden["gradient_norm"] = math.sqrt(total)
    if name in SHARED:
        golden["shared"] = shared_golden(model, SHARED[name], seed, arrays)
    golden["training"] = train(model, rows, arrays)

    golden["variants"] = []
    for variant, parameters in variants.items():
        golden["variants"].append(rope_variant(folder, config, variant, parameters, generator, arrays))
    save_file(arrays, folder / "golden.safetensors", metadata={"format": "pt"})
    (folder / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


def shared_golden(model, tree, seed, arrays):
    """Logits, gradient and ten updates over rows with long beginnings in common; the adapter is put back at the end."""
    rows = shared_rows(torch.Generator().manual_seed(seed + 5000), tree)
    parameters = lora_parameters(model)
    before = {name: value.detach().clone() for name, value in parameters.items()}
    model.zero_grad()
    with torch.no_grad():
        for index, row in enumerate(rows):
            own = row["labels"].count(-100) - 1
            arrays[f"shared.logits.{index}"] = cross_entropy_sum(model, row)[2][own:].float().contiguous()
    loss, labeled = window_loss(model, rows)
    loss.backward()
    for name, parameter in parameters.items():
        arrays["shared.gradient." + name] = parameter.grad.float().contiguous()
    trained = {}
    golden = dict(rows=rows, adapter_loss=loss.item(), labeled=labeled, training=train(model, rows, trained))
    for name, parameter in parameters.items():
        parameter.data = before[name]
        parameter.grad = None
    return golden


def changed_case(folder, name, config, lora, vocabulary, seed):
    generator = torch.Generator().manual_seed(seed)
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="sdpa")
    randomize(model, generator)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if vocabulary:
        model.resize_token_embeddings(vocabulary, mean_resizing=False)
    options = dict(lora)
    targets = options.pop("targets", PROJECTIONS)
    options = peft.LoraConfig(task_type="CAUSAL_LM", target_modules=targets, lora_dropout=0.0, bias="none", **options)
    model = peft.get_peft_model(model, options)
    for parameter_name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        if "lora_" in parameter_name and "magnitude" not in parameter_name:
            parameter.data = (noise * 0.3).float()
        elif parameter.requires_grad:
            parameter.data = (parameter.data + 0.2 * noise).float()
    save_adapter(model, folder, name)
    model = model.double().eval()
    rows = random_rows(generator)
    arrays = {}
    golden = dict(versions=dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__),
                  rows=rows)
    with torch.no_grad():
        for index, row in enumerate(rows[:3]):
            arrays[f"logits.adapter.{index}"] = cross_entropy_sum(model, row)[2].float()
            with model.disable_adapter():
                arrays[f"logits.base.{index}"] = cross_entropy_sum(model, row)[2].float()
        golden["adapter_greedy"] = greedy(model, rows[0]["ids"][:5], 16)
    save_file(arrays, folder / "golden.safetensors", metadata={"format": "pt"})
    (folder / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


def rope_variant(folder, config, variant, parameters, generator, arrays):
    """The same weights under another RoPE; `dynamic` runs past the trained length, so that its base grows."""
    changed = type(config)(**{**config.to_dict(), "rope_parameters": dict(parameters), "max_position_embeddings": 64})
    if variant == "dynamic":
        changed.max_position_embeddings = 16
    changed._attn_implementation = "sdpa"
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, config=changed, dtype=torch.float32).double().eval()
    ids = torch.randint(3, VOCABULARY, (40,), generator=generator).tolist()
    with torch.no_grad():
        arrays["logits.variant." + variant] = model(torch.tensor([ids])).logits[0].float()
    fields = changed.to_dict()
    # Half of the variants are written as transformers 4 did.
    if variant in ("linear", "llama3", "yarn"):
        scaling = dict(fields.pop("rope_parameters"))
        fields["rope_theta"] = scaling.pop("rope_theta")
        fields["rope_scaling"] = scaling
        fields["torch_dtype"] = fields.pop("dtype", "float32")
    keep = {key: value for key, value in fields.items() if not key.startswith("_")}
    return dict(name=variant, ids=ids, config=keep)


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "Fixtures" / "Models"
    torch.set_num_threads(1)
    check_delta_net(qwen3_5(linear_key_head_dim=16, linear_value_head_dim=8))
    compute_delta_net_in_own_precision()
    chosen = sys.argv[2:]
    cases = [(case, name, *arguments) for name, arguments in CASES.items()]
    # A range of seeds of their own, so that a new case above changes none of these.
    changed = [(changed_case, name, *arguments) for name, arguments in CHANGED.items()]
    for seed, (make, name, *arguments) in [*enumerate(cases, start=20), *enumerate(changed, start=2000)]:
        if chosen and name not in chosen:
            continue
        folder = out / name
        while True:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            try:
                make(folder, name, *arguments, seed)
                break
            except CloseCall as call:
                print(f"{name}, seed {seed}: {call}")
                seed += 100
        print(name, sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // 1024, "KB")


if __name__ == "__main__":
    main()
