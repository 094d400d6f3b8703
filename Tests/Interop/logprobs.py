"""Echoed log-probabilities of a served HF folder beside transformers on the same files, in f32. Started by clients.sh."""
import json
import math
import sys
import urllib.request

import torch
import transformers

url, key, folder = sys.argv[1:4]
texts = ["The capital of France is Paris, and the capital of Japan is Tokyo.",
         "你好，世界。Numbers: 3.14159, 2 + 2 = 4.\n\tdef f(x):\n    return x * x\n",
         "Once upon a time a cat named Grace said: who are you? " * 6]
body = {"prompt": texts, "max_tokens": 0, "echo": True, "logprobs": 5, "temperature": 0}
request = urllib.request.Request(url + "/completions", json.dumps(body).encode(),
                                 {"Content-Type": "application/json", "Authorization": "Bearer " + key})
choices = json.load(urllib.request.urlopen(request))["choices"]
tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
worst, tokens = 0.0, 0
for text, choice in zip(texts, choices):
    ids = tokenizer(text, return_tensors="pt").input_ids
    with torch.no_grad():
        expected = torch.log_softmax(model(ids).logits[0].double(), -1)
    scores = choice["logprobs"]
    assert len(scores["tokens"]) == ids.shape[1], (len(scores["tokens"]), ids.shape)
    assert scores["token_logprobs"][0] is None and scores["top_logprobs"][0] is None
    assert "".join(scores["tokens"]) == text or "\ufffd" in "".join(scores["tokens"])
    for at in range(1, ids.shape[1]):
        difference = abs(scores["token_logprobs"][at] - expected[at - 1, ids[0, at]].item())
        worst, tokens = max(worst, difference), tokens + 1
        best = max(scores["top_logprobs"][at].values())
        assert math.isclose(best, expected[at - 1].max().item(), abs_tol=5e-3), (at, best)
print(f"logprobs: {tokens} tokens, largest difference from transformers f32 {worst:.2e}")
assert worst < 2e-3, worst
