"""Whether a file is whole, told from its structure; what its header promises.

A format is a file here; each has ``walk(data) -> Structure``. The walks decode nothing: they cost
about a millisecond a megabyte. Formats that aren't listed prove themselves by their decode.
"""

from __future__ import annotations

from archiver.imaging.structure import gif, icon, iso, jpeg, png, svg, webp
from archiver.imaging.structure.found import Structure, Walk

WALKS: dict[str, Walk] = {
    "jpeg": jpeg.walk,
    "png": png.walk,
    "gif": gif.walk,
    "webp": webp.walk,
    "avif": iso.walk,
    "heic": iso.walk,
    "jp2": iso.walk_jp2,
    "j2k": iso.walk_codestream,
    "jxl": iso.walk_jxl,
    "ico": icon.walk,
    "cur": icon.walk,
    "svg": svg.walk,
    "svgz": svg.walk_packed,
}


def walk_structure(name: str, data: bytes) -> Structure:
    """What the structure of *data*, an image of the type *name*, tells."""
    walk = WALKS.get(name)
    return walk(data) if walk else Structure(data)
