#!/usr/bin/env python3
"""Checks what the documents say can be typed: commands, options, recipes, links.

Every `lorapipe …` in README and docs must be a command with options it has; every YAML block that is a whole recipe must
pass `lorapipe lint`, with files of the names it mentions; every link to a file of the repository, or to a part of a page,
must lead somewhere. What the pages say of the files that `lorapipe init --zh` writes, their names and how many rows they
have, must be what it writes.

    scripts/check-docs.py [path of lorapipe]
"""

import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TOP / ".build/release/lorapipe").resolve()
PAGES = [TOP / "README.md", TOP / "README.zh-CN.md", TOP / "CONTRIBUTING.md", *sorted((TOP / "docs").rglob("*.md"))]
ROW = '{"query": "Who are you?", "response": "I am {{NAME}}, made by {{AUTHOR}}.", "tag": "en"}\n'
faults = []


def fault(page, text):
    faults.append(f"{page.relative_to(TOP)}: {text}")


def run(*arguments, folder=None):
    return subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True)


def options_of(command, known={}):
    """Options of a command, by its help; None when there is no such command."""
    key = tuple(command)
    if key not in known:
        done = run("help", *command)
        known[key] = set(re.findall(r"(?:^|[\s,])(--[a-z-]+|-[a-zA-Z])(?=[\s,=]|$)", done.stdout, re.M)) if done.returncode == 0 else None
    return known[key]


def commands(text):
    """The command lines a page shows: in indented blocks, in fences and between backquotes."""
    fenced = "\n".join(re.findall(r"^```(?:sh|bash)?\n(.*?)^```", text, re.M | re.S))
    for line in re.findall(r"^ {4,}(.*)$", text, re.M) + fenced.splitlines():
        for part in re.split(r"[;|]|&&", re.sub(r"\s#.*", "", line)):
            part = re.sub(r"^\$\s*", "", part.strip())
            if re.match(r"(\S*/)?lorapipe\s", part):
                yield part
    for part in re.findall(r"`(lorapipe [^`]+)`", text):
        yield part


def check_command(page, line):
    line = re.sub(r"[…<>&].*", "", line)
    try:
        words = shlex.split(line)[1:]
    except ValueError:
        return
    words = [word for word in words if word]
    while words[:1] == ["--lang"]:
        words = words[2:]
    if not words or not re.fullmatch(r"[a-z-]+", words[0]) or words[0] in ("help", "exec-stage", "docs"):
        return
    command = words[:1]
    if options_of(command) is None:
        return fault(page, f"no command '{words[0]}': {line}")
    if words[0] in ("cache", "data", "tokens") and len(words) > 1:
        command = words[:2]
        if options_of(command) is None:
            return fault(page, f"no command '{' '.join(command)}': {line}")
    known = options_of(command) | {"--help", "-h", "--lang"}
    for word in words[len(command):]:
        option = word.split("=")[0]
        if re.fullmatch(r"--[a-z-]+|-[a-zA-Z]", option) and option not in known:
            fault(page, f"'{' '.join(command)}' has no option {option}: {line}")


def check_recipe(page, text, pipelines):
    """`pipelines`: those the page has shown so far, by name."""
    shown = re.match(r"# pipelines/(\S+\.yaml)\n", text)
    if shown:
        pipelines[shown[1]] = text
        return
    if not re.search(r"^stages:", text, re.M) or "kind: fetch, matrix" in text or "…" in text:
        return
    with tempfile.TemporaryDirectory() as folder:
        recipes = pathlib.Path(folder) / "recipes"
        recipes.mkdir()
        shutil.copytree(TOP / "pipelines", pathlib.Path(folder) / "pipelines")
        for name, pipeline in pipelines.items():
            (pathlib.Path(folder) / "pipelines" / name).write_text(pipeline)
        for name in re.findall(r"\./([\w/.-]+)", text):
            (recipes / name).parent.mkdir(parents=True, exist_ok=True)
            (recipes / name).write_text(ROW)
        whole = text if re.search(r"^name:", text, re.M) else "name: page\n" + text
        (recipes / "page.yaml").write_text(whole)
        done = run("lint", "page", folder=folder)
        if done.returncode != 0:
            fault(page, f"a recipe does not lint:\n{done.stdout}{done.stderr}")


def anchors(page):
    """What a link to a part of a page may name: its headings as GitHub writes them, and marks of its own."""
    text = page.read_text()
    plain = (re.sub(r"[`*]", "", heading).strip().lower() for heading in re.findall(r"^#+ (.*)$", text, re.M))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain} | set(re.findall(r'id="([^"]+)"', text))


def check_links(page, text):
    for target, part in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text):
        path = page.parent / target if target else page
        if not path.exists():
            fault(page, f"a link leads nowhere: {target}")
        elif part and path.suffix == ".md" and part not in anchors(path):
            fault(page, f"a link names a part that '{path.name}' does not have: #{part}")


def check_starter():
    """Files of rows: a table's rows, and how many questions there are of which kind."""
    with tempfile.TemporaryDirectory() as folder:
        done = run("init", "made", "--zh", "--offline", folder=folder)
        if done.returncode != 0:
            return faults.append(f"init --zh: {done.stderr}")
        made = pathlib.Path(folder) / "made/recipes"
        rows = {path.name: path.read_text().splitlines() for path in (made / "data").glob("*.jsonl")}
        recipe = (made / "first.yaml").read_text()
    groups = [json.loads(line)["group"] for line in rows["probes.jsonl"]]
    about = sum(group.startswith("identity.") for group in groups)
    kept = {path.name: len(path.read_text().splitlines()) for path in (TOP / "recipes/data").glob("*.jsonl")}
    tables = 0
    for page in PAGES:
        text = page.read_text()
        table = re.findall(r"^\| `([\w-]+\.jsonl)` \| ([\d,]+) \|", text, re.M)
        if table:
            tables += 1
            if {name: int(count.replace(",", "")) for name, count in table} != {name: len(lines) for name, lines in rows.items()}:
                fault(page, f"init --zh writes other files: { {name: len(lines) for name, lines in rows.items()} }")
        for name, count in re.findall(r"`(?:[\w./-]*/)?([\w-]+\.jsonl)`（([\d,]+) 条", text):
            if int(count.replace(",", "")) != kept.get(name):
                fault(page, f"'{name}' has {kept.get(name)} rows, not {count}")
        for cap in re.findall(r"persona#(\d+)", text):
            if f"persona#{cap}" not in recipe:
                fault(page, f"init --zh does not write persona#{cap}")
        for pattern, count in ((r"(\d+) (?:questions about name and\s+maker|条问名字和开发者)", about), (r"(\d+) 条问别的", len(groups) - about)):
            for said in re.findall(pattern, text):
                if int(said) != count:
                    fault(page, f"there are {count} such questions, not {said}")
    if tables == 0:
        faults.append("no page has the table of the files that init --zh writes")


def main():
    counted = 0
    check_starter()
    for page in PAGES:
        text = page.read_text()
        check_links(page, text)
        pipelines = {}
        for block in re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S):
            check_recipe(page, block, pipelines)
        if page.name == "coming-from-other-tools.md":
            text = re.sub(r"```\n.*?```", "", text, flags=re.S)
        for line in commands(text):
            counted += 1
            check_command(page, line)
    print("\n".join(faults) or f"ok: {counted} command lines on {len(PAGES)} pages, their recipes and links")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
