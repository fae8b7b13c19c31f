"""docs/cdn-rules.md, made from archiver/cdn/rules.toml; `generate_docs.py` writes it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from archiver.cdn.grammars import GRAMMARS
from archiver.cdn.rule import Example, Rule, Signature
from archiver.cdn.table import load_own

INTRODUCTION = """\
# CDN rules

Made from `archiver/cdn/rules.toml` by `scripts/generate_docs.py`; every example is a test.

The archiver asks for the clean URL first: the one of the document without its watermark
instruction, everything else byte for byte as it was. With `quality = "original"` it asks for the
full source before that. The URL as given is always tried when these are refused. `archiver
clean-url URL` shows what is asked for and by which rule.

## Rules of your own

The same form goes into `config.toml`. A rule of yours is tried before the built-in ones, and
takes the place of one that has its name; `disable_rules` switches built-in ones off.

```toml
disable_rules = ["generic-watermark"]

[[rules]]
name = "my-cdn"
grammar = "chain"
parameter = "imgop"
prefix = "do/"
drop = ["stamp"]
[[rules.examples]]
url = "https://i.example.com/1.jpg?imgop=do/w,1/stamp,x"
clean = "https://i.example.com/1.jpg?imgop=do/w,1"
```

`name` and `grammar` are needed. `hosts` (`*.example.com` is that domain and all below it) limits a
rule; `confidence` is `high`, `medium` or `low`. The other fields depend on the grammar.
"""


def build_page() -> str:
    """The whole page as text."""
    rules, signatures = load_own()
    lines = [INTRODUCTION, "## Grammars\n", "| grammar | form |", "| --- | --- |"]
    lines += (f"| `{name}` | {_first_line(name)} |" for name in GRAMMARS)
    lines += ["", "## Rules, in the order they are tried\n"]
    for rule in rules:
        lines += _describe_rule(rule)
    lines += ["## Signatures\n", "What a signature covers is never edited.\n"]
    lines += ["| name | told by | covers | source |", "| --- | --- | --- | --- |"]
    lines += map(_describe_signature, signatures.signatures)
    return "\n".join(lines) + "\n"


def _first_line(name: str) -> str:
    """The first paragraph of the grammar's module, which shows its form."""
    if name == "attribute":
        return "An attribute of the element names a better picture."
    module = sys.modules[GRAMMARS[name].__module__]
    text = " ".join((module.__doc__ or "").partition("\n\n")[0].split())
    return text.replace("``", "`").replace("|", "\\|")


def _describe_rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.name}\n"
    hosts = ", ".join(f"`{host}`" for host in rule.hosts) or "any host"
    yield f"Grammar `{rule.grammar}`, {hosts}, confidence {rule.confidence}. {rule.source}.\n"
    yield "```text"
    for example in rule.examples:
        yield from _describe_example(example)
    yield "```\n"


def _describe_example(example: Example) -> Iterator[str]:
    yield f"given     {example.url}"
    yield from (f'          {key}="{value}"' for key, value in example.attributes)
    if example.clean:
        yield f"clean     {example.clean}"
    if example.original:
        yield f"original  {example.original}"
    if not example.clean and not example.original:
        yield "          stays as it is"


def _describe_signature(signature: Signature) -> str:
    told = [f"`{key}`" for key in signature.keys]
    told += [" or ".join(f"`{key}`" for key in signature.any_of)] if signature.any_of else []
    told += [f"path `{signature.match}`".replace("|", "\\|")] if signature.match else []
    told += ["on " + ", ".join(f"`{host}`" for host in signature.hosts)] if signature.hosts else []
    covers = " and ".join(signature.covers) or "unknown"
    return f"| {signature.name} | {', '.join(told)} | {covers} | {signature.source} |"
