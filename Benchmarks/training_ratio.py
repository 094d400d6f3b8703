"""Compares what the sides of training.sh printed: the medians' ratios, and the largest difference of loss and norm."""

import json
import pathlib
import statistics
import sys


def read(path):
    results, steps = [], []
    for line in open(path):
        if line.startswith("{"):
            results.append(json.loads(line))
        elif line.startswith("step "):
            words = line.split()
            steps.append((float(words[words.index("loss") + 1]), float(words[words.index("norm") + 1])))
    return results, steps


def speed(results):
    return statistics.median(result["tokens_per_second"] for result in results)


def memory(results):
    return max(result["peak_memory"] for result in results) / 1e9


work = pathlib.Path(sys.argv[1])
ours, our_steps = read(work / "ours.txt")
print(f"{'':14}{'tokens/s':>10}{'peak memory':>14}   ours is")
print(f"{'ours':14}{speed(ours):10.1f}{memory(ours):12.2f} G")
for name, faster, smaller in (("peft", "asked: 2.5", "asked: 0.40 at most"), ("ms-swift", "asked: 4", "")):
    results, _ = read(work / f"{name}.txt")
    if results:
        print(f"{name:14}{speed(results):10.1f}{memory(results):12.2f} G   {speed(ours) / speed(results):.2f} x as fast "
              f"({faster}), {memory(ours) / memory(results):.2f} of the memory{f' ({smaller})' if smaller else ''}")
theirs, their_steps = read(work / "peft.txt")
loss = max(abs(a[0] / b[0] - 1) for a, b in zip(our_steps, their_steps))
norm = max(abs(a[1] / b[1] - 1) for a, b in zip(our_steps, their_steps))
print(f"{len(their_steps)} updates against peft, largest relative difference: loss {loss:.1e}, gradient norm {norm:.1e}"
      " (asked: 1e-4)")
print("torch {torch}, transformers {transformers}, peft {peft}; ours {kernels}".format(
    **theirs[0], kernels=ours[0]["kernels"]))
if loss > 1e-4 or norm > 1e-4:
    raise SystemExit("the two sides do not compute the same thing")
