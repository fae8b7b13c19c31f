"""Feeds: what a saved one keeps of the visits before, and the posts that items become.

`growing` and its neighbours splice the items of earlier visits into the newest feed.

`reading` makes items of the bytes of any feed (`entries` of what feedparser says, `json_feed` of
JSON); a long one is cut into `parts`. `identity` tells which item is
which, `dates` what their dates mean, `item_html` which picture leads. `naming` gives a post its
file name, `sanitizing` its harmless HTML, `scalars` its YAML and TOML, `templates` its form;
`posts` joins them. Nothing here asks a network or writes a file.
"""
