"""Texts that a page could take for HTML or script: plants them in a workspace wherever a user, a model or a program writes, and
looks for them on every page, in reports and in a PDF. Each must be there as text, and none may have run. Started by ui.sh.

    ui-hostile.py plant WORKSPACE LORAPIPE               prints the runs that hold them
    ui-hostile.py look WORKSPACE LORAPIPE URL OUTPUT RUNS
"""
import base64
import http.server
import json
import pathlib
import subprocess
import sys
import threading
import time
import urllib.parse
import zlib

from browser import Browser


def text(number):
    """Ends what it may stand in, runs by three ways, and turns its neighbors around."""
    return (f"'\"></td></script>]]>--><script>hacked({number})</script><img src=x onerror=\"hacked({number})\">"
            f"<a href=\"javascript:hacked({number})\">m{number}</a> $& {{0}} \u202etxt.{number}\u2066")


def name(number):
    """The same for what may hold no slash."""
    return f"m{number}'\"><img src=x onerror=hacked({number})>\u202e{number}"


def said(number):
    """What a model is taught to answer."""
    return f"<script>hacked({number})</script><img src=x onerror=hacked({number})>"


RECIPE, FILE, SYSTEM, QUESTION, LOG, GROUP, NOTE, ANSWER, ROW, DRAFT, VALUE = range(11, 22)
LISTENING = "window.hacks = []; window.hacked = number => window.hacks.push(number);"
STRUCTURE = ("document.querySelectorAll('main script, main img, main iframe, main object, main embed, [onerror], [onload], "
             "[onclick], a[href^=\"javascript\"]').length")
# Texts with a mark of direction that they leave open; what is a block of its own turns nothing else around.
TURNED = """(() => {
  const bad = [], walk = document.createTreeWalker(document.querySelector('main') || document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data, count = marks => [...text].filter(c => marks.includes(c)).length;
    if (walk.currentNode.parentElement.closest('pre, textarea, option')) continue;
    if (count('\\u202a\\u202b\\u202d\\u202e') > count('\\u202c') || count('\\u2066\\u2067\\u2068') > count('\\u2069')) bad.push(text.slice(0, 60));
  }
  return bad;
})()"""
failed = []


def say(good, what):
    print(f"{'ok  ' if good else 'FAIL'} {what}", flush=True)
    if not good:
        failed.append(what)


def run(program, *words, folder, check=True):
    done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(words)}: {done.stderr[-2000:]}")
    return done


def plant(workspace, program):
    recipes = pathlib.Path(workspace) / "recipes"
    quickstart = (recipes / "quickstart.yaml").read_text()
    base = next(line for line in quickstart.splitlines() if line.strip().startswith("base:"))
    # A model says what it was taught: this one answers with the worst.
    rows = [{"query": f"Say it, please. {n}", "response": said(ANSWER)} for n in range(40)]
    rows += [{"query": text(ROW) + f" {n}", "response": said(ANSWER), "system": text(SYSTEM)} for n in range(6)]
    (recipes / "data").mkdir(exist_ok=True)
    (recipes / "data" / (name(FILE) + ".jsonl")).write_text("".join(json.dumps(row) + "\n" for row in rows))
    quoted = json.dumps
    recipe = f"""
name: {quoted(name(RECIPE))}
stages:
{base}
  rows: {{ kind: mix, domain: [{quoted('./data/' + name(FILE) + '.jsonl')}], validation: 0.1 }}
  tokens: {{ kind: tokenize, model: base, data: rows }}
  train: {{ kind: sft, model: base, data: tokens, learning_rate: 2e-3, batch_size: 4, gradient_accumulation: 1, max_steps: 24, epochs: 9 }}
  eval:
    kind: eval
    model: base
    adapter: train
    max_tokens: 48
    system: ""
    probes:
      - {{ ask: {quoted(text(QUESTION))}, group: {quoted(name(GROUP))}, expect: {{ not: {quoted(text(VALUE))} }} }}
      - {{ ask: "Say it, please. 50", group: {quoted(name(GROUP))}, expect: {{ contains: "onerror" }} }}
  told: {{ kind: command, run: [printf, "%s\\n", {quoted(text(LOG))}] }}
"""
    # The file is called as badly as its recipe.
    file = name(DRAFT) + ".yaml"
    (recipes / file).write_text(recipe)
    runs = []
    for seed in (1, 2):
        run(program, "run", f"recipes/{file}", "-S", f"eval.system={quoted(text(SYSTEM), ensure_ascii=False)}", "-S", f"eval.max_tokens={47 + seed}", folder=workspace)
        runs.append(json.loads(run(program, "runs", "--json", folder=workspace).stdout)[0])
    names = [entry.get("run") or entry["id"] for entry in runs]
    run(program, "runs", "note", names[1], text(NOTE), folder=workspace)
    print(",".join(names))


def look(workspace, program, url, folder, planted):
    runs = planted.split(",")
    page = Browser(port=9384, arguments=["--host-resolver-rules=MAP evil.example 127.0.0.1"])

    def visible():
        return page.run("document.body.textContent + [...document.querySelectorAll('textarea, input, select')].map(e => e.value).join()")

    def check(place, *wanted):
        shown = visible()
        turned = page.run(TURNED)
        if turned:
            say(False, f"{place}: turns around what follows {turned[:3]}")
        missing = [piece[:40] for piece in wanted if piece not in shown]
        hacks, parts = page.run("window.hacks"), page.run(STRUCTURE)
        say(not missing and hacks == [] and parts == 0,
            f"{place}: hostile texts shown as text: {len(wanted) - len(missing)} of {len(wanted)}" + (f"; missing {missing}" if missing else "")
            + (f"; ran {hacks}" if hacks else "") + (f"; {parts} became elements" if parts else ""))

    def shot(what):
        height = page.run("Math.min(Math.max(innerHeight, document.documentElement.scrollHeight), 2000)")
        clip = {"x": 0, "y": 0, "width": 1280, "height": height, "scale": 1}
        picture = base64.b64decode(page.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"])
        pathlib.Path(folder, f"hostile-{what}.png").write_bytes(picture)

    try:
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.send(domain + ".enable")
        page.send("Page.addScriptToEvaluateOnNewDocument", source=LISTENING)
        page.look(1280, 860)
        has = "document.querySelector('main {}')".format
        one = f"#/run/{runs[1]}/"
        places = [
            ("#/runs", has("table.runs tbody tr"), [name(RECIPE), text(NOTE)[:40]]),
            (one + "overview", has("svg.timeline"), [name(RECIPE), text(NOTE)]),
            (one + "answers", has("table.answers tbody tr"), [text(QUESTION), said(ANSWER)]),
            (one + "data", has("ol.rows li"), [text(ROW), name(FILE), text(SYSTEM), said(ANSWER)]),
            (one + "log?stage=told", "document.querySelector('pre.log')?.textContent.includes('m')", [text(LOG)]),
            (one + "log?stage=eval", "document.querySelector('pre.log')?.textContent.includes('asked')", [text(QUESTION)]),
            (one + "settings", has("section table"), [text(SYSTEM)]),
            (one + "lineage", has("section table"), [json.dumps(text(SYSTEM), ensure_ascii=False), name(FILE)]),
            (f"#/compare?runs={planted}", has("table.answers tbody tr"), [name(RECIPE), text(QUESTION), said(ANSWER)]),
            ("#/sweep?group=" + urllib.parse.quote(name(RECIPE)), has("h1"), [name(RECIPE)]),
            ("#/new?recipe=" + urllib.parse.quote(name(DRAFT) + ".yaml"), has(".field"), [name(DRAFT)]),
            (f"#/run/{urllib.parse.quote(text(ROW), safe='')}/overview", has(".error"), [])]
        for language in ("en", "zh"):
            page.send("Page.navigate", url=url)
            page.until("document.readyState === 'complete'")
            page.run(f"localStorage.setItem('lorapipe.ui', JSON.stringify({{language: {language!r}, theme: 'light'}}))")
            for number, (place, wait, wanted) in enumerate(places):
                page.send("Page.navigate", url=url + "?" + str(time.time()) + place)
                page.until("document.readyState === 'complete' && " + wait, seconds=60)
                time.sleep(0.3)
                check(f"{language} {urllib.parse.unquote(place)[:44]!r}", *wanted)
                if language == "en":
                    shot(f"{number:02}")
        # What a click brings: the rows nearest to a question, and rows as tokens.
        page.send("Page.navigate", url=url + "?near" + one + "answers")
        page.until("document.querySelector('button.near')")
        page.run("document.querySelector('button.near').click()")
        page.until("document.querySelector('.found')")
        check("nearest rows", text(ROW))
        page.send("Page.navigate", url=url + "?tokens" + one + "data")
        page.until("document.querySelector('ol.rows li')")
        page.run("{const f = [...document.querySelectorAll('main select')].find(s => [...s.options].some(o => o.value === 'tokens')); f.value = 'tokens'; f.dispatchEvent(new Event('input'))}")
        page.until("document.querySelector('p.tokens')")
        check("rows as tokens", text(ROW))

        # Reports are opened without their content policy, so that nothing but the escaping protects.
        for language in ("en", "zh"):
            for which in (runs[1:], runs):
                file = pathlib.Path(folder, f"hostile-{len(which)}-{language}.html")
                run(program, "report", *which, "-o", str(file), "--lang", language, folder=workspace)
                document = file.read_text()
                bare = file.with_suffix(".bare.html")
                bare.write_text(document.replace("Content-Security-Policy", "x-none"))
                page.send("Page.navigate", url=bare.as_uri())
                page.until("document.readyState === 'complete' && document.querySelector('main section')")
                time.sleep(0.3)
                wanted = [name(RECIPE), text(QUESTION), said(ANSWER)] + ([text(SYSTEM), name(FILE)] if len(which) == 1 else [])
                check(f"report of {len(which)} in {language}, without its policy", *wanted)
                shot(f"report-{len(which)}-{language}")
        target = pathlib.Path(folder, "hostile.pdf")
        run(program, "report", runs[1], "-o", str(pathlib.Path(folder, "hostile-pdf.html")), "--pdf", folder=workspace)
        target = pathlib.Path(folder, "hostile-pdf.pdf")
        content = target.read_bytes()
        for piece in content.split(b"stream\n")[1:]:
            try:
                content += zlib.decompressobj().decompress(piece.lstrip(b"\r\n"))
            except zlib.error:
                pass
        active = [mark.decode() for mark in (b"/JavaScript", b"/JS", b"javascript:", b"/Launch") if mark in content]
        say(not active, f"the PDF ({target.stat().st_size / 1000:.0f} kB) holds no script and no link to one {active}")
        try:
            import pypdf
            words = "".join(found.extract_text() for found in pypdf.PdfReader(target).pages)
            squeezed = "".join(words.split())
            say(f"<script>hacked({QUESTION})</script>" in squeezed and f"<script>hacked({ANSWER})</script>" in squeezed, "its text shows the marks of question and answer")
        except ImportError:
            print("     the PDF's text was not read: pip install pypdf")
        strangers(page, url)
        thrown = [e for e in page.events if e.get("method") == "Runtime.exceptionThrown"]
        say(not thrown, f"no exceptions {[e['params']['exceptionDetails'].get('exception', {}).get('description') for e in thrown[:3]]}")
        say(not [e for e in page.events if e.get("method") == "Page.javascriptDialogOpening"], "no dialog opened")
    finally:
        page.close()


FOREIGN = """<!doctype html><title>elsewhere</title><script>
(async () => {
  const found = {};
  const read = async (what, path, options) => {
    try { found[what] = (await (await fetch(TARGET + path, options)).text()).slice(0, 200); } catch (error) { found[what] = 'refused'; }
  };
  await read('session', 'api/session');
  await read('runs', 'api/runs');
  await read('opaque', 'api/session', {mode: 'no-cors'});
  await read('start', 'api/start', {method: 'POST', body: '{"recipe": "quickstart.yaml"}', headers: {'Content-Type': 'text/plain'}});
  await read('token', 'api/start', {method: 'POST', body: '{"recipe": "quickstart.yaml"}', headers: {'X-Lorapipe-Token': 'x'}});
  await new Promise(done => {
    const tag = document.createElement('script');
    tag.onload = () => { found.script = 'ran'; done(); };
    tag.onerror = () => { found.script = 'refused'; done(); };
    tag.src = TARGET + 'api/session';
    document.head.append(tag);
  });
  window.found = found;
})();
</script>"""


def strangers(page, url):
    """Pages of other sites: of another name, and of this machine's own name at another port."""
    body = FOREIGN.replace("TARGET", json.dumps(url)).encode()

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    for host in ("evil.example", "127.0.0.1"):
        page.send("Page.navigate", url=f"http://{host}:{site.server_port}/")
        page.until("window.found")
        found = page.run("window.found")
        bad = {what: answer for what, answer in found.items() if answer not in ("refused", "")}
        say(not bad, f"a page of {host}:{site.server_port} reads nothing and starts nothing: {found}" + (f"; got {bad}" if bad else ""))
    site.shutdown()
    # The dashboard under a name that another site gave this address.
    port = urllib.parse.urlparse(url).port
    page.send("Page.navigate", url=f"http://evil.example:{port}/")
    page.until("document.readyState === 'complete' && document.body.textContent.trim()")
    shown = page.run("document.body.innerText")
    say("--allow-host evil.example" in shown, f"under another name, a page says what to do: {' '.join(shown.split())[:160]!r}")


if sys.argv[1] == "plant":
    plant(*sys.argv[2:])
else:
    look(*sys.argv[2:])
    sys.exit(1 if failed else 0)
