"""The values of this package: a rule with its examples, a signature, what a rule finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from archiver.cdn.address import Address


@dataclass(frozen=True, slots=True)
class Example:
    """A URL and what the rule makes of it.

    Attributes:
        url: as a document names it.
        clean: without the watermark; None: the URL itself, nothing is changed.
        original: the source without processing; None: no claim.
        attributes: of the element, where the rule reads them.
    """

    url: str
    clean: str | None = None
    original: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of ``rules.toml``; which fields count depends on the grammar.

    Attributes:
        name: shown in reports and in the journal.
        grammar: a key of `archiver.cdn.grammars.GRAMMARS`.
        source: who says so.
        confidence: ``high``, ``medium`` or ``low``.
        hosts: where it holds, ``*.example`` with the bare domain; empty: on any host.
        markers: lower-case texts of which a URL must hold one; a cheap gate before the grammar.
        parameter: query keys (``*``: any text), or attribute names.
        prefix: what the value, or the processing part of the path, starts with.
        separator, argument: between steps; between a step's name and its arguments.
        companion: a query parameter that must stand beside.
        drop: names of the steps, parameters or commands that draw a watermark.
        steps: names of other steps, by which the grammar is recognised.
        unless: values or step names that forbid the cut.
        style: what stands before a named style.
        match: a regular expression over the path, or what the grammar says.
        clean: template for the clean URL of a match.
        original: templates for originals, best first; ``params``: keys the original lacks.
        keep: query keys that stay in the original.
        swap: pairs of names, what is replaced by what.
        is_unsigned: the original is another resource, which a signature does not protect.
        source_first: the source inside is asked for before the URL as given.
    """

    name: str
    grammar: str
    source: str = ""
    confidence: str = "high"
    hosts: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    parameter: tuple[str, ...] = ()
    prefix: str = ""
    separator: str = "/"
    argument: str = ","
    companion: str = ""
    drop: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    style: str = ""
    match: str = ""
    clean: str = ""
    original: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    swap: tuple[tuple[str, str], ...] = ()
    is_unsigned: bool = False
    source_first: bool = False
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """How a signed URL is told, and which parts of it may not be edited.

    Attributes:
        covers: ``path``, ``query``, both, or none (unknown: an edit is worth a try).
        keys: query keys that are all present.
        any_of: query keys of which one is present.
        value: what the value of the first key starts with.
        match: a regular expression over the path.
        unless_empty: a key whose value lists what is signed; empty: the query is free.
    """

    name: str
    source: str = ""
    covers: tuple[str, ...] = ("path", "query")
    hosts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    value: str = ""
    match: str = ""
    unless_empty: str = ""


class Finding(NamedTuple):
    """What a rule finds in a URL. (Made for every rule and URL; a dataclass takes thrice as long.)

    Attributes:
        clean: the address without the watermark; None: nothing to cut.
        originals: addresses without any processing, best first.
        source: the URL carried inside, made absolute; "" for none.
        embedded: the text that carries it, between what stands before and after it in the URL.
        is_marked: the URL holds a watermark instruction, even where it can't be cut.
    """

    clean: Address | None = None
    originals: tuple[Address, ...] = ()
    source: str = ""
    embedded: tuple[str, str, str] = ("", "", "")
    is_marked: bool = False
