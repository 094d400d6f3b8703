"""Drives the chat page in headless Chromium over its debugging protocol, with nothing but Python's own library.

    chat-page.py URL OUTPUT-FOLDER

Started by chat-page.sh. Each step is checked; screenshots are for people to look at.
"""
import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request


class Browser:
    """One page of a browser of its own, over a web socket."""

    def __init__(self, port=9377):
        self.profile = tempfile.mkdtemp()
        self.process = subprocess.Popen(
            [shutil.which("chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             f"--remote-debugging-port={port}", f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        address = None
        for _ in range(150):
            try:
                pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json"))
                address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
                break
            except (OSError, StopIteration):
                time.sleep(0.2)
        path = address.split("/", 3)[3]
        self.socket = socket.create_connection(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        self.file = self.socket.makefile("rb")
        while self.file.readline().strip():
            pass
        self.number, self.events = 0, []

    def send(self, method, **parameters):
        self.number += 1
        data = json.dumps({"id": self.number, "method": method, "params": parameters}).encode()
        mask, size = os.urandom(4), len(data)
        head = b"\x81" + (bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
                          if size < 65536 else b"\xff" + struct.pack(">Q", size))
        self.socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)))
        while True:
            message = self.receive()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(message["error"])
                return message["result"]
            self.events.append(message)

    def receive(self):
        data = b""
        while True:
            first, second = self.file.read(2)
            size = second & 127
            if size == 126:
                size = struct.unpack(">H", self.file.read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.file.read(8))[0]
            data += self.file.read(size)
            if first & 0x80:
                return json.loads(data)

    def run(self, script):
        result = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def until(self, condition, seconds=90):
        end = time.time() + seconds
        while not self.run(condition):
            if time.time() > end:
                raise TimeoutError(condition)
            time.sleep(0.1)

    def key(self, name, code):
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if name == "Enter" and kind == "keyDown" else {}
            self.send("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, **text)

    def type(self, text):
        self.send("Input.insertText", text=text)

    def look(self, width, height, dark=False):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.send("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


def main(url, folder):
    page = Browser()
    number = 0

    def shot(name):
        nonlocal number
        number += 1
        picture = base64.b64decode(page.send("Page.captureScreenshot", format="png")["data"])
        with open(os.path.join(folder, f"{number}-{name}.png"), "wb") as file:
            file.write(picture)

    def done():
        page.until("document.getElementById('stop').hidden")

    def choose(control, value):
        page.run(f"{{const e = document.getElementById({control!r}); e.value = {value!r}; e.dispatchEvent(new Event('change'))}}")

    try:
        for domain in ("Page", "Runtime", "Log"):
            page.send(domain + ".enable")
        page.look(1180, 760)
        page.send("Page.navigate", url=url)
        page.until("document.readyState === 'complete' && document.getElementById('model').options.length > 0")
        models = page.run("[...document.getElementById('model').options].map(o => o.value)")
        shot("empty")

        # By keyboard alone: the field has the focus, Enter sends, the reply streams in.
        assert page.run("document.activeElement.id") == "input"
        page.run("{const e = document.getElementById('max_tokens'); e.value = 60; e.dispatchEvent(new Event('change'))}")
        page.type("What is the capital of France?")
        page.key("Enter", 13)
        page.until("document.querySelectorAll('.reply').length === 1")
        done()
        assert page.run("document.querySelector('.reply .text').textContent.trim().length > 0")
        assert page.run("document.querySelectorAll('.error').length") == 0
        shot("answer")

        # Try again, edit, stop.
        page.run("document.querySelector('.reply .retry').click()")
        done()
        page.run("document.querySelector('.user .edit').click()")
        page.run("document.querySelector('.editing textarea').value = 'Count from one to three hundred.'")
        page.run("{const e = document.getElementById('max_tokens'); e.value = 2000; e.dispatchEvent(new Event('change'))}")
        page.run("document.querySelector('.editing button').click()")
        page.until("!document.getElementById('stop').hidden")
        page.until("document.querySelector('.reply .text').textContent.length > 0")
        page.key("Escape", 27)
        done()
        assert page.run("document.querySelectorAll('.turn').length") == 1
        shot("stopped")

        # Markdown of a hostile model stays text.
        hostile = ("# Title\n\nSome **bold**, *soft*, `code`, [a link](https://example.org) and "
                   "[a trick](javascript:alert(1))\n\n<img src=x onerror=alert(1)><script>window.broken = 1</script>\n\n"
                   "- one\n- two\n\n1. first\n2. second\n\n> quoted\n\n```swift\nlet x = 1\n```\n\n"
                   "| a | b |\n|---|---|\n| 1 | **2** |\n")
        page.run(f"current.turns[0].replies[settings.model] = {{text: {json.dumps(hostile)}}}; render()")
        assert page.run("!window.broken && !document.querySelector('.reply img, .reply script')")
        assert page.run("[...document.querySelectorAll('.reply a')].every(a => a.protocol === 'https:')")
        assert page.run("['h2','strong','em','code','ul','ol','blockquote','pre','table'].every(t => document.querySelector('.reply ' + t))")
        shot("markdown")

        # The conversation is still there after a reload.
        page.run("save()")
        page.send("Page.reload")
        page.until("document.readyState === 'complete' && document.querySelectorAll('#history li').length === 1")
        page.run("document.getElementById('menu').click(); document.querySelector('#history .pick').click()")
        assert page.run("document.querySelectorAll('.turn').length") == 1

        page.run("document.getElementById('open-settings').click()")
        page.look(1180, 760, dark=True)
        shot("dark-settings")
        page.run("document.getElementById('open-settings').click(); document.getElementById('menu').click()")
        choose("language", "zh")
        assert page.run("document.documentElement.lang") == "zh"
        assert page.run("document.getElementById('send').textContent") == "发送"
        page.look(1180, 760)

        # Two side by side on one question.
        if len(models) > 1:
            choose("second", models[1])
            page.run("document.getElementById('fresh').click()")
            page.run("{const e = document.getElementById('max_tokens'); e.value = 60; e.dispatchEvent(new Event('change'))}")
            page.type("Who are you?")
            page.key("Enter", 13)
            page.until("document.querySelectorAll('.reply').length === 2")
            done()
            assert page.run("[...document.querySelectorAll('.reply .text')].every(t => t.textContent.length > 0)")
            shot("side-by-side")
        page.look(390, 780)
        page.run("apply()")
        shot("phone")
        assert page.run("document.documentElement.scrollWidth <= 390")

        # Every control has a name for those who do not see it.
        unnamed = page.run(
            "[...document.querySelectorAll('button,input,select,textarea')].filter(e => !(e.textContent.trim() || "
            "e.getAttribute('aria-label') || (e.labels && e.labels.length))).map(e => e.outerHTML)")
        assert not unnamed, unnamed
        failures = [event for event in page.events if event.get("method") == "Runtime.exceptionThrown" or (
            event.get("method") == "Log.entryAdded" and event["params"]["entry"]["level"] == "error")]
        assert not failures, failures
        print("chat page: ok,", number, "screenshots")
    finally:
        page.close()


main(*sys.argv[1:])
