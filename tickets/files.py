"""Files a colleague adds to a ticket: pictures and PDFs, looked at before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from crm.conversations.models import Attachment, Message
from crm.errors import DeskError
from partners.receipt_files import check_size, sniff

MOST_FILES = 5
Stored = tuple[str, Attachment]


@contextmanager
def stored(files: Sequence[UploadedFile]) -> Iterator[list[Stored]]:
    """The files as `reply` and `add_note` take them: kinds of messages, and attachments that are
    stored but not saved yet.

    All are checked first (DeskError). What the block raises over is deleted again.
    """
    if len(files) > MOST_FILES:
        raise DeskError(_("At most %(number)s files at once.") % {"number": MOST_FILES})
    mimes = [_checked(one) for one in files]
    kept: list[Stored] = []
    try:
        for file, mime in zip(files, mimes, strict=True):
            kept.append(_store(file, mime))
        yield kept
    except BaseException:
        for _kind, one in kept:
            one.file.delete(save=False)
        raise


def _checked(file: UploadedFile) -> str:
    check_size(file.size or 0)
    file.seek(0)
    mime = sniff(file.read())
    file.seek(0)
    if not mime:
        raise DeskError(_("Send a picture (JPEG, PNG or WebP) or a PDF."))
    return mime


def _store(file: UploadedFile, mime: str) -> Stored:
    name = "".join(sign for sign in (file.name or "") if sign.isprintable())[-200:]
    attachment = Attachment(name=name, mime=mime, size=file.size, state=Attachment.State.READY)
    attachment.file.save(name or "file", file, save=False)
    plain = mime in ("image/jpeg", "image/png")
    return (Message.Kind.IMAGE if plain else Message.Kind.DOCUMENT), attachment
