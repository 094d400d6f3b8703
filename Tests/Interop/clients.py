"""The openai package against a running server. Started by clients.sh."""
import concurrent.futures
import sys
import urllib.request

import openai
from prometheus_client.parser import text_string_to_metric_families

url, key, *adapters = sys.argv[1:]
client = openai.OpenAI(base_url=url, api_key=key, max_retries=0)
base = client.models.list().data[0].id
ask = [{"role": "user", "content": "What is the capital of France?"}]

whole = client.chat.completions.create(model=base, messages=ask, temperature=0, max_tokens=24, logprobs=True, top_logprobs=3)
text = whole.choices[0].message.content
assert text and whole.usage.completion_tokens > 0
assert all(len(token.top_logprobs) == 3 for token in whole.choices[0].logprobs.content)

stream = client.chat.completions.create(
    model=base, messages=ask, temperature=0, max_tokens=24, stream=True, stream_options={"include_usage": True})
pieces, usage = [], None
for chunk in stream:
    if chunk.choices:
        pieces.append(chunk.choices[0].delta.content or "")
    usage = chunk.usage or usage
assert "".join(pieces) == text, (pieces, text)
assert usage.total_tokens == whole.usage.total_tokens

two = client.chat.completions.create(model=base, messages=ask, temperature=1.2, n=2, seed=7, max_tokens=16)
again = client.chat.completions.create(model=base, messages=ask, temperature=1.2, n=2, seed=7, max_tokens=16)
assert [c.message.content for c in two.choices] == [c.message.content for c in again.choices]

cut = client.chat.completions.create(model=base, messages=ask, temperature=0, stop=[text[3:6]], max_tokens=24)
assert cut.choices[0].message.content == text[:text.index(text[3:6])]
assert cut.choices[0].finish_reason == "stop"

completion = client.completions.create(model=base, prompt="One two three", temperature=0, max_tokens=4, logprobs=2, echo=True)
scores = completion.choices[0].logprobs
assert completion.choices[0].text.startswith("One two three")
assert scores.token_logprobs[0] is None and len(scores.tokens) == len(scores.token_logprobs)

for adapter in adapters:
    other = client.chat.completions.create(model=adapter, messages=ask, temperature=0, max_tokens=24)
    assert other.model == adapter
for attempt, error in ((dict(model="none"), openai.NotFoundError), (dict(model=base, temperature=9), openai.BadRequestError)):
    try:
        client.chat.completions.create(messages=ask, **attempt)
        raise SystemExit(f"{attempt} was accepted")
    except error:
        pass
try:
    openai.OpenAI(base_url=url, api_key="wrong", max_retries=0).models.list()
    raise SystemExit("a wrong key was accepted")
except openai.AuthenticationError:
    pass

# Adapters beside each other in one batch answer as each alone.
names = [base, *adapters]
questions = [[{"role": "user", "content": f"Tell me about the number {n}."}] for n in range(3)]
tasks = [(name, question) for question in questions for name in names]
say = lambda task: client.chat.completions.create(
    model=task[0], messages=task[1], temperature=0, max_tokens=20).choices[0].message.content
alone = [say(task) for task in tasks]
with concurrent.futures.ThreadPoolExecutor(len(tasks)) as pool:
    assert list(pool.map(say, tasks)) == alone
print("openai package: ok:", text)

request = urllib.request.Request(url.removesuffix("/v1") + "/metrics", headers={"Authorization": f"Bearer {key}"})
families = {family.name: family for family in text_string_to_metric_families(urllib.request.urlopen(request).read().decode())}
cached = families["lorapipe_prompt_tokens_cached"].samples[0].value
buckets = [s.value for s in families["lorapipe_request_seconds"].samples if s.name.endswith("_bucket")]
assert cached > 0 and buckets == sorted(buckets) and families["lorapipe_adapters_loaded"].samples[0].value == len(adapters)
print(f"prometheus: ok: {len(families)} families, {cached:.0f} prompt tokens served from the KV cache")
