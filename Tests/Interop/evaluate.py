"""lm-evaluation-harness' local-completions on a small task of our own, with no hub. Started by clients.sh."""
import json
import os
import pathlib
import sys
import urllib.request

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", OPENAI_API_KEY="none", TOKENIZERS_PARALLELISM="false")
url, work = sys.argv[1], pathlib.Path(sys.argv[2])
listing = urllib.request.Request(url.replace("completions", "models"))
name = json.load(urllib.request.urlopen(listing))["data"][0]["id"]
rows = [
    dict(query="The capital of France is", choices=[" Paris", " a pancake"], gold=0),
    dict(query="Two plus two is", choices=[" purple", " four"], gold=1),
    dict(query="The sun rises in the", choices=[" east", " spoon"], gold=0),
    dict(query="Cats like to eat", choices=[" parliament", " fish"], gold=1),
]
(work / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
(work / "tiny.yaml").write_text(f"""
task: lorapipe_tiny
dataset_path: json
dataset_kwargs: {{data_files: {{test: {work}/rows.jsonl}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{query}}}}"
doc_to_choice: "{{{{choices}}}}"
doc_to_target: gold
target_delimiter: ""
metric_list: [{{metric: acc}}]
""")
import lm_eval
from lm_eval.tasks import TaskManager

result = lm_eval.simple_evaluate(
    model="local-completions",
    model_args=dict(model=name, base_url=url, tokenizer_backend="remote",
                    tokenized_requests=True, num_concurrent=2, max_retries=1),
    tasks=["lorapipe_tiny"], task_manager=TaskManager(include_path=str(work), include_defaults=False), bootstrap_iters=0)
accuracy = result["results"]["lorapipe_tiny"]["acc,none"]
print("lm-evaluation-harness: ok: accuracy", accuracy)
assert accuracy >= 0.75, accuracy
