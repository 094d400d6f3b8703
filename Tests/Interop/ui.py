"""Drives the dashboard in headless Chromium. Started by ui.sh.

    ui.py URL OUTPUT-FOLDER RUN,RUN,… [PART]    the runs are ten with long curves; PART is pages or speed, else both
"""
import base64
import json
import os
import statistics
import sys
import time
import urllib.error
import urllib.request

from browser import CONTRAST, UNNAMED, Browser

READY = "document.querySelector('main h1') && !document.querySelector('main').textContent.includes('Loading')"
failed = []


def say(good, text):
    print(f"{'ok  ' if good else 'FAIL'} {text}", flush=True)
    if not good:
        failed.append(text)


def main(url, folder, many, part):
    page = Browser(port=9378)
    number = 0

    def shot(name):
        nonlocal number
        number += 1
        # The whole page, not only what fits into the window; a page of a thousand rows is cut.
        width, height = page.run("[innerWidth, Math.min(Math.max(innerHeight, document.documentElement.scrollHeight), 2400)]")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        picture = base64.b64decode(page.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"])
        with open(os.path.join(folder, f"{number:02}-{name}.png"), "wb") as file:
            file.write(picture)

    def check(what, width):
        for problem, kind in ((page.run(CONTRAST), "contrast"), (page.run(UNNAMED), "unnamed")):
            if problem:
                say(False, f"{what}: {kind} {problem[:4]}")
        # A phone widens its window for what does not fit, so it is asked for the width that it was given.
        if page.run("document.documentElement.scrollWidth") > width:
            say(False, f"{what}: wider than the window")

    def harmless(what):
        """Nothing that a user wrote became a part of the page."""
        found = page.run("window.hacked || document.querySelectorAll('main img, main script').length")
        if found:
            say(False, f"{what}: a text was taken for HTML")

    def settings(language, theme="auto"):
        page.run(f"localStorage.setItem('lorapipe.ui', JSON.stringify({{language: {language!r}, theme: {theme!r}}}))")

    def go(place, wait=READY):
        page.run("document.querySelector('main').replaceChildren()")
        page.send("Page.navigate", url=url + "?" + str(time.time()) + place)
        page.until("document.readyState === 'complete' && " + wait, seconds=60)
        time.sleep(0.4)
        harmless(place)

    def get(path):
        return json.load(urllib.request.urlopen(url + path))

    def pages():
        runs = [run for run in get("api/runs?lang=en")["runs"] if run["recipe"] != "team"]
        full = next(run["id"] for run in runs if run["status"] == "succeeded")
        both = ",".join(run["id"] for run in runs[:2])
        has = "document.querySelector('main {}')".format
        run = f"#/run/{full}/"
        pages = [
            ("runs", "#/runs", has("table.runs tbody tr")), ("overview", run + "overview", has("svg.timeline")),
            ("curves", run + "curves", has(".plot canvas")), ("answers", run + "answers", has("table.answers tbody tr")),
            ("data", run + "data", has("ol.rows li")), ("log", run + "log?stage=train", has("pre.log").replace(")", ")?.textContent")),
            ("settings", run + "settings", has("section table")), ("lineage", run + "lineage", has("section table")),
            ("adapter", run + "adapter", has("table.heat")),
            ("compare", f"#/compare?runs={both}", has(".plot canvas") + " && " + has("table.answers tbody tr")),
            ("sweep", "#/sweep?group=team-sweep", has("svg.parallel")),
            ("new", "#/new?recipe=quickstart.yaml", has(".forecast") + " && " + has(".field"))]
        for language in ("en", "zh"):
            settings(language)
            for dark, (width, height) in ((False, (1280, 860)), (True, (1280, 860)), (False, (390, 844))):
                page.look(width, height, dark)
                for name, place, wait in pages:
                    go(place, wait)
                    kind = "phone" if width < 600 else "dark" if dark else "light"
                    check(f"{name} {language} {kind}", width)
                    shot(f"{name}-{language}-{kind}")
            title = page.run("document.title")
            say(True, f"{len(pages)} pages in {language}, light, dark and on a phone; the last is titled {title!r}")
        settings("en")
        page.look(1280, 860)

        hostile = many.split(",")[0]
        for place, wait in [("#/runs?q=" + hostile, "table.runs tbody tr"), (f"#/run/{hostile}/overview", "svg.timeline"),
                            (f"#/run/{hostile}/settings", "section table"), (f"#/compare?runs={hostile},{full}", ".plot canvas"),
                            ("#/sweep?group=team-sweep&q=1", "svg.parallel")]:
            go(place, has(wait))
            shown = page.run("document.body.textContent.includes('<img src=x')")
            if not place.startswith("#/sweep"):
                say(shown, f"{place.split('?')[0]}: a name that holds HTML and script shows as it is")

        # By keyboard: the first stop leads past the header, a row is chosen with the space bar, a header cell sorts.
        go("#/runs")
        page.run("document.body.focus()")
        page.tab()
        say(page.run("document.activeElement.classList.contains('skip')"), "the first Tab offers to skip to the content")
        page.run("document.querySelector('td.check input').focus()")
        for kind in ("keyDown", "keyUp"):
            page.send("Input.dispatchKeyEvent", type=kind, key=" ", code="Space", windowsVirtualKeyCode=32, text=" " if kind == "keyDown" else "")
        say("pick=" in page.run("location.hash"), "a run is chosen by keyboard, and the address says so")
        page.run("[...document.querySelectorAll('thead .sort')].find(b => b.textContent.includes('loss')).focus()")
        page.key("Enter", 13)
        say(page.run("document.querySelector('thead th[aria-sort]')?.textContent.includes('loss')"), "a header sorts by keyboard")
        page.run("{const f = document.getElementById('filter'); f.value = 'lora.rank=8 status'; f.value = 'lora.rank=8'; f.dispatchEvent(new Event('input'))}")
        shown = page.run("document.querySelector('.row .soft').textContent")
        say(0 < int(shown.split()[0].replace(",", "")) < 1000, f"the filter lora.rank=8 leaves {shown}")
        shot("filtered")

        # Rows that stayed hard come first when asked for.
        go(f"#/run/{full}/data", has("ol.rows li"))
        page.run("{const field = [...document.querySelectorAll('main select')].find(s => [...s.options].some(o => o.value === 'loss'));"
                 " if (field) { field.value = 'loss'; field.dispatchEvent(new Event('input')); }}")
        page.until(has(".rows .measured"), seconds=30)
        losses = [float(text.split()[1]) for text in page.run("[...document.querySelectorAll('.rows .measured')].map(e => e.textContent)")]
        say(losses == sorted(losses, reverse=True) and len(losses) == 20, f"rows by loss: {losses[0]} first, {losses[-1]} at the end of the first page")
        shot("hard-rows")

        # The form changes one value of the text, and the text is checked at once.
        go("#/new?recipe=quickstart.yaml", "document.querySelector('.field') && document.querySelector('.forecast')")
        page.run("{const f = [...document.querySelectorAll('.field')].find(e => e.textContent.startsWith('lora.rank')).querySelector('input');"
                 " f.value = '16'; f.dispatchEvent(new Event('change'))}")
        say("lora: { rank: 16, alpha: 32, targets: all-linear }" in page.run("document.getElementById('text').value"), "the form writes rank 16 into the text")
        page.run("{const f = [...document.querySelectorAll('.field')].find(e => e.textContent.startsWith('lora.rank')).querySelector('input');"
                 " f.value = 'many'; f.dispatchEvent(new Event('change'))}")
        page.until("document.querySelector('pre.error')", seconds=30)
        say("rank" in page.run("document.querySelector('pre.error').textContent"), "a wrong value is refused with its place")

        # Who may not: a page of another site, a request without the token.
        def status(path, headers, body=None):
            request = urllib.request.Request(url + path, headers=headers, data=body)
            try:
                return urllib.request.urlopen(request).status
            except urllib.error.HTTPError as error:
                return error.code
        say(status("api/session", {"Origin": "https://evil.example"}) == 403, "another site's page is refused")
        say(status("api/session", {"Host": "evil.example"}) == 403, "another name is refused")
        say(status("api/start", {"Content-Type": "application/json"}, b'{"recipe": "quickstart.yaml"}') == 403, "no start without the token")
        # The browser notes the refusal of the wrong value, which is wanted, as an error.
        entries = [e["params"]["entry"] for e in page.events if e.get("method") == "Log.entryAdded"]
        errors = [e for e in entries if e["level"] == "error" and "/api/check" not in e.get("url", "")]
        say(not errors, f"no errors in the browser's console {[e['text'] for e in errors[:3]]}")
        thrown = [e for e in page.events if e.get("method") == "Runtime.exceptionThrown"]
        say(not thrown, f"no exceptions {[e['params']['exceptionDetails'].get('exception', {}).get('description') for e in thrown[:3]]}")

    def speed():
        """From the navigation to the table, and from the request to the drawn curves; medians of several times. Processor
        time is that of the page's main thread: it hardly depends on what else the machine does."""
        page.send("Performance.enable", timeDomain="threadTicks")
        busy = lambda: 1000 * next(m["value"] for m in page.send("Performance.getMetrics")["metrics"] if m["name"] == "TaskDuration")
        load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        opened, drawn, work = [], [], []
        for _ in range(7):
            go("#/runs")
            opened.append(page.run("performance.getEntriesByName('runs-drawn')[0].startTime"))
        middle = statistics.median(opened)
        say(middle < 300, f"a workspace of 1,000 runs opens in {middle:.0f} ms (< 300), best {min(opened):.0f}, worst {max(opened):.0f}; {load}")
        for _ in range(7):
            go("#/runs")
            before = busy()
            drawn.append(page.run(f"""(async () => {{
              const begin = performance.now();
              performance.clearMarks('curves-drawn');
              location.hash = '#/compare?runs={many}';
              while (!performance.getEntriesByName('curves-drawn').length) await new Promise(r => setTimeout(r, 2));
              await new Promise(r => requestAnimationFrame(r));
              return performance.getEntriesByName('curves-drawn')[0].startTime - begin;
            }})()"""))
            work.append(busy() - before)
        # The first time the server reads a million points; then it knows them.
        middle = statistics.median(drawn)
        say(middle < 200, f"10 curves of 100,000 points are drawn in {middle:.0f} ms (< 200), best {min(drawn):.0f}, worst {max(drawn):.0f}, "
            f"the first time {drawn[0]:.0f}; processor time {statistics.median(work):.0f}; {load}")
        time.sleep(0.5)
        shot("ten-curves")

    try:
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.send(domain + ".enable")
        page.look(1280, 860)
        page.send("Page.navigate", url=url)
        page.until("document.readyState === 'complete' && " + READY)
        if part in ("", "pages"):
            pages()
        if part in ("", "speed"):
            settings("en")
            speed()
    finally:
        page.close()
    print(f"{number} screenshots")
    sys.exit(1 if failed else 0)


main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else "")
