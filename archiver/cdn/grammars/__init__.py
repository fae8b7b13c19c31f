"""The grammars: how a family of services writes processing into a URL.

A grammar is a function ``(Address, Rule) -> Finding | None``. It is pure, raises on no text and
takes time linear in the URL. None says that the URL is not of this grammar. To add one, write a
file here and name it below; to add a service of a known grammar, add an entry to ``rules.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from archiver.cdn.address import Address
from archiver.cdn.grammars.brackets import find_brackets
from archiver.cdn.grammars.chain import find_chain
from archiver.cdn.grammars.components import find_components
from archiver.cdn.grammars.fop import find_fop
from archiver.cdn.grammars.kvpipe import find_kvpipe
from archiver.cdn.grammars.layers import find_layers
from archiver.cdn.grammars.nested import find_nested
from archiver.cdn.grammars.operations import find_operations
from archiver.cdn.grammars.options import find_options
from archiver.cdn.grammars.pairs import find_pairs
from archiver.cdn.grammars.params import find_params
from archiver.cdn.grammars.pathpipe import find_pathpipe
from archiver.cdn.grammars.rewrite import find_rewrite
from archiver.cdn.grammars.suffix import find_suffix
from archiver.cdn.grammars.template import find_template
from archiver.cdn.grammars.tokens import find_tokens
from archiver.cdn.rule import Finding, Rule

SOURCE_GRAMMARS = frozenset(("brackets", "components", "nested", "options"))
Grammar = Callable[[Address, Rule], Finding | None]


def find_nothing(address: Address, rule: Rule) -> Finding | None:
    """The grammar ``attribute``: only the element speaks, see `archiver.cdn.attributes`."""
    return None


GRAMMARS: Mapping[str, Grammar] = MappingProxyType(
    {
        "attribute": find_nothing,
        "brackets": find_brackets,
        "chain": find_chain,
        "components": find_components,
        "fop": find_fop,
        "kvpipe": find_kvpipe,
        "layers": find_layers,
        "nested": find_nested,
        "operations": find_operations,
        "options": find_options,
        "pairs": find_pairs,
        "params": find_params,
        "pathpipe": find_pathpipe,
        "rewrite": find_rewrite,
        "suffix": find_suffix,
        "template": find_template,
        "tokens": find_tokens,
    }
)
