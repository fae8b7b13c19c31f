"""URL → clean URL: what the services of images write into a URL, and which of it draws a watermark.

An extension point: a service is an entry of ``rules.toml`` with its examples, over a grammar of
`archiver.cdn.grammars`. `archiver.planning` puts what is found here in order.

- ``reading``, ``user``: TOML → `rule.Rule`, with messages for what is not accepted
- ``table``: the rules compiled; which of them a URL concerns
- ``grammars``: (address, rule) → `rule.Finding`
- ``signatures``: what of a signed URL may not be edited
- ``cleaning``, ``attributes``: URL, element → better URLs
"""
