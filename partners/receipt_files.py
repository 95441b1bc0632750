"""Files sent as proof of a payment: what is taken, and the pictures of them that are shown.

The file itself is kept as it came, for proof. What a person looks at is a JPEG of our own making:
without the place where it was taken, and without whatever else was hidden in it.
"""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from crm.errors import DeskError
from crm.pictures import BROKEN, too_large, upright
from partners.models.receipt import MOST_PICTURES

# What about 200 MB unpack: a JPEG is made smaller while it is read (unless it comes in layers), a
# PNG is unpacked whole and then made smaller, a WebP is unpacked several times over.
MOST_PIXELS = {"JPEG": 50_000_000, "PNG": 20_000_000, "WEBP": 12_500_000}
LONGEST_SIDE = 2400  # pixels: small print stays legible
QUALITY = 85
PDF = "application/pdf"
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", PDF: ".pdf"}
# A file that is two things at once is a trick, whatever it shows.
FOREIGN = (b"%pdf-", b"<script", b"<html", b"<!doctype")
PAGES_PROGRAM = Path(__file__).with_name("receipt_pages.py")
PAGES_SECONDS = 20

REFUSED_PDF: dict[str, Promise] = {
    "password": gettext_lazy("This PDF is protected by a password. Send it without one."),
    "active": gettext_lazy("This PDF can run something by itself. Send a picture instead."),
    "attached": gettext_lazy("This PDF has other files in it. Send a picture instead."),
    "large": gettext_lazy("This PDF is too long for a receipt. Send only its page."),
    "empty": gettext_lazy("This PDF has no pages."),
}


@dataclass(frozen=True)
class Examined:
    """A file that may be kept: its bytes, what it is, its pages, and JPEGs of the first ones."""

    content: bytes
    content_type: str
    pages: int
    pictures: list[bytes]

    @property
    def sha256(self) -> str:
        return digest(self.content)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def examine(content: bytes) -> Examined:
    """A JPEG, PNG, WebP or PDF of at most `settings.UPLOAD_MAX_BYTES`, by its own bytes.

    DeskError, in words for whoever sent it, for everything else. A PDF takes half a second.
    """
    check_size(len(content))
    kind = sniff(content)
    if kind == PDF:
        pages, pictures = _pdf_pages(content)
    elif kind:
        pages, pictures = 1, [_picture(content, FORMATS[kind])]
    else:
        raise DeskError(_("Send a picture (JPEG, PNG or WebP) or a PDF."))
    return Examined(content, kind, pages, pictures)


def check_size(size: int) -> None:
    if not size:
        raise DeskError(_("This file is empty."))
    if size > settings.UPLOAD_MAX_BYTES:
        limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
        raise DeskError(_("The file is larger than %(limit)s.") % {"limit": limit})


def sniff(content: bytes) -> str:
    """The type its first bytes name, if it is one we take; DeskError for two things in one."""
    kind = _by_signature(content)
    if kind and (zipfile.is_zipfile(io.BytesIO(content)) or _is_foreign(content, kind)):
        raise DeskError(_("This file is two things at once. Send a plain picture."))
    return kind


def _by_signature(content: bytes) -> str:
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return PDF if content.startswith(b"%PDF-") else ""


def _is_foreign(content: bytes, kind: str) -> bool:
    lowered = content.lower()
    return kind != PDF and any(sign in lowered for sign in FOREIGN)


def _picture(content: bytes, kind: str) -> bytes:
    """The picture upright, small enough to look at, as a JPEG with nothing but its pixels."""
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as probe:
            if too_large(probe, content, MOST_PIXELS[kind]):
                raise DeskError(_("The picture has too many pixels."))
            probe.verify()
        # A verified image cannot be read any more: it is opened again, and read to its end.
        picture = Image.open(io.BytesIO(content), formats=[kind])
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture.load()
        return _jpeg(picture)
    except Image.DecompressionBombError as error:
        raise DeskError(_("The picture has too many pixels.")) from error
    except BROKEN as error:
        raise DeskError(_("This picture is damaged. Take or save it again.")) from error


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    upright(picture, LONGEST_SIDE).save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _pdf_pages(content: bytes) -> tuple[int, list[bytes]]:
    """Looked into by a process of its own: what a stranger made may break whoever reads it."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(PAGES_PROGRAM), str(MOST_PICTURES)],
            input=content,
            capture_output=True,
            env={},
            timeout=PAGES_SECONDS,
            check=True,
        )
        line, drawn = done.stdout.split(b"\n", 1)
        answer = json.loads(line)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise DeskError(_("This PDF cannot be read. Send a picture instead.")) from error
    if refused := answer.get("refused"):
        raise DeskError(str(REFUSED_PDF[refused]))
    pictures = []
    for size in answer["sizes"]:
        pictures.append(drawn[:size])
        drawn = drawn[size:]
    return int(answer["pages"]), pictures
