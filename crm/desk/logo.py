"""The business's logo: a file of the operator's, put into papers that carry it."""

import base64
import logging
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, UnidentifiedImageError

logger = logging.getLogger(__name__)
MOST_BYTES = 1024 * 1024
MOST_PIXELS = 4000 * 4000
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


class LogoError(ValueError):
    """Why settings.BUSINESS_LOGO is no logo: one line for the operator."""


def read_logo() -> tuple[str, bytes] | None:
    """Its type and content, None without one; LogoError if the file is none we can print."""
    if not settings.BUSINESS_LOGO:
        return None
    path = Path(settings.BASE_DIR) / Path(settings.BUSINESS_LOGO).expanduser()
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise LogoError(f"{path}: {error.strerror or error}") from error
    if len(content) > MOST_BYTES:
        raise LogoError(f"{path} is larger than {MOST_BYTES // 1024} KB")
    if not (kind := _kind_of(content)):
        raise LogoError(f"{path} is no PNG, JPEG or SVG picture")
    return kind, content


def logo_uri() -> str:
    """The logo as a data: URI; "" without one, or when it has gone since the start."""
    try:
        found = read_logo()
    except LogoError as error:
        logger.error("BUSINESS_LOGO: %s", error)
        return ""
    if found is None:
        return ""
    kind, content = found
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _kind_of(content: bytes) -> str:
    """By what the file holds, not by what it is called."""
    if b"<svg" in content[:4096] and b"\0" not in content:
        return "image/svg+xml"
    try:
        with Image.open(BytesIO(content), formats=list(TYPES)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return ""
            return TYPES[str(picture.format)]
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return ""
