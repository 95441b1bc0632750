"""Pictures somebody sends from the simulator's phone: what a provider's media store would be."""

from __future__ import annotations

import io
import re
import secrets
from pathlib import Path

import puremagic
from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from crm.errors import DeskError

TAKEN = ("image/jpeg", "image/png", "image/webp", "image/gif")
_ID = re.compile(r"^sim-[0-9a-f]{32}$")


def store(file: File[bytes]) -> str:
    """Keep a picture and give it a media id. Raises DeskError if it is none, or too large."""
    content = file.read(settings.UPLOAD_MAX_BYTES + 1)
    if len(content) > settings.UPLOAD_MAX_BYTES:
        megabytes = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise DeskError(_("The picture is larger than %(limit)d MB.") % {"limit": megabytes})
    if _sniff(content) not in TAKEN:
        raise DeskError(_("This is not a picture the phone can send: JPEG, PNG, WebP or GIF."))
    media_id = f"sim-{secrets.token_hex(16)}"
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / media_id).write_bytes(content)
    return media_id


def open_media(media_id: str) -> tuple[bytes, str]:
    """The bytes of a stored picture and their MIME type. FileNotFoundError if there is none."""
    if not _ID.match(media_id):
        raise FileNotFoundError(media_id)
    content = (_folder() / media_id).read_bytes()
    return content, _sniff(content)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "simulator"


def _sniff(content: bytes) -> str:
    try:
        return str(puremagic.from_stream(io.BytesIO(content), mime=True))
    except (puremagic.PureError, ValueError):
        return ""
