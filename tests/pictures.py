"""Pictures whose facts are known, made by functions: no binary file in the repository.

`picture` makes a plain one for tests that only need some image; the rest each have one trait that
goes wrong somewhere. Same bytes for the same arguments and library versions.
"""

from __future__ import annotations

import gzip
import io
import random
import struct
import zlib
from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
QUARTERS = (RED, GREEN, BLUE, WHITE)  # top left, top right, bottom left, bottom right


def save(image: Image.Image, format: str, **options: object) -> bytes:
    """*image* as a file of Pillow's *format*."""
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def picture(format: str = "PNG", size: tuple[int, int] = (400, 300), **options: object) -> bytes:
    """A file of *format* with four quarters: red, green, blue, white."""
    return save(quarters(size), format, **options)


def plain(
    colour: tuple[int, int, int],
    format: str = "PNG",
    size: tuple[int, int] = (60, 40),
    **options: object,
) -> bytes:
    """A file of *format* of one colour."""
    return save(Image.new("RGB", size, colour), format, **options)


def quarters(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Four quarters of plain colours, `QUARTERS`."""
    (width, height), image = size, Image.new("RGB", size)
    for index, colour in enumerate(QUARTERS):
        left, top = index % 2 * (width // 2), index // 2 * (height // 2)
        image.paste(colour, (left, top, left + width - width // 2, top + height - height // 2))
    return image.convert(mode)


@cache
def photograph(seed: int = 0, size: tuple[int, int] = (1088, 704)) -> Image.Image:
    """Something with a photograph's spectrum: noise of every scale, edges, thin lines."""
    source = random.Random(seed)
    image = Image.new("RGB", size, (128, 128, 128))
    for octave in range(2, 10):
        grid = 2**octave, max(2, 2**octave * size[1] // size[0])
        noise = Image.frombytes("RGB", grid, source.randbytes(3 * grid[0] * grid[1]))
        layer = noise.resize(size, Image.Resampling.BICUBIC)
        image = Image.blend(image, layer, 0.5 * 0.72 ** (octave - 2))
    _draw_edges(image, source)
    return image


def _draw_edges(image: Image.Image, source: random.Random) -> None:
    draw, (width, height) = ImageDraw.Draw(image), image.size
    for _ in range(25):
        x, y, side = source.randrange(width), source.randrange(height), source.randrange(10, 150)
        colour = tuple(source.randrange(40, 216) for _ in range(3))
        shape = draw.ellipse if source.random() < 0.5 else draw.rectangle
        shape((x, y, x + side, y + side * source.random()), fill=colour)
    for _ in range(20):
        ends = [source.randrange(limit) for limit in (width, height, width, height)]
        draw.line(ends, fill=(source.randrange(256),) * 3, width=source.randrange(1, 4))


# Modes


def gray_16_bit() -> bytes:
    """PNG, 256×64, 16-bit gray ramp: column x has the value x * 257."""
    row = b"".join(struct.pack("<H", x * 257) for x in range(256))
    return save(Image.frombytes("I;16", (256, 64), row * 64), "PNG")


def gray_16_bit_tiff_big_endian() -> bytes:
    """TIFF of the same ramp, big endian (Pillow's mode I;16B)."""
    row = b"".join(struct.pack(">H", x * 257) for x in range(256))
    return save(Image.frombytes("I;16B", (256, 64), row * 64), "TIFF")


def rgb_16_bit() -> bytes:
    """PNG, 64×64, 16 bits a channel, all pixels (0xC8C8, 0x6464, 0x3232): 200, 100, 50."""
    row = b"\0" + struct.pack(">HHH", 0xC8C8, 0x6464, 0x3232) * 64
    return png_of(64, 64, 16, 2, row * 64)


def one_bit() -> bytes:
    """PNG, 400×400, black and white checker of single pixels: gray 128 from afar."""
    checker = Image.new("1", (400, 400))
    rows = [bytes([0xAA if y % 2 else 0x55] * 50) for y in range(400)]
    checker.frombytes(b"".join(rows))
    return save(checker, "PNG")


def palette_with_hidden_colour() -> bytes:
    """PNG, P with tRNS: left half transparent over black, right half opaque blue."""
    image = Image.new("P", (400, 400), 0)
    image.putpalette([0, 0, 0, 0, 0, 255])
    image.paste(1, (200, 0, 400, 400))
    return save(image, "PNG", transparency=0)


def hidden_colour() -> bytes:
    """PNG, RGBA: left half transparent green, right half opaque red."""
    image = Image.new("RGBA", (400, 400), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (200, 0, 400, 400))
    return save(image, "PNG")


def gray_with_alpha() -> bytes:
    """PNG, LA: gray 80, half transparent everywhere."""
    return save(Image.new("LA", (400, 400), (80, 128)), "PNG")


def transparent_gray() -> bytes:
    """PNG, L with tRNS: value 0 is transparent (left), value 200 is not (right)."""
    image = Image.new("L", (400, 400), 0)
    image.paste(200, (200, 0, 400, 400))
    return save(image, "PNG", transparency=0)


def transparent_left(depth: int, left: Sequence[int], right: Sequence[int]) -> bytes:
    """PNG, 64×64, `depth` bits: the value *left* is transparent, *right* is not."""
    halves = [f"{value:0{depth}b}" for value in [*list(left) * 32, *list(right) * 32]]
    bits = "".join(halves)
    row = b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    key = chunk(b"tRNS", struct.pack(f">{len(left)}H", *left))
    return png_of(64, 64, depth, 2 if len(left) == 3 else 0, row * 64, key)


def with_chunk(name: bytes, body: bytes, is_last: bool = False) -> bytes:
    """`picture` as PNG with one more chunk, before its pixels or after them."""
    data = picture("PNG")
    at = data.index(b"IEND" if is_last else b"IDAT") - 4
    return data[:at] + chunk(name, body) + data[at:]


def cmyk(**options: object) -> bytes:
    """JPEG, CMYK, all pixels (0, 255, 255, 0): red."""
    return save(Image.new("CMYK", (400, 400), (0, 255, 255, 0)), "JPEG", quality=95, **options)


# Colour profiles

SRGB_COLUMNS = (
    (0.43607, 0.22249, 0.01392),
    (0.38515, 0.71687, 0.09708),
    (0.14307, 0.06061, 0.7141),
)
P3_COLUMNS = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))


def profile(columns: Sequence[Sequence[float]], gamma: float = 2.2) -> bytes:
    """An ICC profile (version 2, matrix): XYZ of red, green and blue under D50."""
    xyz = [b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in column) for column in columns]
    curve = b"curv\0\0\0\0\0\0\0\1" + struct.pack(">H", round(gamma * 256)) + b"\0\0"
    white = b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in (0.9642, 1.0, 0.8249))
    text = b"desc\0\0\0\0\0\0\0\5test\0" + bytes(78) + b"\0"
    tags = {b"desc": text, b"wtpt": white, b"cprt": b"text\0\0\0\0none\0\0\0\0"}
    tags |= dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), xyz, strict=True))
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _pack_profile(tags)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _pack_profile(tags: dict[bytes, bytes]) -> bytes:
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">I4sI", start + len(body), b"\0\0\0\0", 0x02400000) + b"mntrRGB XYZ "
    head += bytes(12) + b"acsp" + bytes(28) + b"".join(_fixed(v) for v in (0.9642, 1.0, 0.8249))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


P3_PRIMARIES = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)  # of cHRM, white first


def gamma(hundred_thousandths: int, *primaries: int) -> list[bytes]:
    """The chunks gAMA and, where primaries are given, cHRM."""
    chunks = [chunk(b"gAMA", struct.pack(">I", hundred_thousandths))]
    return chunks + ([chunk(b"cHRM", struct.pack(">8I", *primaries))] if primaries else [])


def packed_profile(columns: Sequence[Sequence[float]]) -> bytes:
    """The chunk iCCP of `profile`."""
    return chunk(b"iCCP", b"x\0\0" + zlib.compress(profile(columns)))


def with_chunks(*chunks: bytes, colour: Sequence[int] = (200, 100, 50)) -> bytes:
    """PNG, 64×64 of one colour that *chunks* explain; gray where it has one value."""
    return png_of(
        64, 64, 8, 2 if len(colour) == 3 else 0, (b"\0" + bytes(colour) * 64) * 64, *chunks
    )


def avif_told(primaries: int, transfer: int) -> bytes:
    """AVIF, 64×64 of (200, 100, 50) in the colours of two code points of H.273."""
    data = plain((200, 100, 50), "AVIF", (64, 64), quality=100)
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


def with_profile(colour: tuple[int, int, int], icc: bytes, format: str = "PNG") -> bytes:
    """400×400 of one colour that *icc* explains."""
    return save(Image.new("RGB", (400, 400), colour), format, icc_profile=icc)


# Orientation


def oriented(orientation: int, format: str = "JPEG", size: tuple[int, int] = (400, 200)) -> bytes:
    """`quarters` stored so that, turned as EXIF says, it shows red, green, blue, white again."""
    shown = quarters(size if orientation < 5 else size[::-1])
    stored = shown if orientation == 1 else shown.transpose(_INVERSE[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    return save(stored, format, exif=exif, quality=95)


_INVERSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


# Animations


def animation(
    format: str, colours: Sequence[tuple[int, int, int]] = (RED, GREEN, BLUE), loop: int = 0
) -> bytes:
    """400×300, a frame of 200 ms for each colour, for ever or as *format* counts *loop*."""
    frames = [Image.new("RGB", (400, 300), colour) for colour in colours]
    options: dict[str, object] = {"lossless": True} if format == "WEBP" else {}
    return save(
        frames[0],
        format,
        save_all=True,
        append_images=frames[1:],
        duration=200,
        loop=loop,
        **options,
    )


def slow_apng(seconds: int) -> bytes:
    """`animation` whose frames each stay for so many seconds, 65,535 at most."""
    parts = animation("PNG").split(b"fcTL")
    for index, part in enumerate(parts[1:], 1):
        body = part[:20] + struct.pack(">HH", seconds, 1) + part[24:26]
        parts[index] = body + struct.pack(">I", zlib.crc32(b"fcTL" + body)) + part[30:]
    return b"fcTL".join(parts)


def disposed_gif() -> bytes:
    """GIF of two frames: red everywhere, then a green square of 100×100 over the red."""
    red = Image.new("P", (400, 300), 0)
    red.putpalette([*RED, *GREEN])
    square = Image.new("P", (400, 300), 0)
    square.putpalette([*RED, *GREEN])
    square.paste(1, (0, 0, 100, 100))
    return save(red, "GIF", save_all=True, append_images=[square], duration=200, loop=0)


def mpo() -> bytes:
    """Two JPEGs in one file, as stereo cameras write them; the first is `quarters`."""
    second = Image.new("RGB", (400, 300), (9, 9, 9))
    return save(quarters((400, 300)), "MPO", save_all=True, append_images=[second])


# Broken files


def corrupt_idat() -> bytes:
    """PNG with one bit of its pixel data turned over, its checksum left."""
    data = bytearray(picture("PNG"))
    data[data.index(b"IDAT") + 12] ^= 0x10
    return bytes(data)


def without_iend() -> bytes:
    """PNG without its last chunk."""
    return picture("PNG")[:-12]


def wrong_ancillary_checksum() -> bytes:
    """PNG whose pHYs chunk has a wrong checksum; browsers show it."""
    data = bytearray(picture("PNG", dpi=(72, 72)))
    data[data.index(b"pHYs") + 4 + 9] ^= 0xFF
    return bytes(data)


# Bombs


def png_of(width: int, height: int, depth: int, kind: int, rows: bytes, *chunks: bytes) -> bytes:
    """A PNG with that header, those filtered rows, and extra chunks before them."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *chunks, chunk(b"IDAT", zlib.compress(rows, 9))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def chunk(name: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def pixel_bomb(side: int = 13_000) -> bytes:
    """A gray PNG, side × side zeros: 20 kB that unpack to 169 MB."""
    packer = zlib.compressobj(9)
    row = bytes(side + 1)
    body = b"".join([*(packer.compress(row) for _ in range(side)), packer.flush()])
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def header_bomb() -> bytes:
    """A PNG that says 50,000 × 50,000 and holds one pixel."""
    return png_of(50_000, 50_000, 8, 2, b"\0\0\0\0")


def gif_header_bomb() -> bytes:
    """A 1×1 GIF whose frame stands at 60,000, 60,000: decoders enlarge the canvas to it."""
    frame = b"," + struct.pack("<HHHHB", 60_000, 60_000, 1, 1, 0) + b"\2\2L\1\0"
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6) + frame + b";"


def webp_header_bomb() -> bytes:
    """A WebP whose canvas is 16,384 × 16,384; opening it would allocate 2 GB."""
    body = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + (b"\xff\x3f\0" * 2)
    body += b"ANIM" + struct.pack("<I", 6) + bytes(6)
    frame = save(Image.new("RGB", (2, 2)), "WEBP", lossless=True)[12:]
    anmf = bytes(6) + b"\1\0\0\1\0\0" + b"\x64\0\0\0" + frame
    body += b"ANMF" + struct.pack("<I", len(anmf)) + anmf
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def frame_bomb(frames: int = 20_000) -> bytes:
    """A 4000×4000 GIF of many tiny frames: 300 kB, 160 ms a frame to show."""
    head = b"GIF89a" + struct.pack("<HHBBB", 4000, 4000, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
    return head + (b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2L\1\0") * frames + b";"


def scan_bomb(scans: int = 400) -> bytes:
    """A progressive JPEG whose last scan is repeated: 5 ms of CPU for every 23 bytes."""
    data = save(Image.new("L", (3000, 3000), 128), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * scans + b"\xff\xd9"


def chunk_bomb(chunks: int = 60_000) -> bytes:
    """A PNG of so many empty chunks: each costs a walker some microseconds and a few objects."""
    return png_of(64, 64, 8, 2, (b"\0" + bytes(192)) * 64, chunk(b"prVt", b"") * chunks)


def segment_bomb(segments: int = 120_000) -> bytes:
    """A JPEG of so many empty comments."""
    data = picture("JPEG")
    return data[:2] + b"\xff\xfe\0\2" * segments + data[2:]


def entity_bomb() -> bytes:
    """An SVG whose root has an attribute that unfolds to 10^10 characters."""
    names = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 11)]
    kinds = '<!DOCTYPE svg [<!ENTITY e0 "x">' + "".join(names) + "]>"
    return f'{kinds}<svg xmlns="http://www.w3.org/2000/svg" id="&e10;"/>'.encode()


def text_bomb() -> bytes:
    """A PNG with 80 texts that unpack to 1 MB each; Pillow gives up on them."""
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**20 - 1), 9))
    return png_of(64, 64, 8, 2, (b"\0" + bytes([9, 99, 199]) * 64) * 64, *[text] * 80)


def profile_bomb() -> bytes:
    """A PNG with a colour profile of 1.5 MB; Pillow refuses to open it, browsers show it."""
    icc = chunk(b"iCCP", b"big\0\0" + zlib.compress(random.Random(1).randbytes(1_500_000)))
    return png_of(64, 64, 8, 2, (b"\0" + bytes([9, 99, 199]) * 64) * 64, icc)


# Without a decoder of Pillow's

SVG = b'<?xml version="1.0"?>\n<!-- circles --><svg xmlns="http://www.w3.org/2000/svg" '
SVG += b'width="120" height="4cm" viewBox="0 0 9 9">'
SVG += b"".join(b'<circle cx="%d" cy="%d" r="4"/>' % (n * n % 97, n % 89) for n in range(99))
SVG += b"</svg>"
SVGZ = gzip.compress(SVG, mtime=0)


def heic() -> bytes:
    """Only the boxes of a HEIC of 640×480; no picture data that would decode."""
    extents = struct.pack(">I4sIII", 20, b"ispe", 0, 640, 480)
    meta = struct.pack(">I4sI", 12 + len(extents), b"meta", 0) + extents
    brands = struct.pack(">I4s4sI4s", 20, b"ftyp", b"heic", 0, b"mif1")
    return brands + meta + struct.pack(">I4s", 16, b"mdat") + bytes(8)


def jxl_in_parts() -> bytes:
    """Only the boxes of a JPEG XL: its codestream in two parts, EXIF between them."""
    boxes = {b"ftyp": b"jxl \0\0\0\0jxl ", b"jxlp": bytes(4) + b"\xff\x0a", b"Exif": bytes(9)}
    parts = [struct.pack(">I", len(body) + 8) + name + body for name, body in boxes.items()]
    last = struct.pack(">I4sI", 16, b"jxlp", 0x80000001) + bytes(4)
    return b"\0\0\0\x0cJXL \r\n\x87\n" + b"".join(parts) + last


def cut(data: bytes, lost: int | float) -> bytes:
    """*data* without its last bytes: so many, or that fraction of all."""
    return data[: -(lost if isinstance(lost, int) else max(1, int(len(data) * lost)))]
