"""Drives the chat page in headless Chromium over its debugging protocol, with nothing but Python's own library.

    chat-page.py URL OUTPUT-FOLDER

Started by chat-page.sh. Each step is checked; screenshots are for people to look at.
"""
import base64
import json
import os
import sys

from browser import CONTRAST, UNNAMED, Browser

HOSTILE = (
    "# Title\n\nSome **bold**, *soft*, ~~old~~, `code`, [a link](https://example.org) and [a trick](javascript:alert(1)). "
    "See https://example.org/a_b_c.\n\n<img src=x onerror=alert(1)><script>window.broken = 1</script>\n\n"
    "- one\n  - inside\n- two\n\n1. first\n2. second\n\n> quoted\n> twice\n\n---\n\n"
    "```swift\n// A comment\nlet answer = \"forty-two\" + String(42)\n```\n\n| name | 数 |\n|---|---|\n| a | **2** |\n\n"
    "中文段落：**重点**和`代码`。\n\n```\nunfinished <b>block</b>")


def main(url, folder):
    page = Browser()
    number = 0

    def shot(name):
        nonlocal number
        number += 1
        picture = base64.b64decode(page.send("Page.captureScreenshot", format="png")["data"])
        with open(os.path.join(folder, f"{number:02}-{name}.png"), "wb") as file:
            file.write(picture)

    def check(what):
        bad = page.run(CONTRAST)
        assert not bad, (what, bad)
        unnamed = page.run(UNNAMED)
        assert not unnamed, (what, unnamed)
        assert page.run("document.documentElement.scrollWidth <= innerWidth"), what

    def done():
        page.until("document.getElementById('stop').hidden")

    def choose(control, value):
        page.run(f"{{const e = document.getElementById({control!r}); e.value = {value!r}; "
                 "e.dispatchEvent(new Event('input')); e.dispatchEvent(new Event('change'))}")

    def ask(text, replies=1):
        page.run("document.getElementById('input').focus()")
        page.type(text)
        page.key("Enter", 13)
        page.until("document.querySelectorAll('.turn:last-child .reply').length === " + str(replies))

    try:
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.send(domain + ".enable")
        page.look(1280, 800)
        page.send("Page.navigate", url=url)
        page.until("document.readyState === 'complete' && document.getElementById('model').options.length > 0")
        models = page.run("[...document.getElementById('model').options].map(o => o.value)")
        assert page.run("document.querySelectorAll('#examples button').length") > 0
        shot("empty")
        check("empty")

        # By keyboard alone: the field has the focus, Enter sends, the reply streams in.
        assert page.focused() == "input"
        choose("max_tokens", "60")
        choose("temperature", "0")
        ask("What is the capital of France?")
        done()
        assert page.run("document.querySelector('.reply .text').textContent.trim().length > 0")
        assert page.run("document.querySelectorAll('.error').length") == 0
        assert page.run("document.getElementById('announce').textContent.length > 0")
        shot("answer")
        page.run("document.getElementById('scroll').focus()")
        order = []
        for _ in range(8):
            page.tab()
            order.append(page.focused())
        assert order[0].startswith("icon") and "input" in order, order
        shot("keyboard-focus")

        # An example is a question; the first conversation stays in the list.
        page.run("document.getElementById('fresh').click()")
        page.run("document.querySelector('#examples button').click()")
        page.until("document.querySelectorAll('.reply').length === 1")
        done()
        assert page.run("document.querySelectorAll('#history li').length") == 2

        # Try again, edit and take the edit back, stop.
        first = page.run("document.querySelector('.reply .text').textContent")
        page.run("document.querySelector('.reply .retry').click()")
        done()
        assert page.run("document.querySelector('.reply .text').textContent") == first, "temperature 0 repeats"
        ask("And who made you?")
        done()
        page.run("document.querySelector('.user .edit').click()")
        shot("edit")
        page.run("document.querySelector('.editing textarea').value = 'Count from one to three hundred.'")
        choose("max_tokens", "2000")
        page.run("document.querySelector('.editing .primary').click()")
        page.until("!document.getElementById('stop').hidden")
        page.until("document.querySelector('.reply .text').textContent.length > 40")
        shot("streaming")
        page.key("Escape", 27)
        done()
        assert page.run("document.querySelectorAll('.turn').length") == 1
        page.run("document.querySelector('#history li:nth-child(1) .icon').click()")
        page.until("document.querySelector('#status button') !== null")
        shot("deleted-undo")
        page.run("document.querySelector('#status button').click()")
        assert page.run("document.querySelectorAll('#history li').length") == 2
        assert page.run("document.querySelector('.turn .user .text').textContent").startswith("Count")

        # Markdown of a hostile model stays text.
        page.run(f"current.turns[0].replies = {{[settings.model]: {{text: {json.dumps(HOSTILE)}}}}}; render()")
        assert page.run("!window.broken && !document.querySelector('.reply img, .reply script, .reply b')")
        assert page.run("[...document.querySelectorAll('.reply a')].every(a => a.protocol === 'https:') && "
                        "document.querySelectorAll('.reply a').length === 2")
        assert page.run("['h3','strong','em','del','code','ul ul','ol','blockquote','hr','pre .kw','pre .str','pre .com','table']"
                        ".filter(t => !document.querySelector('.reply ' + t))") == []
        page.run("document.getElementById('scroll').scrollTop = 0")
        shot("markdown")
        check("markdown")
        page.run("current.turns[0].replies[settings.model].text = '<think>Is it <b>so</b>?</think>\\n\\nIt is.'; render()")
        assert page.run("document.querySelector('details.think summary') !== null && !document.querySelector('.reply b')")

        # A service that fails says so, in words, with the way to try again.
        page.send("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        ask("Are you still there?")
        done()
        assert page.run("document.querySelector('.error').textContent.length > 0 && document.querySelector('.turn:last-child .retry') !== null")
        shot("error")
        check("error")
        page.send("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        choose("max_tokens", "40")
        page.run("document.querySelector('.turn:last-child .retry').click()")
        done()
        assert page.run("document.querySelectorAll('.error').length") == 0

        # The conversations are still there after a reload.
        page.send("Page.reload")
        page.until("document.readyState === 'complete' && document.querySelectorAll('#history li').length === 2")
        page.run("document.querySelector('#history .pick').click()")
        assert page.run("document.querySelectorAll('.turn').length") == 2

        page.run("document.getElementById('open-settings').click()")
        page.run("document.querySelector('#settings details').open = true")
        page.look(1280, 800, dark=True)
        shot("dark-settings")
        check("dark")
        page.run("current.turns[0].replies = {[settings.model]: {text: " + json.dumps(HOSTILE) + "}}; render(); document.getElementById('scroll').scrollTop = 0")
        page.run("document.getElementById('close-settings').click()")
        shot("dark-markdown")
        check("dark markdown")
        choose("language", "zh")
        assert page.run("document.documentElement.lang") == "zh"
        assert page.run("document.getElementById('send').getAttribute('aria-label')") == "发送"
        page.look(1280, 800)

        # Two side by side on one question.
        if len(models) > 1:
            choose("model", models[1])
            choose("second", models[2 % len(models)])
            page.run("document.getElementById('fresh').click()")
            shot("empty-chinese")
            choose("max_tokens", "80")
            ask("Who are you?", 2)
            done()
            ask("你是谁？", 2)
            done()
            assert page.run("[...document.querySelectorAll('.reply .text')].every(t => t.textContent.length > 0)")
            shot("side-by-side")
            check("side by side")
            page.look(1280, 800, dark=True)
            shot("side-by-side-dark")
        page.look(390, 780)
        page.run("dispatchEvent(new Event('resize')); document.getElementById('scroll').scrollTop = 1e6")
        shot("phone")
        check("phone")
        page.run("document.getElementById('menu').click()")
        shot("phone-conversations")
        page.tab(back=True)
        assert page.run("document.getElementById('side').contains(document.activeElement)"), "the open panel keeps the focus"
        page.key("Escape", 27)
        assert page.run("document.getElementById('side').hidden") and page.focused() == "menu"
        page.run("document.getElementById('open-settings').click()")
        shot("phone-settings")
        page.run("document.getElementById('shade').click(); document.getElementById('fresh-top').click()")
        page.look(390, 780, dark=True)
        shot("phone-empty-dark")
        check("phone dark")

        failures = [event for event in page.events if event.get("method") == "Runtime.exceptionThrown" or (
            event.get("method") == "Log.entryAdded" and event["params"]["entry"]["level"] == "error"
            and "ERR_INTERNET_DISCONNECTED" not in event["params"]["entry"]["text"])]
        assert not failures, failures
        print("chat page: ok,", number, "screenshots")
    finally:
        page.close()


main(*sys.argv[1:])
