"""Message shapes × chat templates × entry points against transformers. Run by conformance.sh.

What is compared, for each shape and template:

- `data`: `data lint --model` accepts or refuses the row;
- `tokenize`: the ids of the row in a tokenize stage, or that it is dropped;
- `serve`: the number of the prompt's tokens of /v1/chat/completions, or a refusal with status 400;
- `generate`: an answer or an error for the row;
- `chat`: an answer, for shapes of one question.

The reference is `apply_chat_template` on the messages as its documentation wants them: arguments of calls as objects,
reasoning as `reasoning_content`, other programs' words for a role as the usual ones, a call's turn of its own folded into the assistant's, `developer` as `system` where the
template does not know the word, and parts joined where the template takes texts only. It counts as refused when the template
raises, and when a word of a message is not in the text: that is what must never be silent.
"""
import datetime
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import types
import urllib.error
import urllib.request

import numpy
from safetensors.numpy import save_file

HERE, *GIVEN = sys.argv[1:]
LORAPIPE = os.environ["LORAPIPE"]
EMPTY_THINKING = "<think>\n\n</think>\n\n"
TOOL = {"type": "function", "function": {"name": "toolword", "description": "describeword", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}


def user(text="askword"):
    return {"role": "user", "content": text}


def say(text="sayword", **more):
    return {"role": "assistant", "content": text, **more}


def call(arguments, ids=True, wrapped=True, **more):
    function = {"name": "callword", "arguments": arguments}
    entry = {"type": "function", "function": function} if wrapped else function
    if ids and wrapped:
        entry["id"] = "abcdefghi"
    return {"role": "assistant", "content": None, "tool_calls": [entry], **more}


def result(text="resultword"):
    return {"role": "tool", "content": text, "tool_call_id": "abcdefghi", "name": "callword"}


ARGUMENTS = {"city": "argword", "days": 12345678901234567890}
CALLS = {
    "call, object": [call(ARGUMENTS)],
    "call, JSON text": [call(json.dumps(ARGUMENTS))],
    "call, compact text": [call(json.dumps(ARGUMENTS, separators=(",", ":")))],
    "call, unwrapped": [call(ARGUMENTS, wrapped=False)],
    "call, without id": [call(ARGUMENTS, ids=False)],
    "call, with content": [call(ARGUMENTS, content="saidword")],
    "call, no arguments": [call({})],
    "two calls": [{"role": "assistant", "content": "", "tool_calls": call(ARGUMENTS)["tool_calls"] + call({"city": "secondarg"})["tool_calls"]}],
    "call, a turn of its own": [{"role": "tool_call", "content": json.dumps({"name": "callword", "arguments": ARGUMENTS})}],
    "call, function_call": [{"role": "assistant", "content": None, "function_call": {"name": "callword", "arguments": json.dumps(ARGUMENTS)}}],
}


def shapes():
    """(name, messages, tools); each ends with an answer."""
    heads = {"": [], "system, ": [{"role": "system", "content": "sysword"}], "developer, ": [{"role": "developer", "content": "devword"}]}
    for (head, first), tools in itertools.product(heads.items(), [[], [TOOL]]):
        suffix = ", tools" if tools else ""
        yield head + "one question" + suffix, first + [user(), say()], tools
        yield head + "two questions" + suffix, first + [user(), say("firstword"), user("secondask"), say()], tools
    for name, calls in CALLS.items():
        for tools in [[], [TOOL]]:
            suffix = ", tools" if tools else ""
            yield name + suffix, [user(), *calls, result(), say()], tools
    yield "results in a row", [user(), CALLS["two calls"][0], result("oneword"), result("twoword"), say()], [TOOL]
    yield "call is the answer", [user(), call(ARGUMENTS)], [TOOL]
    for role in ["critic", "function", "chatgpt"]:
        yield f"role {role}", [user(), {"role": role, "content": "rareword"}, user("nextask"), say()], []
    yield "parts", [{"role": "user", "content": [{"type": "text", "text": "partone "}, {"type": "text", "text": " parttwo"}]}, say()], []
    yield "image", [{"role": "user", "content": [{"type": "image", "image": "x.png"}, {"type": "text", "text": "what"}]}, say()], []
    yield "reasoning member", [user(), say(reasoning_content="thinkword")], []
    yield "reasoning in content", [user(), say("<think>\nthinkword\n</think>\n\nsayword")], []
    yield "reasoning without opening", [user(), say("thinkword\n</think>\n\nsayword")], []
    yield "reasoning of an earlier answer", [user(), say("firstword", reasoning_content="thinkword"), user("secondask"), say()], []
    yield "empty thinking", [user(), say("<think>\n\n</think>\n\nsayword")], []
    yield "two questions in a row", [user("oneword"), user("twoword"), say()], []
    yield "two answers in a row", [user(), say("oneword"), say("twoword")], []
    yield "answer first", [say("helloword"), user(), say()], []
    yield "system only before answer", [{"role": "system", "content": "sysword"}, say()], []
    yield "second system later", [{"role": "system", "content": "sysword"}, user(), {"role": "system", "content": "latersys"}, say()], []
    yield "result without call", [user(), result(), say()], []
    yield "spaces around", [user("  askword \n"), say("\n sayword  ")], []
    yield "empty answer before", [user(), say(""), user("secondask"), say()], []
    yield "big integers", [user("12345678901234567890"), say()], []


def prepared(messages, template, takes_parts):
    """Messages as transformers' documentation wants them; None for what is no text."""
    output = []
    for message in json.loads(json.dumps(messages)):
        if message["role"] == "tool_call":
            entry = {"type": "function", "function": json.loads(message["content"])}
            if not output or output[-1]["role"] != "assistant":
                output.append({"role": "assistant", "content": ""})
            output[-1].setdefault("tool_calls", []).append(entry)
            continue
        if message["role"] == "developer" and "developer" not in template:
            message["role"] = "system"
        message["role"] = {"function": "tool", "chatgpt": "assistant"}.get(message["role"], message["role"])
        if "function_call" in message:
            message["tool_calls"] = [{"type": "function", "function": message.pop("function_call")}]
        for index, entry in enumerate(message.get("tool_calls", [])):
            if "function" not in entry:
                entry = message["tool_calls"][index] = {"type": "function", "function": entry}
            if isinstance(entry["function"]["arguments"], str):
                entry["function"]["arguments"] = json.loads(entry["function"]["arguments"])
        if isinstance(message.get("content"), list):
            if any(part["type"] != "text" for part in message["content"]):
                return None
            if not takes_parts:
                message["content"] = "\n".join(part["text"] for part in message["content"])
        if message.get("content") is None:
            message["content"] = ""
        output.append(message)
    return output


def words(messages, tools, needs_reasoning, template):
    found = ["toolword", "describeword"] if tools else []
    # A function's result is named by its call: that a template leaves the name out of the result loses nothing. JSON spells
    # a line break as \\n, which would stick to the word behind it.
    spelled = [{**message, "name": None} if message["role"] == "tool" else message for message in messages]
    text = json.dumps(spelled).replace("\\n", " ")
    found += [word for word in re.findall(r"\b(?:[a-z]+(?:word|ask|arg|sys)|part(?:one|two))\b", text) if not word.startswith("think")]
    # A template that knows reasoning may leave it out of earlier answers; one that does not know it loses it.
    counted = messages[-1:] if "reasoning_content" in template else messages
    if needs_reasoning and "thinkword" in json.dumps(counted):
        found.append("thinkword")
    return found


class Model:
    def __init__(self, folder, template, family):
        from transformers import AutoTokenizer
        self.folder, self.template = folder, template
        os.makedirs(folder)
        shutil.copy(f"{HERE}/Tests/Fixtures/Tokenization/{family}.tokenizer.json", folder + "/tokenizer.json")
        ends = {"llama3": "<|eot_id|>"}.get(family, "<|im_end|>")
        tokens = json.load(open(folder + "/tokenizer.json"))
        known = {token["content"] for token in tokens["added_tokens"]}
        settings = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": ends if ends in known else sorted(known)[0]}
        if "<|begin_of_text|>" in known:
            settings["bos_token"] = "<|begin_of_text|>"
        else:
            settings["bos_token"] = sorted(known)[0]
        json.dump(settings, open(folder + "/tokenizer_config.json", "w"))
        open(folder + "/chat_template.jinja", "w").write(template)
        size = max([token["id"] for token in tokens["added_tokens"]] + list(tokens["model"]["vocab"].values())) + 1
        config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 32,
                  "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1,
                  "head_dim": 16, "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
                  "tie_word_embeddings": True, "torch_dtype": "float32", "vocab_size": size}
        json.dump(config, open(folder + "/config.json", "w"))
        random = numpy.random.default_rng(1)
        layer = "model.layers.0."
        shapes = {"model.embed_tokens.weight": (size, 32), "model.norm.weight": (32,), layer + "input_layernorm.weight": (32,),
                  layer + "post_attention_layernorm.weight": (32,), layer + "self_attn.q_proj.weight": (32, 32),
                  layer + "self_attn.k_proj.weight": (16, 32), layer + "self_attn.v_proj.weight": (16, 32),
                  layer + "self_attn.o_proj.weight": (32, 32), layer + "mlp.gate_proj.weight": (32, 32),
                  layer + "mlp.up_proj.weight": (32, 32), layer + "mlp.down_proj.weight": (32, 32)}
        save_file({name: (random.standard_normal(shape) * 0.1).astype("float32") for name, shape in shapes.items()},
                  folder + "/model.safetensors", metadata={"format": "pt"})
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        # Training and serving write the same day into a prompt, whenever they run.
        import transformers.utils.chat_template_utils as rendering
        rendering.datetime = types.SimpleNamespace(now=lambda: datetime.datetime(2024, 7, 26))
        self.arguments = {"date_string": "26 Jul 2024"}
        if "enable_thinking" in template:
            self.arguments["enable_thinking"] = False
        try:
            text = self.render([{"role": "user", "content": [{"type": "text", "text": "probe"}]}], [], False)
            self.takes_parts = "probe" in text and "'text'" not in text and '"text"' not in text
        except Exception:
            self.takes_parts = False

    def render(self, messages, tools, prompt):
        # A conversation without messages is taken only among several.
        rendered = self.tokenizer.apply_chat_template(
            messages or [[]], tools=tools or None, tokenize=False, add_generation_prompt=prompt, **self.arguments)
        return rendered if messages else rendered[0]

    def reference(self, messages, tools, prompt):
        """The text, or None where transformers refuses or loses a word."""
        ready = prepared(messages, self.template, self.takes_parts)
        if ready is None:
            return None
        try:
            text = self.render(ready, tools, prompt)
        except Exception:
            return None
        return None if any(word not in text for word in words(messages, tools, not prompt, self.template)) else text

    def row(self, messages, tools):
        """The same for training: what comes before each answer must be a prompt, too."""
        text = self.reference(messages, tools, False)
        ready = prepared(messages, self.template, self.takes_parts)
        if text is None:
            return None
        if "user" not in [message["role"] for message in ready[:[m["role"] for m in ready].index("assistant")]]:
            first = [m["role"] for m in ready].index("assistant")
            try:
                if not text.startswith(self.render(ready[:first], tools, True).removesuffix(EMPTY_THINKING)):
                    return None
            except Exception:
                return None
        return text

    def ids(self, text):
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]


def run(*arguments, folder=None, text=None):
    return subprocess.run([LORAPIPE, *arguments], cwd=folder, input=text, capture_output=True, text=True)


def data(model, shape, work):
    """None when refused, else True."""
    path = f"{work}/row.jsonl"
    json.dump({"messages": shape[1], **({"tools": shape[2]} if shape[2] else {})}, open(path, "w"))
    answer = run("data", "lint", path, "--model", model.folder, "--json")
    findings = {finding["code"]: finding["level"] for finding in json.loads(answer.stdout or "[]")}
    return None if "error" in (findings.get("readable"), findings.get("rendered")) or not findings else True


def tokenize(model, all_shapes, work):
    """Ids by shape; those that are dropped are missing."""
    os.makedirs(work + "/recipes")
    with open(work + "/rows.jsonl", "w") as file:
        for _, messages, tools in all_shapes:
            file.write(json.dumps({"messages": messages, **({"tools": tools} if tools else {})}) + "\n")
    with open(work + "/recipes/r.yaml", "w") as file:
        file.write(f"name: r\nstages:\n  mixed: {{ kind: mix, domain: [../rows.jsonl], on_bad_row: drop }}\n"
                   f"  tokens: {{ kind: tokenize, model: {model.folder}, data: mixed, on_bad_row: drop, max_length: 8192 }}\n")
    answer = run("run", folder=work)
    assert answer.returncode == 0, answer.stderr + answer.stdout
    shown = run("tokens", "show", "-n", "999", "--ids", "--json", folder=work)
    rows = [json.loads(line) for line in shown.stdout.splitlines() if line.startswith("{")]
    return {row["row"] - 1: row["ids"] for row in rows}


class Server:
    def __init__(self, model):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen([LORAPIPE, "serve", model.folder, "-p", str(port), "-t", "1"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(200):
            try:
                urllib.request.urlopen(self.url + "/health").read()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server does not start: " + self.process.stderr.read().decode())

    def prompt(self, messages, tools):
        """How many tokens the prompt has, or None when it is refused."""
        body = {"messages": messages, "max_tokens": 1, "temperature": 0, **({"tools": tools} if tools else {})}
        request = urllib.request.Request(self.url + "/v1/chat/completions", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        try:
            return json.load(urllib.request.urlopen(request))["usage"]["prompt_tokens"]
        except urllib.error.HTTPError as error:
            assert error.code == 400, error.read()
            return None


def templates():
    for path in GIVEN or sorted(
            f"{folder}/{name}" for folder in [f"{HERE}/Tests/Fixtures/JinjaTemplates/templates", f"{HERE}/Tests/Interop/templates"]
            for name in os.listdir(folder)):
        name = os.path.basename(path.rstrip("/")).removesuffix(".jinja").removesuffix(".gguf")
        if path.endswith(".gguf"):
            from gguf import GGUFReader
            field = GGUFReader(path).fields["tokenizer.chat_template"]
            yield name, bytes(field.parts[field.data[0]]).decode()
        elif os.path.isdir(path):
            if os.path.exists(path + "/chat_template.jinja"):
                yield name, open(path + "/chat_template.jinja").read()
            else:
                yield name, json.load(open(path + "/tokenizer_config.json"))["chat_template"]
        else:
            yield name, open(path).read()


def main():
    all_shapes = list(shapes())
    entries = ["data", "tokenize", "serve", "generate", "chat"]
    failures = []
    lines = []
    for name, template in templates():
        work = tempfile.mkdtemp()
        family = "llama3" if "<|start_header_id|>" in template else "qwen2"
        model = Model(work + "/model", template, family)
        rows = tokenize(model, all_shapes, work + "/run") if os.makedirs(work + "/run") is None else {}
        server = Server(model)
        asked = []
        equal = {entry: [0, 0, 0] for entry in entries}

        def note(entry, shape, wanted, got):
            equal[entry][2] += 1
            if wanted == got:
                equal[entry][0 if wanted is not None else 1] += 1
            else:
                failures.append(f"{name}, {shape}, {entry}: transformers {wanted!r}, lorapipe {got!r}"[:600])

        for index, shape in enumerate(all_shapes):
            label, messages, tools = shape
            row = model.row(messages, tools)
            note("data", label, None if row is None else True, data(model, shape, work))
            got = rows.get(index)
            text = None if got is None else model.tokenizer.decode(got)
            if row is not None and text is not None and text != row:
                # Serving puts an empty thinking block before each answer, so training does; transformers only before the last.
                text, row = text.replace(EMPTY_THINKING, ""), row.replace(EMPTY_THINKING, "")
                note("tokenize", label, row, text)
            else:
                note("tokenize", label, None if row is None else model.ids(row), got)
            request = messages[:-1] if messages[-1]["role"] == "assistant" else messages
            prompt = model.reference(request, tools, True)
            if not request or request[-1]["role"] == "assistant":
                continue
            note("serve", label, None if prompt is None else len(model.ids(prompt)), server.prompt(request, tools))
            if not tools:
                asked.append((label, request, prompt))
        with open(work + "/ask.jsonl", "w") as file:
            for _, request, _ in asked:
                file.write(json.dumps({"messages": request}) + "\n")
        for label, request, prompt in asked:
            single = json.dumps({"messages": request}) + "\n"
            answer = run("generate", model.folder, "-i", "-", "-n", "1", text=single)
            good = answer.returncode == 0 and '"error"' not in answer.stdout
            note("generate", label, None if prompt is None else True, True if good else None)
            if len(request) == 1 and request[0]["role"] == "user" and isinstance(request[0]["content"], str):
                answer = run("chat", model.folder, "-n", "1", text=request[0]["content"].strip() + "\n")
                note("chat", label, None if prompt is None else True, True if answer.returncode == 0 else None)
        server.process.terminate()
        server.process.wait()
        shutil.rmtree(work)
        lines.append((name, equal))
    import transformers
    print(f"transformers {transformers.__version__}, {len(all_shapes)} shapes; equal + refused alike of all asked")
    width = max(len(name) for name, _ in lines)
    print(" " * width, *[f"{entry:>16}" for entry in entries])
    for name, equal in lines:
        print(f"{name:<{width}}", *[f"{a} + {b} of {n}".rjust(16) for a, b, n in equal.values()])
    for failure in failures:
        print("DIFFERS", failure)
    sys.exit(1 if failures else 0)


main()
