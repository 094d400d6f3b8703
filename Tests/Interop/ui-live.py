"""Follows a real training on the dashboard and in the terminal. Started by ui-live.sh, in the workspace.

    ui-live.py URL LORAPIPE OUTPUT-FOLDER
"""
import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

from browser import Browser

url, program, folder = sys.argv[1:4]
failed = []
number = 0


def say(good, text):
    print(f"{'ok  ' if good else 'FAIL'} {text}", flush=True)
    if not good:
        failed.append(text)


def lorapipe(*words):
    return subprocess.run([program, *words], capture_output=True, text=True)


def get(path):
    return json.load(urllib.request.urlopen(url + path))


def newest():
    runs = get("api/runs?lang=en")["runs"]
    return runs[0] if runs else None


def steps(run):
    curves = get(f"api/curve?lang=en&run={run}")["curves"]
    return next((curve["count"] for curve in curves if curve["name"] == "loss"), 0)


def wait(condition, seconds, what):
    end = time.time() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.time() > end:
            raise TimeoutError(what)
        time.sleep(0.2)


def shot(page, name):
    global number
    number += 1
    height = page.run("Math.max(innerHeight, document.documentElement.scrollHeight)")
    clip = {"x": 0, "y": 0, "width": 1280, "height": min(height, 2400), "scale": 1}
    picture = base64.b64decode(page.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"])
    with open(os.path.join(folder, f"live-{number:02}-{name}.png"), "wb") as file:
        file.write(picture)


def click(page, text):
    """Presses the button that says a text."""
    page.until(f"[...document.querySelectorAll('main button')].some(b => b.textContent === {text!r} && !b.disabled)", 30)
    page.run(f"[...document.querySelectorAll('main button')].find(b => b.textContent === {text!r}).click()")


def follow(page):
    page.send("Page.navigate", url=url + "#/new?recipe=live.yaml")
    page.until("document.querySelector('.forecast') && document.querySelector('.field')", 60)
    shot(page, "new-run")
    click(page, "Save and start")
    run = wait(newest, 30, "no run began")["id"]
    say(True, f"run {run} was started on the page")

    # The page of the run, from its first point on, without a reload.
    page.send("Page.navigate", url=url + f"#/run/{run}/curves")
    page.until("document.querySelector('.plot canvas')", 120)
    seen = []
    for _ in range(6):
        time.sleep(2.5)
        seen.append(page.run("[...document.querySelectorAll('figure.chart .plot')].map(e => e.getAttribute('aria-label')).find(t => t.startsWith('Loss'))"))
    say(len(set(seen)) >= 3, f"the curve of the loss grew while it was looked at: {len(set(seen))} states in 15 s")
    say(page.run("!!document.querySelector('.progress progress')"), f"the head says: {page.run('document.querySelector(`.progress`)?.innerText')!r}")
    shot(page, "curves")
    page.send("Page.navigate", url=url + f"#/run/{run}/overview")
    page.until("document.querySelector('svg.timeline .running')", 20)
    time.sleep(2.5)
    shot(page, "overview-running")

    # Three readers at once, and the run goes on.
    log = subprocess.Popen([program, "logs", "-f", "train"], stdout=subprocess.PIPE, text=True)
    status = lorapipe("status")
    shown = lorapipe("show", "-s", "train")
    print(status.stdout)
    print(shown.stdout[:1800])
    say("train" in status.stdout and "/s" in status.stdout, "status says what the stage does")
    say("loss" in shown.stdout and shown.returncode == 0, "show -s train draws the curve so far")
    before = steps(run)
    wait(lambda: steps(run) >= before + 3, 60, "no further points")
    say(True, f"points go on while four look: {before} to {steps(run)}")
    page.send("Page.navigate", url=url + f"#/run/{run}/log?stage=train")
    page.until("document.querySelector('pre.log')?.textContent.includes('step')", 20)
    shot(page, "log")

    # Stop and resume, on the page.
    page.send("Page.navigate", url=url + f"#/run/{run}/overview")
    page.until("document.querySelector('svg.timeline')", 20)
    time.sleep(0.5)
    click(page, "Stop")
    page.until("document.querySelector('main h1 + .state')?.textContent === 'interrupted'", 60)
    stopped = steps(run)
    time.sleep(1)
    shot(page, "stopped")
    say(stopped > 0, f"Stop ended the run at {stopped} updates; the page says interrupted")
    log.terminate()
    lines = log.communicate(timeout=20)[0].splitlines()
    print("\n".join(lines[-6:]))
    say(any("step" in line for line in lines), f"logs -f followed {len(lines)} lines")
    click(page, "Resume")
    second = wait(lambda: (found := newest()) and found["id"] != run and found, 30, "nothing was resumed")["id"]
    page.send("Page.navigate", url=url + f"#/run/{second}/curves")
    page.until("document.querySelector('.plot canvas')", 120)
    say(steps(second) >= stopped - 20, f"the resumed run {second} continues at {steps(second)} updates, not at 0")
    page.until("document.querySelector('main h1 + .state')?.textContent === 'succeeded'", 900)
    time.sleep(1)
    say(steps(second) == 40, f"it ends after {steps(second)} of 40 updates, and the page says succeeded")
    shot(page, "curves-ended")
    page.send("Page.navigate", url=url + f"#/run/{second}/overview")
    page.until("document.querySelector('.verdicts li')", 20)
    time.sleep(1)
    shot(page, "overview-ended")


def kill(page):
    """Everything of a run is killed at once; what was measured up to then is shown."""
    run = subprocess.Popen([program, "run", "-S", "seed=8"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    # The folder's name is the newest; the run of before has ended.
    before = newest()["id"]
    name = wait(lambda: (found := newest()) and found["id"] != before and found["id"], 30, "no run began")
    wait(lambda: steps(name) >= 12, 120, "no points")
    groups = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True).stdout.split("\n")[1:]
    children = [int(line.split()[0]) for line in groups if line.split() and line.split()[1] == str(run.pid)]
    killed = time.time()
    for process in [run.pid, *children]:
        os.kill(process, signal.SIGKILL)
    run.wait()
    time.sleep(0.5)
    shown = json.loads(lorapipe("show", name, "-s", "train", "--json").stdout)["curves"]["loss"]
    curve = next(curve for curve in get(f"api/curve?lang=en&run={name}")["curves"] if curve["name"] == "loss")
    # A point is its step, its value and the seconds since the first.
    times = [curve["start"] + point[2] for point in curve["points"]]
    say(len(shown) == len(times), f"terminal and page show the same {len(shown)} points")
    pace = max(b - a for a, b in zip(times, times[1:]))
    say(killed - times[-1] < pace + 1, f"killed with -9: {len(times)} points, the last {killed - times[-1]:.2f} s before; an update took at most {pace:.2f} s")
    page.send("Page.navigate", url=url + f"#/run/{name}/curves")
    page.until("document.querySelector('.plot canvas')", 30)
    time.sleep(0.5)
    say(page.run("document.querySelector('main h1 + .state').textContent") == "interrupted", "the page says that this run was interrupted")
    shot(page, "killed")


page = Browser(port=9379)
try:
    for domain in ("Page", "Runtime", "Log"):
        page.send(domain + ".enable")
    page.look(1280, 860)
    page.send("Page.navigate", url=url)
    page.until("document.querySelector('main h1')", 60)
    page.run("localStorage.setItem('lorapipe.ui', JSON.stringify({language: 'en', theme: 'auto'}))")
    page.send("Page.reload")
    time.sleep(1)
    follow(page)
    kill(page)
    thrown = [e for e in page.events if e.get("method") == "Runtime.exceptionThrown"]
    say(not thrown, f"no exceptions {[e['params']['exceptionDetails'].get('exception', {}).get('description') for e in thrown[:3]]}")
finally:
    page.close()
sys.exit(1 if failed else 0)
