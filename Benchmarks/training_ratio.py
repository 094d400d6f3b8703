"""Compares what both sides of training.sh printed: the medians' ratios, and the largest difference of loss and norm."""

import json
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


ours, our_steps = read(sys.argv[1])
theirs, their_steps = read(sys.argv[2])
speed = [statistics.median(r["tokens_per_second"] for r in side) for side in (ours, theirs)]
memory = [max(r["peak_memory"] for r in side) / 1e9 for side in (ours, theirs)]
print(f"tokens/s     ours {speed[0]:7.1f}   peft {speed[1]:7.1f}   ratio {speed[0] / speed[1]:.2f} (asked: 2.5)")
print(f"peak memory  ours {memory[0]:6.2f}G   peft {memory[1]:6.2f}G   ratio {memory[0] / memory[1]:.2f} (asked: 0.40 at most)")
loss = max(abs(a[0] / b[0] - 1) for a, b in zip(our_steps, their_steps))
norm = max(abs(a[1] / b[1] - 1) for a, b in zip(our_steps, their_steps))
print(f"largest relative difference: loss {loss:.1e}, gradient norm {norm:.1e} (asked: 1e-4)")
print("torch {torch}, transformers {transformers}, peft {peft}; ours {kernels}".format(**theirs[0], **{"kernels": ours[0]["kernels"]}))
if loss > 1e-4 or norm > 1e-4:
    raise SystemExit("the two sides do not compute the same thing")
