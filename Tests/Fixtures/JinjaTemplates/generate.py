#!/usr/bin/env python3
"""Renders chat templates with Jinja2, in the environment transformers renders them in, and stores what comes out.

The goldens hold every template under `templates/` and every case of `cases.py`-style snippets below. Templates whose
license does not allow to keep them here are compared the same way from a folder of one's own:

  generate.py                                     writes goldens.json beside this script
  generate.py --templates DIR --conversations 500 --output FILE
  LORAPIPE_TEMPLATE_GOLDENS=FILE swift test --filter JinjaTemplatesTests

Needs: pip install transformers jinja2
"""
import argparse
import datetime
import json
import pathlib
import random

import jinja2
from transformers.utils.chat_template_utils import _compile_jinja_template

HERE = pathlib.Path(__file__).parent
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5)
WORDS = ["hello", "你好", " spaced ", "\n\nlines\n", "<b>&'\"</b>", "{{ not a tag }}", "emoji 👩‍👩‍👧", "שלום", "tab\there",
         "", "a</think>b", "<think>\nplan\n</think>\n\nanswer", "back\\slash", "é e\u0301", "<tool_response>x</tool_response>",
         "1.5", "long " * 20, "\u2028\u00a0"]
TOOLS = [
    {"type": "function", "function": {"name": "weather", "description": "Tells the weather 天气 <&'>", "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer", "default": 3}},
        "required": ["city"]}}},
    {"type": "function", "function": {"name": "empty", "parameters": {}, "nested": [[], {}, [1, 2.5, None, True, -1e-7, 1e22]]}},
]


def text(r):
    return " ".join(r.choice(WORDS) for _ in range(r.randrange(1, 4)))


def conversation(r):
    messages = []
    if r.random() < 0.5:
        messages.append({"role": "system", "content": text(r)})
    for _ in range(r.randrange(1, 4)):
        messages.append({"role": "user", "content": text(r)})
        kind = r.random()
        if kind < 0.25:
            arguments = {"city": text(r), "days": r.randrange(9), "x": [1.0, 0.1, 1e16, None]}
            call = {"name": "weather", "arguments": arguments if r.random() < 0.7 else json.dumps(arguments)}
            call = {"type": "function", "function": call} if r.random() < 0.7 else call
            calls = [call] * r.randrange(1, 3)
            messages.append({"role": "assistant", "content": text(r) if r.random() < 0.5 else "", "tool_calls": calls})
            for _ in calls:
                messages.append({"role": "tool", "name": "weather", "content": text(r)})
            messages.append({"role": "assistant", "content": text(r)})
        elif kind < 0.9:
            message = {"role": "assistant", "content": text(r)}
            if r.random() < 0.3:
                message["reasoning_content"] = text(r)
            messages.append(message)
    if r.random() < 0.4 and messages[-1]["role"] == "assistant":
        messages.append({"role": "user", "content": text(r)})
    context = {"messages": messages, "tools": TOOLS if r.random() < 0.3 else None, "documents": None,
               "add_generation_prompt": r.random() < 0.5, "bos_token": "<s>", "eos_token": "</s>"}
    if r.random() < 0.5:
        context["enable_thinking"] = r.random() < 0.5
    if r.random() < 0.3:
        context["date_string"] = "1 Jan 2026"
    if r.random() < 0.2:
        context["tools_in_user_message"] = False
    return context


# Each is a template over CONTEXT; what Jinja2 gives, or that it fails, is the golden.
CONTEXT = {
    "n": 7, "f": 2.5, "s": "Hello World", "u": "你好 é", "e": "", "t": True, "z": None, "l": [3, 1, 2], "d": {"b": 1, "a": [1, {"x": "y"}]},
    "m": [{"role": "user", "content": " hi "}, {"role": "assistant", "content": "yo", "k": {"v": 1}}, {"role": "user", "content": "B"}],
    "words": ["b", "A", "c", "a"], "items": {"items": 1}, "deep": [[1, [2]], [3]],
}
CASES = r"""
{{ n }} {{ f }} {{ s }} {{ u }} {{ e }} {{ t }} {{ z }} {{ l }} {{ d }} {{ undefined_name }}|
{{ 1e16 }} {{ 1e15 }} {{ 0.0001 }} {{ 0.00001 }} {{ 123456789.125 }} {{ 1.0 }} {{ -0.0 }} {{ 1e22 }} {{ 5e-324 }} {{ 9007199254740993.0 }} {{ 0.1 + 0.2 }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ -2 ** 2 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 4 / 2 }}
{{ 1 + 2 * 3 - 4 }} {{ (1 + 2) * 3 }} {{ 2 ** 3 ** 2 }} {{ 10 - 3 - 2 }} {{ - n }} {{ + n }} {{ 1 + true }}
{{ 'a' ~ 1 ~ none ~ true ~ 2.0 }} {{ 'a' + 'b' }} {{ 'ab' * 3 }} {{ [1] * 2 }} {{ [1] + [2] }} {{ 'x' 'y' "z" }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ 'a' == "a" }} {{ true == 1 }} {{ 'a' < 'b' }} {{ [1,2] < [1,3] }} {{ none == false }}
{{ 'a' in s }} {{ 'W' in s }} {{ 3 in l }} {{ 9 not in l }} {{ 'a' in d }} {{ not 'q' in d }} {{ 'x' in undefined_name }}
{{ t and n }} {{ e or 'd' }} {{ not t }} {{ z and n }} {{ 0 or '' or [] }} {{ t and not e or z }}
{{ 'yes' if t else 'no' }} {{ 'yes' if e }}| {{ 'a' if e else 'b' if z else 'c' }} {{ (1 if t else 2) + 1 }}
{{ s[0] }} {{ s[-1] }} {{ s[1:4] }} {{ s[::-1] }} {{ s[:-3] }} {{ u[1] }} {{ l[1] }} {{ l[-1] }} {{ l[5] }}| {{ l[1:] }} {{ l[::2] }} {{ l[:1:-1] }} {{ l[-100:100] }} {{ d['b'] }} {{ d.b }} {{ d['zz'] }}| {{ deep[0][1][0] }} {{ l.0 }}
{{ d.a[1].x }} {{ d['a'][1]['x'] }} {{ items['items'] }} {{ d.get('b') }} {{ d.get('q') }} {{ d.get('q', 5) }}
{{ d.keys()|list }} {{ d.values()|list }} {{ d.items()|list }} {% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %} {{ d|items|list }} {{ d|length }} {{ d|list }}
{{ s.upper() }} {{ s.lower() }} {{ 'a-b_c d'.title() }} {{ 'hELLO wORLD'.capitalize() }} {{ s.swapcase() }} {{ "they're bill's".title() }}
{{ '  x '.strip() }}| {{ '  x '.lstrip() }}| {{ '  x '.rstrip() }}| {{ 'xxaxx'.strip('x') }} {{ 'abcab'.lstrip('ab') }} {{ 'abcab'.rstrip('ba') }}
{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ' a b  c '.split(none, 1) }} {{ 'a b c '.rsplit(none, 1) }} {{ ''.split(',') }} {{ ''.split() }} {{ 'abab'.split('ab') }}
{{ 'a\nb\r\nc\n'.splitlines() }} {{ 'a\nb'.splitlines(true) }} {{ s.startswith('Hell') }} {{ s.endswith(('x','ld')) }} {{ s.replace('l', 'L') }} {{ s.replace('l', 'L', 1) }} {{ 'ab'.replace('', '-') }}
{{ s.find('o') }} {{ s.rfind('o') }} {{ s.find('q') }} {{ s.index('W') }} {{ s.count('l') }} {{ u.find('é') }} {{ ','.join(words) }} {{ s.find('o', 5) }}
{{ '12'.isdigit() }} {{ 'ab1'.isalnum() }} {{ 'ab'.isalpha() }} {{ ' '.isspace() }} {{ ''.isdigit() }} {{ 'AB'.isupper() }} {{ 'ab1'.islower() }} {{ '12'.isnumeric() }} {{ '½'.isnumeric() }} {{ 'é'.isascii() }}
{{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'abc'.partition('x') }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.txt'.removesuffix('.txt') }} {{ '7'.zfill(3) }} {{ '-7'.zfill(4) }} {{ 'a'.ljust(3) }}| {{ 'a'.rjust(3, '.') }}
{{ '{} and {}'.format(1, 'b') }} {{ '{1}{0}'.format('a', 'b') }} {{ '{x}'.format(x=3) }} {{ '{{}}'.format() }} {{ '%s-%d' % ('a', 3) }} {{ '%s' % 'x' }} {{ '%.2f%%' % 1.005 }} {{ '%05d' % 42 }} {{ '%x' % 255 }} {{ "%s, %s!"|format('a', 'b') }}
{{ ' hi '|trim }} {{ 'xhix'|trim('x') }} {{ s|upper }} {{ s|lower }} {{ 'foo bar-baz (qux)'|title }} {{ 'fOO'|capitalize }} {{ 5|string + 'x' }} {{ '<&>'|e }} {{ '<&>'|escape|upper }}
{{ z|default('x') }} {{ undefined_name|default('x') }} {{ e|default('x', true) }} {{ undefined_name|d }}| {{ undefined_name.foo|default('x') if false else 'ok' }} {{ d.q|default('q') }}
{{ l|length }} {{ s|length }} {{ u|length }} {{ undefined_name|length }} {{ l|first }} {{ l|last }} {{ s|first }} {{ []|first }}| {{ l|sum }} {{ l|min }} {{ l|max }} {{ words|max }} {{ []|max }}|
{{ l|sort }} {{ l|sort(reverse=true) }} {{ words|sort }} {{ words|sort(case_sensitive=true) }} {{ m|sort(attribute='content')|map(attribute='content')|list }} {{ words|unique|list }} {{ ['a','A','b','a']|unique|list }} {{ [1,1.0,true,2]|unique|list }}
{{ l|join }} {{ l|join(', ') }} {{ m|join('|', attribute='role') }} {{ words|reverse|list }} {{ s|reverse }} {{ l|reverse|first }}
{{ m|map(attribute='role')|list }} {{ m|map(attribute='k.v', default='none')|list }} {{ words|map('upper')|list }} {{ words|map('replace', 'a', 'Z')|join }} {{ m|map(attribute='content')|map('trim')|list }}
{{ m|selectattr('role', 'equalto', 'user')|list|length }} {{ m|selectattr('k')|list|length }} {{ m|rejectattr('role', 'eq', 'user')|map(attribute='content')|list }} {{ m|selectattr('k', 'defined')|list|length }} {{ m|selectattr('role', 'in', ['user'])|list|length }}
{{ l|select('odd')|list }} {{ l|reject('odd')|list }} {{ [0,1,'']|select|list }} {{ [0,1,'']|reject|list }} {{ l|select('gt', 1)|list }} {{ l|select('divisibleby', 3)|list }}
{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 42.55|round(1, 'floor') }} {{ 42.51|round(0, 'ceil') }} {{ 5|round }} {{ -1.5|round }} {{ 1234.5|round(-2) }} {{ 7|abs }} {{ -7.5|abs }}
{{ '42'|int }} {{ '4.9'|int }} {{ 'x'|int }} {{ 'x'|int(7) }} {{ 3.9|int }} {{ 'ff'|int(0, 16) }} {{ '3'|float }} {{ 'x'|float }} {{ 3|float }} {{ none|int }} {{ ' 5 '|int }}
{{ d|tojson }} {{ l|tojson }} {{ u|tojson }} {{ "<>&'"|tojson }} {{ none|tojson }} {{ 1.0|tojson }} {{ 1e22|tojson }} {{ true|tojson }} {{ [1,(2,3)]|tojson }} {{ {}|tojson }} {{ []|tojson(indent=2) }} {{ "\x01\x7f\u2028\"\\/\n\t"|tojson }}
{{ d|tojson(indent=2) }} {{ d|tojson(indent=4) }} {{ d|tojson(separators=(',', ':')) }} {{ d|tojson(sort_keys=true) }} {{ u|tojson(ensure_ascii=true) }} {{ '😀'|tojson(ensure_ascii=true) }} {{ d|tojson(indent=0) }}
{{ 'a\nb\n\nc'|indent }} {{ 'a\nb'|indent(2, true) }} {{ 'a\n\nb'|indent(2, blank=true) }} {{ 'a\nb'|indent('> ') }}
{{ 'hello big world'|truncate(9) }} {{ 'hello big world'|truncate(9, true) }} {{ 'hello'|truncate(5) }} {{ 'hello big world'|truncate(11, false, '!', 0) }} {{ 'one two three'|wordcount }} {{ 'ab'|center(7) }}| {{ 'abc'|center(6) }}| {{ 'a b&ü/c'|urlencode }}
{{ l|batch(2)|list }} {{ l|batch(2, 'x')|list }} {{ l|slice(2)|list }} {{ d|dictsort }} {{ {'b':2,'a':3}|dictsort(by='value') }} {% for g, rows in m|groupby('role') %}{{ g }}:{{ rows|length }} {% endfor %}
{{ n is defined }} {{ q is defined }} {{ q is undefined }} {{ z is none }} {{ n is none }} {{ n is number }} {{ t is number }} {{ t is boolean }} {{ n is integer }} {{ t is integer }} {{ f is float }} {{ s is string }} {{ d is mapping }} {{ l is mapping }} {{ l is iterable }} {{ s is iterable }} {{ n is iterable }} {{ l is sequence }} {{ d is sequence }}
{{ n is odd }} {{ n is even }} {{ n is divisibleby 7 }} {{ n is divisibleby(2) }} {{ 'a' is lower }} {{ 'A' is upper }} {{ t is true }} {{ t is false }} {{ 1 is true }} {{ z is sameas none }} {{ n is eq 7 }} {{ n is not none }} {{ n is ge 7 }} {{ n is in [7] }} {{ not n is defined }} {{ range is callable }}
{{ s is string and n is number }} {{ n is defined and n > 3 or false }} {{ d.a is not string }} {{ d.q is defined }} {{ 'x' is in 'xyz' }} {{ q is not defined }}
{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ x }},{% endfor %}
{% for x in l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }}{{ loop.cycle('a','b') }}{{ loop.changed(x > 1) }} {% endfor %}
{% for x in [] %}x{% else %}empty{% endfor %} {% for x in l if x > 1 %}{{ x }}{{ loop.length }}{% else %}none{% endfor %} {% for x in q %}x{% else %}undefined{% endfor %}
{% for a, b in [(1, 2), (3, 4)] %}{{ a + b }} {% endfor %}{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %} {% for c in 'ab' %}{{ c }}.{% endfor %} {% for k in d %}{{ k }}{% endfor %}
{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x > 4 %}{% break %}{% endif %}{{ x }}{% endfor %} {{ range(3)|list }} {{ range(1, 10, 3)|list }} {{ range(5, 0, -2)|list }}
{% for x in deep recursive %}[{% if x is iterable %}{{ loop(x) }}{% else %}{{ x }}{% endif %}:{{ loop.depth }}]{% endfor %}
{% set x = 1 %}{% for i in l %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }} {% if true %}{% set x = 9 %}{% endif %}{{ x }} {% set a, b = 1, 2 %}{{ a }}{{ b }}
{% set ns = namespace(x=0, y='a') %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}{{ ns.y }} {% set ns.z = [1] %}{{ ns.z }} {{ ns.nope is defined }}
{% set x %}block {{ n }}{% endset %}{{ x }}|{% set y | upper | trim %} shout {% endset %}{{ y }}|{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}|
{% macro greet(name, greeting='Hi', n=1) %}{{ greeting }} {{ name }}{{ '!' * n }}{% endmacro %}{{ greet('Bo') }} {{ greet('Al', n=3) }} {{ greet(greeting='Yo', name='X') }} {{ greet() }}
{% macro box() %}<{{ caller() }}>{% endmacro %}{% call box() %}in {{ n }}{% endcall %} {% macro each(l) %}{% for x in l %}{{ caller(x) }},{% endfor %}{% endmacro %}{% call(x) each([1,2]) %}{{ x * 2 }}{% endcall %}
{% macro va(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ va(1, 2, 3, k=4) }} {% macro fact(n) %}{{ 1 if n < 2 else n * (fact(n - 1)|int) }}{% endmacro %}{{ fact(5) }}
{% filter upper %}abc {{ s }}{% endfilter %} {% filter replace('a', 'b')|upper %}banana{% endfilter %} {% raw %}{{ raw }} {% not %}{% endraw %} {# comment #}x
{%- if t -%}  a  {%- else -%} b {%- endif -%}   end
line1\n  {% if t %}\n  line2\n  {% endif %}\nline3\n   {{ n }}\n  {# c #}\n end\n
a\n  {%+ if t %}\nb\n  {%+ endif %}c {% if t +%}\nd{% endif %}\n\n
  {{- n -}}  x {{ '}}' }} {{ {'a': {'b': 1}}['a']['b'] }} {{ "{%" }} {{ '%}' }}
{% if n == 7 and s %}A{% elif q %}B{% else %}C{% endif %}{% if q %}A{% elif z is none %}B{% endif %}{% if [] %}{% endif %}
{{ [1, 'a', none, true, 2.5, [1], {'k': 'v'}, (1,), ()] }} {{ ["it's", 'say "x"', 'both \' and "', 'a\nb\\', 'é\u200b'] }} {{ {1: 2, none: 3, true: 4} }}
{{ "\x41\u00e9\t\q\'" }} {{ 'a\
b' }} {{ 0x1f }} {{ 0b101 }} {{ 0o17 }} {{ 1_000 }} {{ 1.5e3 }} {{ 2e2 }}
{{ dict(a=1, b=2) }} {{ dict([('x', 1)]) }} {% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }} {% set j = joiner('|') %}{% for i in l %}{{ j() }}{{ i }}{% endfor %}
{% generation %}gen {{ n }}{% endgeneration %} {% for x in l %}{% generation %}{{ x }}{% endgeneration %};{% endfor %}
{{ [d, d]|map(attribute='b')|sum }} {{ m|sum(attribute='q') if false else 0 }} {{ [[1,2],[3]]|sum(start=[]) }} {{ [1.5, 2]|sum }}
{{ (1, 2)[0] }} {{ (1, 2)|length }} {{ 1, 2 }} {{ [1, 2,] }} {{ {'a': 1,} }} {{ () }} {{ 'a' if 1 else 'b', 2 }}
{{ s|replace('l', '')|lower|trim|length }} {{ s[:5]|upper ~ '!' }} {{ -5|abs }} {{ not true|string }} {{ l|map('string')|join('+') }} {{ s.split(' ')[0].lower()|upper }}
{{ strftime_now('%d %b %Y %A %B %j %H:%M:%S %p %I %y %m %w %a %% %e %F %-d') }}
{{ undefined_name.x }}
{{ undefined_name + 1 }}
{{ d.q.r }}
{{ 'a' + 1 }}
{{ 1 / 0 }}
{{ raise_exception('stop: ' ~ n) }}
{{ l.append(4) }}
{{ n() }}
{{ s|nofilter }}
{{ s is notest }}
{{ for }}
{% if %}
{% endfor %}
{% for x in l %}
{{ 'open }}
{{ [1, }}
{% set 1 = 2 %}
{{ 1 < 'a' }}
{{ undefined_name|tojson }}
{% for a, b in l %}{% endfor %}
{{ range(1000000) }}
{{ n.foo }}| {{ s.nope }}| {{ l.nope }}| {{ z.x }}|
{{ d.update({'x': 1}) }}
{% break %}
{{ '%d' % 'a' }}
{{ [1,2]|join(', ', attribute='x') }}
{{ s|int + 1 }} {{ l|tojson|length }} {{ (l|tojson)[0] }} {{ d|string }} {{ u|title }} {{ 'ß'|upper }} {{ 'ǆ'|capitalize }} {{ 'ŉ'.upper() }}
{% set m2 = m[1:] %}{{ m2|length }} {% for x in m[::-1] %}{{ x.role[0] }}{% endfor %} {{ m[-1].content }} {{ m[0]['content']|trim }} {{ (m|length) - 1 }} {{ m|length - 1 }}
"""


def render(source, context):
    try:
        template = _compile_jinja_template(source)
        template.globals["strftime_now"] = NOW.strftime
        return template.render(**context)
    except Exception:
        return None


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--templates", type=pathlib.Path, default=HERE / "templates")
    options.add_argument("--conversations", type=int, default=24)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--output", type=pathlib.Path, default=HERE / "goldens.json")
    arguments = options.parse_args()
    r = random.Random(arguments.seed)
    contexts = [conversation(r) for _ in range(arguments.conversations)]
    templates = {path.stem: path.read_text() for path in sorted(arguments.templates.glob("*.jinja"))}
    rendered = {name: [render(source, context) for context in contexts] for name, source in templates.items()}
    sources = [case.replace("\\n", "\n") if not "'" in case and not '"' in case else case
               for case in CASES.strip("\n").replace("\\\nb'", "\\\x00b'").split("\n")]
    sources = [source.replace("\x00", "\n") for source in sources]
    cases = [{"source": source, "expected": render(source, CONTEXT)} for source in sources]
    result = {"jinja2": jinja2.__version__, "contexts": contexts, "rendered": rendered, "context": CONTEXT, "cases": cases}
    if arguments.templates != HERE / "templates":
        result["sources"] = templates
    arguments.output.write_text(json.dumps(result, ensure_ascii=False, indent=0) + "\n")
    failed = sum(text is None for texts in rendered.values() for text in texts)
    print(f"{len(templates)} templates × {len(contexts)} conversations ({failed} refused), {len(cases)} cases")


if __name__ == "__main__":
    main()
