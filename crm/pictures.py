"""Pictures that strangers send: made upright, small, and into nothing but pixels."""

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
