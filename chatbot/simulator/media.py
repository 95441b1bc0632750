"""Files somebody sends from the simulator's phone: what a provider's media store would be."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from chatbot.simulator.payloads import Media
from chatbot.sniffing import sniff
from crm.errors import DeskError

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
# Containers that hold a sound as well as a film.
SOUNDS = ("video/mp4", "video/webm", "video/ogg")
_ID = re.compile(r"^sim-[0-9a-f]{32}$")


def store(file: UploadedFile, kind: str) -> Media:
    """Keep a file of this kind ("image", "audio", "document").

    Raises DeskError if it is none of that kind, empty or too large.
    """
    content = file.read(settings.UPLOAD_MAX_BYTES + 1)
    if len(content) > settings.UPLOAD_MAX_BYTES:
        megabytes = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise DeskError(_("The file is larger than %(limit)d MB.") % {"limit": megabytes})
    mime = sniff(content)
    if kind == "image" and mime not in PICTURES:
        raise DeskError(_("This is not a picture the phone can send: JPEG, PNG, WebP or GIF."))
    if kind == "audio" and not (mime.startswith("audio/") or mime in SOUNDS):
        raise DeskError(_("This is not a sound the phone can send."))
    if not content:
        raise DeskError(_("The file is empty."))
    return keep(content, mime, name=file.name or "")


def keep(content: bytes, mime: str, *, name: str = "") -> Media:
    """Keep these bytes under an id of their own."""
    media_id = f"sim-{secrets.token_hex(16)}"
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / media_id).write_bytes(content)
    return Media(media_id, content, mime or "application/octet-stream", name)


def open_media(media_id: str) -> tuple[bytes, str]:
    """The bytes of a stored file and their MIME type. FileNotFoundError if there is none."""
    if not _ID.match(media_id):
        raise FileNotFoundError(media_id)
    content = (_folder() / media_id).read_bytes()
    return content, sniff(content)


def forget(media_id: str) -> None:
    """Delete a stored file; one that is not here is no matter."""
    if _ID.match(media_id):
        (_folder() / media_id).unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "simulator"
