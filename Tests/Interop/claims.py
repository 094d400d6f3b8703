"""Claims of a comparison: each prints its figure and its bound, and a script fails if one does not hold."""

import math

import numpy as np

failures = []


def claim(text, figure, bound, ok=None):
    good = figure <= bound if ok is None else ok
    if not good:
        failures.append(text)
    print(f"{'ok  ' if good else 'FAIL'} {text}: {figure:.3g} (bound {bound:.3g})", flush=True)


def compare(text, left, right, largest, rms, flips=None):
    left, right = np.concatenate(left), np.concatenate(right)
    difference = left - right
    claim(text + ", max", np.abs(difference).max(), largest)
    claim(text + ", rms", math.sqrt((difference**2).mean()), rms)
    if flips is not None:
        claim(text + ", argmax flips", int((left.argmax(1) != right.argmax(1)).sum()), flips * len(left))
