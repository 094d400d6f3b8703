#!/usr/bin/env python3
"""Types the commands of README.md and docs/zh/tutorial.md as they are written, in order, in a shell of their own.

Every command must end well. Where a page shows what comes out, the shape is compared: the same words on the same lines,
whatever the numbers, the times and the names of runs; a line "…" stands for any lines. The models are fetched from a hub on
the loopback that has a small model of random weights under every name, so the check needs no network and takes a minute.
`check-packages.py` and `check-quickstart.sh` type what installs and what trains a real model.

    scripts/type-docs.py [path of lorapipe]
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import small_hub

TOP = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TOP / ".build/release/lorapipe").resolve()
RUN = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b")
faults, typed = [], 0


def shape(text):
    """Lines without what differs from run to run; a slow training prints how far it is, which a fast one does not."""
    text = re.sub(r"^ *\w+ +\d+/\d+ steps .*\n?", "", text, flags=re.M)
    text = RUN.sub("RUN", text)
    text = re.sub(r"[-+]?\d[\d.,]*(e[-+]?\d+)?", "N", text)
    text = re.sub(r"(N (ms|s|min|h)\b ?)+", "TIME ", text)
    text = re.sub(r" (better|worse)\b", " better-or-worse", text)
    return [" ".join(line.split()) for line in text.strip().split("\n") if line.strip()]


def matches(expected, actual):
    """Whether the lines follow each other as shown; "…" stands for any lines."""
    if not expected:
        return not actual
    if expected[0] == "…":
        return any(matches(expected[1:], actual[n:]) for n in range(len(actual) + 1))
    return bool(actual) and expected[0] == actual[0] and matches(expected[1:], actual[1:])


def blocks(page):
    """The page's examples in order: ("yaml", text) of fences, ("shell", text) of indented blocks."""
    text = (TOP / page).read_text()
    fence, indented, kind, gathered = None, [], None, []
    for line in text.split("\n") + [""]:
        if fence is not None:
            if line.strip() == "```":
                gathered.append((kind, "\n".join(fence)))
                fence = None
            else:
                fence.append(line)
        elif line.startswith("```"):
            kind, fence = line[3:].strip(), []
        elif line.startswith("    "):
            indented.append(line[4:])
        elif indented and line.strip() == "":
            indented.append("")
        elif indented:
            gathered.append(("shell", "\n".join(indented).strip()))
            indented = []
    return gathered


class Typist:
    """One workspace, and what is typed in it."""

    def __init__(self, page, folder, hub):
        self.page, self.folder, self.services = page, folder, []
        home = folder.parent / "home"
        home.mkdir(exist_ok=True)
        prefix = folder.parent / "installed"
        if not prefix.exists():
            (prefix / "bin").mkdir(parents=True)
            shutil.copy(PROGRAM, prefix / "bin/lorapipe")
            shutil.copytree(TOP / "recipes", prefix / "share/lorapipe/recipes")
        self.environment = {
            "PATH": f"{prefix}/bin:/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8",
            "HF_ENDPOINT": hub, "MODELSCOPE_ENDPOINT": hub, "MODELSCOPE_DOMAIN": hub,
        }

    def fault(self, command, text):
        faults.append(f"{self.page}: $ {command}\n{text}")

    def type(self, command, expected=None, stdin="", ends_with=0):
        global typed
        typed += 1
        line = re.sub(r"\s+#\s.*$", "", command)
        if line.startswith("cd "):
            self.folder = self.folder / line[3:].strip()
            return ""
        if line.startswith("lorapipe serve"):
            return self.serve(line)
        # A "cd" at the end of a line moves the typist too.
        done = subprocess.run(
            ["bash", "-c", line + "\nstatus=$?; pwd > \"$HOME/place\"; exit $status"], cwd=self.folder, env=self.environment,
            input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
        self.folder = pathlib.Path((pathlib.Path(self.environment["HOME"]) / "place").read_text().strip())
        out = done.stdout
        if done.returncode != ends_with:
            self.fault(command, f"ended with {done.returncode}\n{out[-2000:]}")
        elif expected is not None and not matches(shape(expected), shape(out)):
            self.fault(command, "the page shows\n" + "\n".join(shape(expected)) + "\nbut what came is\n" + "\n".join(shape(out)))
        return out

    def serve(self, line):
        """Starts a service and waits until it answers."""
        self.stop()
        service = subprocess.Popen(line.split(), cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        self.services.append(service)
        for _ in range(200):
            time.sleep(0.1)
            if service.poll() is not None:
                self.fault(line, service.stdout.read()[-2000:])
                break
            if subprocess.run(["curl", "-sf", "http://127.0.0.1:8000/health"], capture_output=True).returncode == 0:
                break
        else:
            self.fault(line, "the service did not answer in 20 seconds")
        return ""

    def stop(self):
        for service in self.services:
            service.send_signal(signal.SIGINT)
            service.wait(timeout=20)
        self.services = []


def transcript(block):
    """Commands of a block with the lines below each; a block without "$" is commands alone."""
    if not block.startswith("$ "):
        lines = re.sub(r"\\\n\s*", "", block).split("\n")
        return [(line.strip(), None) for line in lines if line.strip()]
    found = []
    for line in block.split("\n"):
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return [(command, "\n".join(lines)) for command, lines in found]


TRAINING = """name: persona
stages:
  base: { kind: fetch, source: "hf:lorapipe/small" }
  persona: { kind: substitute, data: ./data/identity.jsonl, by: tag, values: { NAME: Grace, AUTHOR: Tang Yin } }
  mixed: { kind: mix, domain: [persona], general: [./data/general.jsonl], ratio: "1:2", validation: 0.1 }
  tokens: { kind: tokenize, model: base, data: mixed, max_length: 512 }
  train: { kind: sft, model: base, data: tokens, lora: { rank: 8 }, epochs: 12, batch_size: 8, save_every: 4 }
  eval: { kind: eval, model: base, adapter: train, data: tokens }
"""


def readme(typist):
    """README.md: the recipe it shows, its transcripts, and its error."""
    page = blocks("README.md")
    recipe = next(text for kind, text in page if kind == "yaml" and text.startswith("# recipes/persona.yaml"))
    (typist.folder / "recipes").mkdir()
    shutil.copytree(TOP / "recipes/data", typist.folder / "recipes/data")
    file = typist.folder / "recipes/persona.yaml"
    file.write_text(recipe + "\n")
    for kind, block in page:
        if kind != "shell" or not block.startswith(("$ lorapipe", "$ sed")):
            continue
        if block.startswith("$ lorapipe resume"):
            file.write_text(TRAINING)
            interrupt(typist)
            (command, expected), = transcript(block)
            typist.type(command, "…\n" + expected + "\n…")
            continue
        if "diff --only-changed 2" in block:
            typist.type("lorapipe run -S train.lora.rank=16")
            runs = RUN.findall(typist.type("lorapipe runs"))
            named = RUN.findall(block)
            for name, real in zip(named[:2], [runs[1], runs[0]]):
                block = block.replace(name, real)
        for command, expected in transcript(block):
            typist.type(command, expected)
    # The error: the page shows the recipe as it stood, with one letter of a key changed.
    shown = next(text for kind, text in page if kind == "shell" and "error: unknown key" in text)
    file.write_text(recipe.replace('ratio: "1:2"', 'ratoi: "1:1"') + "\n")
    out = typist.type("lorapipe lint", ends_with=2)
    wanted = shape(shown)
    if not any(shape(out)[n:n + len(wanted)] == wanted for n in range(len(shape(out)))):
        typist.fault("lorapipe lint", "\n".join(wanted) + "\nbut what came is\n" + "\n".join(shape(out)))


def interrupt(typist):
    """Starts a run and kills it after its first checkpoint."""
    run = subprocess.Popen(["lorapipe", "run"], cwd=typist.folder, env=typist.environment, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, start_new_session=True)
    for _ in range(1200):
        time.sleep(0.05)
        shown = subprocess.run(["lorapipe", "status"], cwd=typist.folder, env=typist.environment, capture_output=True, text=True)
        if re.search(r"\b([5-9]|[1-9]\d+)/\d+ steps", shown.stdout):
            break
        if run.poll() is not None:
            break
    if run.poll() is None:
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()


def tutorial(typist):
    """docs/zh/tutorial.md from its first command to its last."""
    talk = "你好\n/base\n你是谁？\n/quit\n"
    for kind, block in blocks("docs/zh/tutorial.md"):
        if kind == "yaml":
            (typist.folder / "recipes/grace.yaml").write_text(block + "\n")
        if kind != "shell" or re.match(r"y = |train +\d|\S+ +\d+/\d+ steps", block):
            continue
        for command, _ in transcript(block):
            if "tensorboard --logdir" in command:
                command = command.split("&&")[0]
            if "-i questions.jsonl" in command:
                (typist.folder / "questions.jsonl").write_text('{"query": "你是谁？"}\n{"query": "Who made you?"}\n')
            typist.type(command, stdin=talk if " chat " in command else "")
    typist.stop()
    for path in ("../ready/recipes", "recipes/grace.yaml", "runs/latest/merged", "grace-model/config.json", "grace-lora/adapter_config.json", "answers.jsonl", "curves"):
        if not (typist.folder / path).exists():
            faults.append(f"docs/zh/tutorial.md: {path} is not there at the end")


def main():
    hub = small_hub.serve()
    for page, session in (("README.md", readme), ("docs/zh/tutorial.md", tutorial)):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place).resolve() / "workspace"
            folder.mkdir()
            typist = Typist(page, folder, hub)
            try:
                session(typist)
            finally:
                typist.stop()
                subprocess.run(["chmod", "-R", "u+w", place])
    for text in faults:
        print(text, end="\n\n")
    if faults:
        sys.exit(f"{len(faults)} of {typed} commands do not do what the pages say")
    print(f"ok: {typed} commands typed as README.md and docs/zh/tutorial.md say")


if __name__ == "__main__":
    main()
