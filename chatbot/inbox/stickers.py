"""Which pictures are stickers: those made as one, and small enough for the provider."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from PIL import Image

from crm.conversations.rules import Rules

SIDES = (512, 512)  # pixels: the size that apps make stickers in, and hardly any photo has
WEBP = "image/webp"


def is_sticker(file: UploadedFile, mime: str, rules: Rules) -> bool:
    """Whether it goes as one. The file stands at its beginning afterwards."""
    rule = rules.media.get("sticker")
    size = file.size or 0
    if rule is None or mime != WEBP or mime not in rule.types or size > rule.longest:
        return False
    sides, moves = _shape(file)
    return sides == SIDES and size <= (rule.longest if moves else rule.still or rule.longest)


def _shape(file: UploadedFile) -> tuple[tuple[int, int], bool]:
    """Width and height, and whether it moves; none of it for a file that is no picture."""
    assert file.file is not None
    try:
        with Image.open(file.file, formats=["WEBP"]) as picture:
            return picture.size, bool(getattr(picture, "is_animated", False))
    except (OSError, ValueError, Image.DecompressionBombError):
        return (0, 0), False
    finally:
        file.seek(0)
