#!/usr/bin/env python3
"""A no-op run, side by side: lorapipe, ninja and DVC on the same chain of stages, in turns.

Each tool gets a workspace with a chain of N stages that copy a small file, brings it up to date once (not timed), and
then finds out, again and again, that there is nothing to do. What is timed is the whole process.

    Benchmarks/pipeline.sh                      # installs ninja and dvc in a virtual environment, then runs this
    Benchmarks/pipeline.py --lorapipe PATH --ours-alone
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def lorapipe_workspace(root, stages):
    (root / "recipes").mkdir()
    (root / "recipes" / "seed.txt").write_text("seed\n")
    lines = ["name: chain", "stages:"]
    for index in range(stages):
        source = "./seed.txt" if index == 0 else f"s{index - 1}"
        lines += [
            f"  s{index}:",
            "    kind: command",
            f"    inputs: {{ previous: {source} }}",
            '    shell: "cat previous/* previous 2>/dev/null > {output}/out.txt; echo %d >> {output}/out.txt"' % index,
        ]
    (root / "recipes" / "chain.yaml").write_text("\n".join(lines) + "\n")


def ninja_workspace(root, stages):
    (root / "seed.txt").write_text("seed\n")
    lines = ["rule copy", "  command = cat $in > $out && echo x >> $out"]
    for index in range(stages):
        lines.append(f"build out{index}.txt: copy {'seed.txt' if index == 0 else f'out{index - 1}.txt'}")
    (root / "build.ninja").write_text("\n".join(lines) + "\n")


def dvc_workspace(root, stages):
    (root / "seed.txt").write_text("seed\n")
    lines = ["stages:"]
    for index in range(stages):
        source = "seed.txt" if index == 0 else f"out{index - 1}.txt"
        lines += [
            f"  s{index}:",
            f"    cmd: cat {source} > out{index}.txt && echo x >> out{index}.txt",
            f"    deps: [{source}]",
            f"    outs: [out{index}.txt]",
        ]
    (root / "dvc.yaml").write_text("\n".join(lines) + "\n")


def timed(command, cwd):
    start = time.perf_counter()
    result = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    elapsed = time.perf_counter() - start
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{result.stdout.decode(errors='replace')[-2000:]}")
    return elapsed


def compare(contestants, rounds):
    """Runs every contestant once a round and returns the median seconds of each."""
    times = {name: [] for name, _, _ in contestants}
    for _ in range(rounds):
        for name, command, cwd in contestants:
            times[name].append(timed(command, cwd))
    return {name: statistics.median(values) for name, values in times.items()}


def no_op(arguments, stages, root, with_dvc):
    contestants = []
    ours = root / f"lorapipe{stages}"
    ours.mkdir()
    lorapipe_workspace(ours, stages)
    timed([arguments.lorapipe, "run", "chain", "-j", "2"], ours)
    contestants.append(("lorapipe", [arguments.lorapipe, "run", "chain"], ours))
    if not arguments.ours_alone:
        theirs = root / f"ninja{stages}"
        theirs.mkdir()
        ninja_workspace(theirs, stages)
        timed(["ninja"], theirs)
        contestants.append(("ninja", ["ninja"], theirs))
        if with_dvc:
            theirs = root / f"dvc{stages}"
            theirs.mkdir()
            dvc_workspace(theirs, stages)
            timed(["dvc", "init", "--no-scm", "-q"], theirs)
            timed(["dvc", "repro", "-q"], theirs)
            contestants.append(("dvc", ["dvc", "repro", "-q"], theirs))
    medians = compare(contestants, arguments.rounds)
    for name, seconds in medians.items():
        print(f"no-op run, {stages:5d} stages  {name:9s} {seconds * 1e3:9.1f} ms   {seconds / medians['lorapipe']:7.2f} x lorapipe")


def hashing(arguments, root, mebibytes):
    """A first and a second run over one large local file, against libcrypto through Python on one thread."""
    workspace = root / "hash"
    (workspace / "recipes").mkdir(parents=True)
    block = os.urandom(1 << 20)
    with open(workspace / "recipes" / "big.bin", "wb") as file:
        for index in range(mebibytes):
            file.write(index.to_bytes(8, "little") + block[8:])
    (workspace / "recipes" / "big.yaml").write_text(
        "name: big\nstages:\n  use: { kind: command, inputs: { big: ./big.bin }, shell: \"echo done > {output}/out.txt\" }\n"
    )
    start = time.perf_counter()
    with open(workspace / "recipes" / "big.bin", "rb") as file:
        hashlib.file_digest(file, "sha256")
    reference = time.perf_counter() - start
    # An entry as young as its own hashing is not trusted, so let the file age before it is first hashed.
    time.sleep(2.5)
    first = timed([arguments.lorapipe, "run", "big"], workspace)
    second = timed([arguments.lorapipe, "run", "big"], workspace)
    print(f"hash {mebibytes} MiB: libcrypto through hashlib {reference:.2f} s, first run {first:.2f} s, second run {second * 1e3:.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lorapipe", default=shutil.which("lorapipe"), help="the release binary")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--ours-alone", action="store_true")
    parser.add_argument("--mebibytes", type=int, default=1024)
    arguments = parser.parse_args()
    if not arguments.lorapipe:
        parser.error("no lorapipe on the PATH; name it with --lorapipe")
    arguments.lorapipe = str(pathlib.Path(arguments.lorapipe).resolve())
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        no_op(arguments, 100, root, with_dvc=True)
        no_op(arguments, 2000, root, with_dvc=False)
        hashing(arguments, root, arguments.mebibytes)
        # Artifacts are read-only on purpose; make them removable.
        subprocess.run(["chmod", "-R", "u+w", folder], check=False)


if __name__ == "__main__":
    main()
