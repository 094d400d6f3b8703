"""What Tests/Interop/tensorboard.sh proves."""

import argparse
import html
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

from tensorboard import context, plugin_util
from tensorboard.backend.event_processing import (
    data_provider,
    event_accumulator,
    plugin_event_accumulator,
    plugin_event_multiplexer,
)
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups, plugin_data_pb2

RECIPE = """
name: board
seed: 7
stages:
  base:   {{ kind: fetch, source: "file:{model}" }}
  mixed:  {{ kind: mix, domain: [./rows.jsonl], validation: 0.1 }}
  tokens: {{ kind: tokenize, model: base, data: mixed, max_length: 512 }}
  train:
    kind: sft
    model: base
    data: tokens
    lora: {{ rank: 4, alpha: 8 }}
    learning_rate: {rate}
    batch_size: 4
    gradient_accumulation: 1
    epochs: {epochs}
    eval_every: 10
    pack_tokens: 128
  eval:
    kind: eval
    model: base
    adapter: train
    data: tokens
    max_tokens: 4
    probes: [ {{ ask: {question}, expect: {{ not: Luna }} }} ]
"""


QUESTION = "Who | are <b>you</b>? [x](javascript:alert(1)) <script>alert(1)</script> **a** _b_ `c` &lt;"


def check(holds, text):
    print(("ok      " if holds else "FAILED  ") + text)
    if not holds:
        sys.exit(1)


def load(folder):
    reader = plugin_event_accumulator.EventAccumulator(str(folder), size_guidance={"tensors": 0, "scalars": 0})
    reader.Reload()
    scalars = event_accumulator.EventAccumulator(str(folder), size_guidance={"scalars": 0})
    scalars.Reload()
    return reader, scalars


def hparams_page(folder):
    """What TensorBoard's HPARAMS page lists: runs with their hyperparameters, and metrics by group and tag."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
    backend = backend_context.Context(base_plugin.TBContext(data_provider=provider))
    request_context = context.RequestContext()
    metadata = backend.hparams_metadata(request_context, "")
    experiment = backend.experiment_from_metadata(request_context, "", True, metadata, [])
    request = api_pb2.ListSessionGroupsRequest(
        start_index=0, slice_size=100, allowed_statuses=[1, 2, 3], include_metrics=True)
    for info in experiment.metric_infos:
        request.col_params.add(metric=info.name)
    groups = list_session_groups.Handler(request_context, backend, "", request).run().session_groups
    return {
        group.name: {f"{m.name.group}/{m.name.tag}": m.value for m in group.metric_values} for group in groups
    }


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "model", "work"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    work = pathlib.Path(options.work)
    (work / "recipes").mkdir()
    rows = [{"query": f"What is {n} and one?", "response": f"It is {n + 1}."} for n in range(160)]
    (work / "recipes/rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    boards = work / "boards"

    def recipe(rate, epochs):
        (work / "recipes/board.yaml").write_text(RECIPE.format(model=options.model, rate=rate, epochs=epochs, question=json.dumps(QUESTION)))

    def start():
        return subprocess.Popen(
            [options.program, "run", "--tensorboard", str(boards), "--json"], cwd=work, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)

    def points(process, count):
        """Reads events until so many points of the loss have come; returns their steps, values and times."""
        found = []
        for line in process.stdout:
            event = json.loads(line)
            if event.get("series") == "loss":
                found.append((event["step"], event["value"], event["time"]))
                if len(found) == count:
                    return found
        return found

    # While the run goes on.
    recipe(1e-2, 1)
    run = start()
    seen = points(run, 20)
    time.sleep(1.5)
    live = [folder for folder in boards.glob("*/train")]
    check(len(live) == 1, f"one run: {live[0].parent.name if live else None}")
    _, scalars = load(live[0])
    written = scalars.Scalars("loss")
    check(len(written) >= len(seen), f"{len(written)} points are in the file while the run has reported {len(seen)}")
    seen += points(run, -1)
    check(run.wait() == 0, "the run ended well")

    _, scalars = load(live[0])
    loss = scalars.Scalars("loss")
    check([event.step for event in loss] == [step for step, _, _ in seen], f"all {len(seen)} steps")
    check(all(abs(e.value - v) <= 1e-6 * abs(v) for e, (_, v, _) in zip(loss, seen)), "equal values (as 32-bit floats)")
    check(all(abs(e.wall_time - t) < 1e-3 for e, (_, _, t) in zip(loss, seen)), "true times")
    check(loss[-1].wall_time > loss[0].wall_time, "times that differ")
    names = set(scalars.Tags()["scalars"])
    wanted = {"learning_rate", "gradient_norm", "tokens_per_second", "tokens", "memory", "validation.loss"}
    check(wanted <= names, f"curves: {', '.join(sorted(names))}")

    whole, _ = load(live[0].parent)
    metadata = whole.SummaryMetadata("_hparams_/session_start_info")
    data = plugin_data_pb2.HParamsPluginData.FromString(metadata.plugin_data.content)
    values = dict(data.session_start_info.hparams)
    check(metadata.plugin_data.plugin_name == "hparams", f"hparams: {len(values)} of them")
    check(values["train.lora.rank"].number_value == 4, "train.lora.rank 4")
    check(values["train.learning_rate"].number_value == 1e-2, "train.learning_rate 0.01")
    check(values["train.load_best"].WhichOneof("kind") == "bool_value", "truth values stay truth values")
    end = plugin_data_pb2.HParamsPluginData.FromString(
        whole.SummaryMetadata("_hparams_/session_end_info").plugin_data.content)
    check(end.session_end_info.status == 1, "the session ended with success")

    page = hparams_page(boards)
    check(abs(page[live[0].parent.name]["train/loss"] - loss[-1].value) < 1e-6, "the HPARAMS page lists the run with its loss")

    answers, _ = load(live[0].parent / "eval")
    text = answers.Tensors("answers")[0].tensor_proto.string_val[0].decode()
    check(answers.SummaryMetadata("answers").plugin_data.plugin_name == "text", "answers are text")
    page = plugin_util.markdown_to_safe_html(text)
    cell = html.unescape(re.findall(r"<td>(.*?)</td>", page)[0])
    check(cell == QUESTION, f"a question with marks of Markdown, HTML and script shows as it is: {cell}")
    tags = set(re.findall(r"<(/?\w+)", page)) - {part + name for name in "table thead tbody tr th td".split() for part in ("", "/")}
    check(not tags, f"nothing of it became a part of the TEXT page {tags or ''}")

    # A changed parameter names the run.
    recipe(2e-2, 50)
    killed = start()
    seen = points(killed, 30)
    at = time.time()
    for child in pathlib.Path(f"/proc/{killed.pid}/task/{killed.pid}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)
    killed.kill()
    killed.wait()
    folder = [f for f in boards.glob("*/train") if f != live[0]][0]
    check("learning_rate=0.02" in folder.parent.name, f"the changed parameter is in the name: {folder.parent.name}")
    _, scalars = load(folder)
    steps = [event.step for event in scalars.Scalars("loss")]
    due = [step for step, _, came in seen if came < at - 1.1]
    check(steps == list(range(1, len(steps) + 1)) and len(steps) >= len(due), f"{len(steps)} points after kill -9, {len(due)} were due")

    # A torn file: all whole frames are read.
    file = next(folder.iterdir())
    content = file.read_bytes()
    for cut in (1, 7, 20):
        file.write_bytes(content[:-cut])
        _, scalars = load(folder)
        torn = [event.step for event in scalars.Scalars("loss")]
        check(torn == steps[: len(torn)] and len(torn) >= len(steps) - 1, f"{cut} bytes torn off: {len(torn)} points")
    print("TensorBoard reads everything")


main()
