"""What a file is by its own bytes; what its sender calls it proves nothing."""

from __future__ import annotations

import io
from typing import IO

import puremagic

# Enough of a file's beginning and end to know it by.
SAMPLE = 64 * 1024
ALIASES = {
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/x-m4a": "audio/mp4",
    "image/heif": "image/heic",
    "image/x-ms-bmp": "image/bmp",
    "video/avi": "video/x-msvideo",
}
# The container of MP4 and its kin says in its first bytes whose it is; whoever is not here
# made an ordinary video.
BRANDS = {
    b"M4A": "audio/mp4",
    b"M4B": "audio/mp4",
    b"qt ": "video/quicktime",
    b"3g2": "video/3gpp2",
    b"3gp": "video/3gpp",
    b"3ge": "video/3gpp",
    b"hei": "image/heic",
    b"hev": "image/heic",
    b"mif": "image/heic",
    b"msf": "image/heic",
    b"avi": "image/avif",
}
OFFICE = "application/vnd.openxmlformats-officedocument"
FOLDERS = {
    b"word/": f"{OFFICE}.wordprocessingml.document",
    b"xl/": f"{OFFICE}.spreadsheetml.sheet",
    b"ppt/": f"{OFFICE}.presentationml.presentation",
}


def sniff(content: bytes) -> str:
    """The MIME type the bytes themselves speak of; "" if they speak of none."""
    return _by_signature(content) or _by_library(content)


def sniff_file(file: IO[bytes]) -> str:
    """As `sniff`, of a file that can be sought; it stands at its beginning afterwards."""
    file.seek(0)
    start = file.read(SAMPLE)
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - SAMPLE, len(start)))
    end = file.read(SAMPLE)
    file.seek(0)
    return sniff(start + end)


def _by_signature(content: bytes) -> str:
    """Sounds, films and archives, which the library does not tell apart."""
    if content[4:8] == b"ftyp":
        return BRANDS.get(content[8:11], "video/mp4")
    if content.startswith(b"OggS"):
        return "video/ogg" if b"theora" in content[:512] else "audio/ogg"
    if content.startswith(b"ID3"):
        return "audio/mpeg"
    if content.startswith(b"#!AMR"):
        return "audio/amr"
    if content.startswith(b"PK\x03\x04"):
        found = (mime for folder, mime in FOLDERS.items() if folder in content)
        return next(found, "application/zip")
    return ""


def _by_library(content: bytes) -> str:
    try:
        mime = str(puremagic.from_stream(io.BytesIO(content), mime=True))
    except (puremagic.PureError, ValueError):
        return ""
    return ALIASES.get(mime, mime)
