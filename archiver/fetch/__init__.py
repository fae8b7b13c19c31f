"""Candidate → bytes: from a URL that may be worth asking for to a file on this machine.

`client` is the way in; `addresses` and `guard` say what may be dialled, `politeness` when,
`retries` how often; `transport` makes the request and `download` saves the answer. httpx and
aiohttp are imported here only.
"""
