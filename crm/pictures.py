"""Pictures that strangers send: made upright, small, and into nothing but pixels."""

import re
import struct
import zlib
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

# What opening a damaged picture raises; the camera's notes in it may be damaged, too.
BROKEN = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    AttributeError,
    LookupError,
    struct.error,
    zlib.error,
)

# Of a JPEG in layers the whole is in memory until the last: two bytes a pixel and colour.
MOST_LAYERED = 20_000_000
# Programs write about ten. Each costs the time of a whole picture, and need not take 100 bytes.
MOST_SCANS = 100
# A part with a length, or the end. Pixels hold an FF only before 00, or a restart (D0 to D7); of
# any other the decoder throws away what stands there, with no length, or stops.
_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd8-\xfe])")
_SCAN, _END = 0xDA, 0xD9

Turn = Image.Transpose
# How the camera was held, as EXIF numbers it, and what puts that right.
TURNS = {
    2: Turn.FLIP_LEFT_RIGHT,
    3: Turn.ROTATE_180,
    4: Turn.FLIP_TOP_BOTTOM,
    5: Turn.TRANSPOSE,
    6: Turn.ROTATE_270,
    7: Turn.TRANSVERSE,
    8: Turn.ROTATE_90,
}


def too_large(picture: Image.Image, content: bytes, most: int) -> bool:
    """More pixels than `most`, or than may come in layers. `picture` is opened, and not read yet.

    ValueError, one of BROKEN, for a JPEG of more scans than any program writes.
    """
    if content.startswith(b"\xff\xd8"):
        scans = _scans(content)
        if len(scans) > MOST_SCANS:
            raise ValueError("a picture of very many scans")
        # One scan that brings all colours is decoded as it is read.
        if picture.info.get("progressive") or scans != [len(picture.getbands())]:
            most = min(most, MOST_LAYERED)
    return picture.width * picture.height > most


def _scans(content: bytes) -> list[int]:
    """How many colours each scan of a JPEG brings, as its decoder meets them: pictures within
    notes, and whatever stands behind its end, are none of it."""
    found: list[int] = []
    at = 2
    while len(found) <= MOST_SCANS and (marker := _MARKER.search(content, at)):
        at, kind = marker.end(), marker[1][0]
        if kind == _END:
            break
        if kind == _SCAN:
            found.append(int.from_bytes(content[at + 2 : at + 3], "big"))
        at += int.from_bytes(content[at : at + 2], "big")
    return found


def upright(picture: Image.Image, side: int) -> Image.Image:
    """An RGB picture, no larger than `side`, on white where it was transparent, with nothing of
    what the camera noted. `picture` itself is made small, before anything copies it."""
    turn = _turn(picture)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    plain = picture if turn is None else picture.transpose(turn)
    if plain.has_transparency_data:
        seen = plain.convert("RGBA")
        plain = Image.new("RGBA", seen.size, "white")
        plain.alpha_composite(seen)
    plain = plain.convert("RGB")
    # Profiles, comments and the camera's notes ride along in `info`.
    plain.info = {}
    return plain


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """Only read: Pillow's own way writes the notes anew, and fails at what a camera wrote wrongly.

    What reading broken notes raises is as manifold as they are; the picture is good all the same.
    """
    try:
        noted: Any = picture.getexif().get(ExifTags.Base.Orientation)
        return TURNS.get(noted)
    except Exception:
        return None
