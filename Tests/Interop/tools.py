"""Calls of tools and replies in JSON, by the openai package, LangChain's ChatOpenAI and LiteLLM. Started by clients.sh."""
import json
import os
import re
import sys
import typing
import urllib.request

import jsonschema
import openai
from openai.types import completion_create_params as text_params
from openai.types.chat import completion_create_params as chat_params

# The exit status when the model's template takes no tools.
NO_TOOLS = 3

url, key, model = sys.argv[1:]
client = openai.OpenAI(base_url=url, api_key=key, max_retries=0)


def post(path, body):
    request = urllib.request.Request(
        url + path, json.dumps(body).encode(), {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    try:
        return 200, json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


# Each parameter that the package knows is known here: heeded, refused by its name, or harmless.
count = 0
for path, kinds, start in (
        ("/chat/completions", (chat_params.CompletionCreateParamsNonStreaming, chat_params.CompletionCreateParamsStreaming),
         {"messages": [{"role": "user", "content": "x"}], "max_tokens": 1}),
        ("/completions", (text_params.CompletionCreateParamsNonStreaming, text_params.CompletionCreateParamsStreaming),
         {"prompt": "x", "max_tokens": 1})):
    for name in {name for kind in kinds for name in typing.get_type_hints(kind)} - {"messages", "prompt"}:
        count += 1
        status, answer = post(path, {**start, name: {"no": "sense"}})
        assert status == 200 or answer["error"]["code"] != "unknown_parameter", (name, answer)
        assert status == 200 or answer["error"]["param"] == name, (name, answer)
print(f"parameters of the openai package: ok: {count}")

# Whatever the model writes, what comes out fits the schema.
schemas = [
    {"type": "object", "properties": {"city": {"type": "string", "maxLength": 30}, "population": {"type": "integer"}},
     "required": ["city", "population"], "additionalProperties": False},
    {"type": "array", "items": {"enum": ["red", "green", "blue"]}, "minItems": 2, "maxItems": 4},
    {"$defs": {"node": {"type": "object", "properties": {
        "value": {"type": "number"}, "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
        "required": ["value", "next"], "additionalProperties": False}}, "$ref": "#/$defs/node"},
    {"type": "object", "properties": {"answer": {"type": ["boolean", "null"]}}, "required": ["answer"]},
]
finished = 0
for schema in schemas:
    for seed, temperature in ((1, 0), (2, 1), (3, 1.8)):
        reply = client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": "Tell me about Oslo, colors and numbers, as JSON."}],
            seed=seed, temperature=temperature, max_tokens=300,
            response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema}})
        choice = reply.choices[0]
        # A schema that refers to itself may nest up to the longest reply.
        if choice.finish_reason == "stop":
            jsonschema.validate(json.loads(choice.message.content), schema)
            finished += 1
assert finished > len(schemas), finished
reply = client.chat.completions.create(
    model=model, messages=[{"role": "user", "content": "Three facts about cats, as JSON."}], temperature=0, max_tokens=400,
    response_format={"type": "json_object"})
if reply.choices[0].finish_reason == "stop":
    assert isinstance(json.loads(reply.choices[0].message.content), dict)
print("JSON schemas: ok:", finished, "whole replies fit")

tools = [{"type": "function", "function": {
    "name": "get_weather", "description": "The weather of a city just now.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string", "description": "The city's name"}},
                   "required": ["city"]}}}]
question = {"role": "user", "content": "What is the weather in Oslo just now? Use the tool."}
status, answer = post("/chat/completions", {"model": model, "messages": [question], "tools": tools, "max_tokens": 1})
if status == 400:
    assert answer["error"]["param"] in ("tools", "messages"), answer
    print("tools:", answer["error"]["message"])
    raise SystemExit(NO_TOOLS)


def get_weather(city):
    return json.dumps({"city": city, "degrees": 12, "sky": "rain"})


def loop(choice):
    """Asks, does what is called for, and gives the results back until there is an answer."""
    messages, called = [question], []
    for _ in range(4):
        reply = client.chat.completions.create(
            model=model, messages=messages, tools=tools, temperature=0, max_tokens=120,
            tool_choice=choice if not called else "auto")
        message = reply.choices[0].message
        messages.append(message)
        if not message.tool_calls:
            return called, message.content
        assert reply.choices[0].finish_reason == "tool_calls"
        for call in message.tool_calls:
            arguments = json.loads(call.function.arguments)
            called.append((call.function.name, arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": get_weather(**arguments)})
    return called, None


called, said = loop("required")
assert called and called[0][0] == "get_weather" and called[0][1]["city"], called
print("openai package, tool loop:", called, "→", said)
called_freely, said = loop("auto")
print("openai package, by the model's own choice:", called_freely, "→", said)
# Whatever the model does, a reply that ends with a call of the function comes as a call.
assert said is None or not re.search(
    r'\{\s*"name"\s*:\s*"get_weather"\s*,\s*"(arguments|parameters)"\s*:\s*\{[^{}]*\}\s*\}\s*(```|</tool_call>)?\s*$', said), said

pieces = client.chat.completions.create(
    model=model, messages=[question], tools=tools, tool_choice="required", temperature=0, max_tokens=120, stream=True)
name, arguments, reason = "", "", None
for chunk in pieces:
    for call in chunk.choices[0].delta.tool_calls or []:
        name += call.function.name or ""
        arguments += call.function.arguments or ""
    reason = chunk.choices[0].finish_reason or reason
assert (name, json.loads(arguments), reason) == (called[0][0], called[0][1], "tool_calls"), (name, arguments, reason)
print("streamed: ok")

from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel


@tool("get_weather")
def weather(city: str) -> str:
    """The weather of a city just now."""
    return get_weather(city)


class City(BaseModel):
    name: str
    is_capital: bool


chat = ChatOpenAI(base_url=url, api_key=key, model=model, temperature=0, max_tokens=120, max_retries=0)
asked = [HumanMessage(question["content"])]
first = chat.bind_tools([weather], tool_choice="get_weather").invoke(asked)
assert first.tool_calls and first.tool_calls[0]["name"] == "get_weather", first
result = weather.invoke(first.tool_calls[0])
assert isinstance(result, ToolMessage)
last = chat.bind_tools([weather]).invoke(asked + [first, result])
assert isinstance(chat.with_structured_output(City, method="json_schema").invoke("Oslo is the capital of Norway."), City)
assert "".join(chunk.content for chunk in chat.stream("Say hello."))
print("LangChain ChatOpenAI: ok:", first.tool_calls[0]["args"], "→", last.content)

# Its table of prices would come from the network.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm

litellm.telemetry = False
there = dict(model="openai/" + model, api_base=url, api_key=key, temperature=0, max_tokens=120)
first = litellm.completion(messages=[question], tools=tools, tool_choice="required", **there).choices[0].message
call = first.tool_calls[0]
assert call.function.name == "get_weather", first
last = litellm.completion(
    messages=[question, first.model_dump(), {
        "role": "tool", "tool_call_id": call.id, "content": get_weather(**json.loads(call.function.arguments))}],
    tools=tools, **there).choices[0].message
assert last.content or last.tool_calls
text = "".join(
    chunk.choices[0].delta.content or "" for chunk in litellm.completion(
        messages=[{"role": "user", "content": "Say hello."}], stream=True, **there))
assert text
print("LiteLLM: ok:", call.function.arguments, "→", last.content)
