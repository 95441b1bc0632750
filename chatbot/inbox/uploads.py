"""Files a colleague sends: looked at before anything is stored, against what the provider takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from chatbot.inbox.stickers import is_sticker
from chatbot.media import EXTENSIONS
from chatbot.sniffing import sniff_file
from crm.conversations.models import Attachment, Message
from crm.conversations.rules import Rules
from crm.errors import DeskError

Kind = Message.Kind
MOST_FILES = 10
# What the bytes leave open, the name's ending says; nothing a browser would run is among them.
VAGUE = ("", "application/msword", "application/octet-stream", "text/plain")
BY_ENDING = {
    ".csv": "text/csv",
    ".doc": "application/msword",
    ".ppt": "application/vnd.ms-powerpoint",
    ".txt": "text/plain",
    ".xls": "application/vnd.ms-excel",
}
Stored = tuple[str, Attachment]


@contextmanager
def stored(
    files: Sequence[UploadedFile], rules: Rules, *, only: str = ""
) -> Iterator[list[Stored]]:
    """The files as kinds of messages and attachments, stored but not saved yet.

    All of them are checked first: DeskError says which one is refused, and why. `only`: the one
    kind that is wanted. Whatever is not saved by the end of the block is deleted again.
    """
    if len(files) > MOST_FILES:
        raise DeskError(_("At most %(number)s files at once.") % {"number": MOST_FILES})
    checked = [(file, *check(file, rules, only=only)) for file in files]
    kept: list[Stored] = []
    try:
        for file, kind, mime in checked:
            kept.append((kind, _store(file, mime)))
        yield kept
    except BaseException:
        _drop(kept)
        raise
    _drop([one for one in kept if one[1].pk is None])


def check(file: UploadedFile, rules: Rules, *, only: str = "") -> tuple[str, str]:
    """The kind of message a file makes, and its type by its own bytes.

    A picture, sound or film of a type the provider does not take as such goes as a document, where
    it takes those; a picture that is made as a sticker as one. Raises DeskError.
    """
    name, size = file_name(file), file.size or 0
    if not size:
        raise DeskError(_("“%(name)s” is empty.") % {"name": name})
    mime = _mime(file)
    sticker = not only and is_sticker(file, mime, rules)
    kind = Kind.STICKER.value if sticker else _kind(mime, rules, only)
    if kind is None:
        words = _("“%(name)s” cannot be sent here. Possible are: %(types)s.")
        raise DeskError(words % {"name": name, "types": types_in_words(rules, only)})
    most = limit(rules, kind)
    if size > most:
        words = _("“%(name)s” is %(size)s. Here a file of its kind may be %(limit)s at most.")
        told = {"size": filesizeformat(size), "limit": filesizeformat(most)}
        raise DeskError(words % {"name": name, **told})
    return kind, mime


def limit(rules: Rules, kind: str) -> int:
    """The most bytes of a file of this kind."""
    return min(rules.media[kind].longest, int(settings.MEDIA_MAX_BYTES))


def types_in_words(rules: Rules, only: str = "") -> str:
    """ "JPEG, PNG, MP4", or that anything goes; for a sentence."""
    kinds = [only] if only else [kind for kind in rules.media if kind != Kind.STICKER]
    taken = [rules.media[kind] for kind in kinds if kind in rules.media]
    if not taken:
        return _("no files")
    if not all(one.types for one in taken):
        return _("files of any kind")
    mimes = [mime for one in taken for mime in one.types]
    endings = [EXTENSIONS.get(mime, mime.partition("/")[2]).lstrip(".") for mime in mimes]
    return ", ".join(dict.fromkeys(ending.upper() for ending in endings))


def accept(rules: Rules, only: str = "") -> str:
    """For the `accept` of a file field; "": anything."""
    kinds = [only] if only else [kind for kind in rules.media if kind != Kind.STICKER]
    types = [rules.media[kind].types for kind in kinds if kind in rules.media]
    return ",".join(mime for one in types for mime in one) if all(types) else ""


def file_name(file: UploadedFile) -> str:
    """As its owner called it, without path or signs that cannot be seen."""
    name = PurePath((file.name or "").replace("\\", "/")).name
    return "".join(sign for sign in name if sign.isprintable()).strip(" .")[:120] or _("file")


def _mime(file: UploadedFile) -> str:
    assert file.file is not None
    mime = sniff_file(file.file)
    if mime in VAGUE:
        ending = PurePath(file_name(file)).suffix.lower()
        return BY_ENDING.get(ending, mime or "application/octet-stream")
    return mime


def _kind(mime: str, rules: Rules, only: str) -> str | None:
    general = mime.partition("/")[0]
    own = general if general in ("image", "audio", "video") else Kind.DOCUMENT.value
    for kind in (own, Kind.DOCUMENT.value):
        if only and kind != only:
            continue
        rule = rules.media.get(kind)
        if rule is not None and (mime in rule.types or not rule.types):
            return kind
    return None


def _store(file: UploadedFile, mime: str) -> Attachment:
    name = file_name(file)
    made = Attachment(name=name, mime=mime, size=file.size, state=Attachment.State.READY)
    made.file.save(f"x{EXTENSIONS.get(mime, PurePath(name).suffix)}", file, save=False)
    return made


def _drop(unused: Sequence[Stored]) -> None:
    for _kind_of, attachment in unused:
        attachment.file.storage.delete(attachment.file.name)
