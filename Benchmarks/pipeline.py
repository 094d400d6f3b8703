#!/usr/bin/env python3
"""A no-op run, side by side: lorapipe, ninja and DVC on the same chain of stages, in turns.

Each tool gets a workspace with a chain of N stages that copy a small file, brings it up to date once (not timed), and
then finds out, again and again, that there is nothing to do. What is timed is the whole process: by the clock, and the
processor time of all its threads.

    Benchmarks/pipeline.sh                      # installs ninja and dvc in a virtual environment, then runs this
    Benchmarks/pipeline.sh --stages 100 2000    # 10,000 stages take some minutes to build once
    Benchmarks/pipeline.py --lorapipe PATH --ours-alone
    Benchmarks/pipeline.py --lorapipe PATH --other OLDER ...    # other builds of lorapipe take turns with it
"""

import argparse
import hashlib
import os
import pathlib
import resource
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
            '    shell: "cat previous/* previous 2>/dev/null | head -c 1000 > {output}/out.txt; echo %d >> {output}/out.txt"' % index,
        ]
    (root / "recipes" / "chain.yaml").write_text("\n".join(lines) + "\n")


def ninja_workspace(root, stages):
    (root / "seed.txt").write_text("seed\n")
    lines = ["rule copy", "  command = head -c 1000 $in > $out && echo x >> $out"]
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
    """The seconds that a command took by the clock, and those of the processors."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    result = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    elapsed = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{result.stdout.decode(errors='replace')[-2000:]}")
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(contestants, rounds):
    """Runs every contestant once a round and returns what each round took, by contestant."""
    times = {name: [] for name, _, _ in contestants}
    for _ in range(rounds):
        for name, command, cwd in contestants:
            times[name].append(timed(command, cwd))
    return times


def no_op(arguments, stages, root, with_dvc):
    contestants = []
    ours = root / f"lorapipe{stages}"
    ours.mkdir()
    lorapipe_workspace(ours, stages)
    timed([arguments.lorapipe, "run", "chain", "-j", "2"], ours)
    for index, other in enumerate(arguments.other):
        # A workspace of its own: an older build does not open a database that a newer one wrote.
        theirs = root / f"lorapipe{stages}-{index + 1}"
        theirs.mkdir()
        lorapipe_workspace(theirs, stages)
        timed([other, "run", "chain", "-j", "2"], theirs)
        contestants.append((f"other {index + 1}", [other, "run", "chain"], theirs))
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
    # Links and digests that are younger than a tick of the kernel's clock are looked at twice.
    for _, command, cwd in contestants:
        timed(command, cwd)
        timed(command, cwd)
    times = compare(contestants, arguments.rounds)
    base = "lorapipe" if arguments.ours_alone else "ninja"
    walls = {name: statistics.median(wall for wall, _ in rounds) for name, rounds in times.items()}
    for name, rounds in times.items():
        processor = sorted(seconds for _, seconds in rounds)
        print(
            f"no-op run, {stages:5d} stages  {name:9s} {walls[name] * 1e3:9.1f} ms   {walls[name] / walls[base]:7.2f} x {base}"
            f"   processor time: least {processor[0] * 1e3:.1f}, median {statistics.median(processor) * 1e3:.1f} ms"
        )


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
    first, _ = timed([arguments.lorapipe, "run", "big"], workspace)
    second, _ = timed([arguments.lorapipe, "run", "big"], workspace)
    print(f"hash {mebibytes} MiB: libcrypto through hashlib {reference:.2f} s, first run {first:.2f} s, second run {second * 1e3:.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lorapipe", default=shutil.which("lorapipe"), help="the release binary")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--ours-alone", action="store_true")
    parser.add_argument("--other", action="append", default=[], help="another build of lorapipe, to take turns with")
    parser.add_argument("--stages", type=int, nargs="*", default=[100, 2000, 10000], help="lengths of the chain")
    parser.add_argument("--mebibytes", type=int, default=1024)
    arguments = parser.parse_args()
    if not arguments.lorapipe:
        parser.error("no lorapipe on the PATH; name it with --lorapipe")
    arguments.lorapipe = str(pathlib.Path(arguments.lorapipe).resolve())
    arguments.other = [str(pathlib.Path(other).resolve()) for other in arguments.other]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for stages in arguments.stages:
            no_op(arguments, stages, root, with_dvc=stages <= 100)
        if arguments.mebibytes > 0:
            hashing(arguments, root, arguments.mebibytes)
        # Artifacts are read-only on purpose; make them removable.
        subprocess.run(["chmod", "-R", "u+w", folder], check=False)


if __name__ == "__main__":
    main()
