#!/usr/bin/env python3
"""Runs the steps of the Dockerfile in fresh roots, where there is no container engine.

Each FROM becomes a root: debian:* by debootstrap; swift:* by debootstrap, the packages that Swift's own image installs,
and this machine's toolchain, mounted. COPY, ARG, ENV, WORKDIR and RUN then do what they would do in an image, and the
last root runs the smoke test below. `--target tools` stops after the stage that the devcontainer uses.

    scripts/check-dockerfile.py [--target STAGE] [--keep FOLDER]
"""

import argparse
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile

from fresh_root import Root

TOP = pathlib.Path(__file__).resolve().parent.parent
# What the official image of Swift for bookworm installs beside the toolchain.
SWIFT_PACKAGES = (
    "binutils-gold ca-certificates gcc git gnupg2 libc6-dev libcurl4-openssl-dev libedit2 libgcc-12-dev libpython3-dev "
    "libsqlite3-0 libstdc++-12-dev libxml2-dev libncurses-dev libz3-dev pkg-config tzdata zlib1g-dev")
SMOKE = ("lorapipe version && lorapipe help > /dev/null && lorapipe init trial && cd trial && lorapipe lint"
         " && lorapipe run --until mixed")


def instructions(text):
    """(instruction, argument) in order; continued lines joined, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.M)
    text = re.sub(r"\\\n", " ", text)
    for line in text.splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word.upper(), rest.strip()


class Build:
    def __init__(self, folder, target):
        self.folder, self.target = folder, target
        self.stages, self.current = {}, None
        self.workdirs, self.arguments = {}, {}

    def start(self, image, name):
        # A stage starts in the folder its base ended in; build arguments are its own.
        self.workdirs[name], self.arguments = self.workdirs.get(image, "/"), {}
        self.name = name
        folder = self.folder / name
        print(f"== FROM {image} AS {name}", flush=True)
        if image in self.stages:
            root = self.stages[image].copy(folder)
        elif image.startswith("debian:"):
            root = Root.fresh(image.split(":")[1].removesuffix("-slim"), folder)
        elif image.startswith("swift:"):
            root = Root.fresh(image.rsplit("-", 1)[1], folder)
            toolchain = pathlib.Path(shutil.which("swiftc")).resolve().parent.parent
            root.run(f"apt-get update -q > /dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -q "
                     f"--no-install-recommends {SWIFT_PACKAGES} > /dev/null")
            root.binds["/opt/swift"] = toolchain
            root.environment["PATH"] = "/opt/swift/bin:" + root.environment["PATH"]
        else:
            raise SystemExit(f"no root for the image '{image}'")
        self.current = self.stages[name] = root

    def copy(self, argument):
        words = shlex.split(argument)
        source = TOP
        if words[0].startswith("--from="):
            source = self.stages[words.pop(0).removeprefix("--from=")].folder
        *froms, to = words
        target = self.current.folder / (pathlib.PurePosixPath(self.workdirs[self.name]) / to).as_posix().lstrip("/")
        target.mkdir(parents=True, exist_ok=True)
        for name in froms:
            path = source / name.lstrip("/")
            if source == TOP and name == ".":  # the context: what git tracks, so .dockerignore's folders stay out
                files = subprocess.run(["git", "-C", TOP, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                       check=True, capture_output=True).stdout
                subprocess.run(["tar", "-C", TOP, "--null", "-T", "-", "-cf", target / ".context.tar"], input=files, check=True)
                subprocess.run(["tar", "-C", target, "-xf", target / ".context.tar"], check=True)
                (target / ".context.tar").unlink()
            else:
                subprocess.run(["cp", "-a", f"{path}/." if path.is_dir() else path, target], check=True)

    def run(self):
        for word, argument in instructions((TOP / "Dockerfile").read_text()):
            if word == "FROM":
                if self.target in self.stages:
                    break
                image, _, name = re.fullmatch(r"(\S+)(\s+AS\s+(\S+))?", argument, re.I).groups()
                self.start(image, name or "final")
            elif word == "RUN":
                print(f"-- {argument}", flush=True)
                self.current.run(argument, workdir=self.workdirs[self.name], extra=self.arguments)
            elif word == "COPY":
                self.copy(argument)
            elif word == "WORKDIR":
                self.workdirs[self.name] = argument
            elif word == "ARG":
                name, _, value = argument.partition("=")
                self.arguments[name] = value
            elif word == "ENV":
                name, _, value = argument.partition("=")
                self.current.environment[name] = value
            elif word not in ("EXPOSE", "ENTRYPOINT", "CMD", "LABEL"):
                raise SystemExit(f"this check does not know {word}")
        if not self.target:
            print(f"-- {SMOKE}", flush=True)
            self.current.run(SMOKE, workdir="/work")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", help="stop after this stage")
    parser.add_argument("--keep", type=pathlib.Path, help="make the roots here and leave them")
    options = parser.parse_args()
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="lorapipe-image-"))
    try:
        Build(folder, options.target).run()
        print(f"ok: every step of the Dockerfile{' up to ' + options.target if options.target else ''} ran in a fresh root")
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
