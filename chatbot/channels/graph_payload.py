"""Messages of the desk as bodies of Meta's `POST /<phone-number-id>/messages`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chatbot.channels.base import LIST_WORDS, Outgoing, OutgoingFile
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Json
from chatbot.channels.reading import plain

LONGEST_TEXT, LONGEST_QUESTION, LONGEST_CAPTION = 4096, 1024, 1024
BUTTONS, ROWS = 3, 10
BUTTON_TITLE, ROW_TITLE, ROW_DESCRIPTION = 20, 24, 72
MEDIA = ("image", "video", "audio", "document", "sticker")
CAPTIONED = ("image", "video", "document")


def body_of(message: Outgoing, media_id: str = "") -> Json:
    """The whole body; `media_id` is what Meta calls the message's file. Raises ChannelError."""
    data: Json = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": message.attempt,
        **_recipient(message),
    }
    if message.reply_to:
        data["context"] = {"message_id": message.reply_to}
    if message.template is not None:
        return data | {"type": "template", "template": _template(message, media_id)}
    if message.file is not None:
        kind = media_kind(message)
        return data | {"type": kind, kind: _media(kind, message.file, media_id, message.text)}
    if message.link is not None and len(message.text) <= LONGEST_QUESTION:
        return data | {"type": "interactive", "interactive": _link(message.text, *message.link)}
    if 0 < len(message.options) <= ROWS and len(message.text) <= LONGEST_QUESTION:
        return data | {"type": "interactive", "interactive": _interactive(message)}
    _fits(message.text, LONGEST_TEXT)
    return data | {"type": "text", "text": {"preview_url": False, "body": message.text}}


def media_kind(message: Outgoing) -> str:
    """What a file goes as: whatever has no kind of its own is a document."""
    return message.kind if message.kind in MEDIA else "document"


def _recipient(message: Outgoing) -> Json:
    """A telephone number if there is one: authentication templates go to nothing else.

    Of several numbers the newest, which somebody has changed to.
    """
    if group := message.address("group"):
        return {"recipient_type": "group", "to": group}
    numbers = [address.value for address in message.to if address.kind == "wa_id"]
    if numbers:
        return {"to": numbers[-1]}
    users = [address.value for address in message.to if address.kind == "user_id"]
    if users:
        return {"recipient": users[-1]}
    raise ChannelError(
        _("There is no WhatsApp number to send it to."), permanent=True, code="address"
    )


def _fits(text: str, longest: int) -> None:
    if len(text) > longest:
        raise ChannelError(
            _("WhatsApp takes %(longest)d characters at most.") % {"longest": longest},
            permanent=True,
            code="length",
        )


def _media(kind: str, file: OutgoingFile, media_id: str, caption: str) -> Json:
    """The block of a file: by its id, with the words beside it and, of a document, its name."""
    media: Json = {"id": media_id}
    if caption and kind not in CAPTIONED:
        text = _("WhatsApp takes no words beside a sound or a sticker.")
        raise ChannelError(text, permanent=True, code="caption")
    if caption:
        _fits(caption, LONGEST_CAPTION)
        media["caption"] = caption
    if kind == "document":
        media["filename"] = plain(file.name, 240) or _("file")
    return media


def _template(message: Outgoing, media_id: str) -> Json:
    """The approved template; a file is what its header shows."""
    template = message.template
    assert template is not None
    components = list(template.components)
    if message.file is not None:
        kind = media_kind(message)
        shown = {"type": kind, kind: _media(kind, message.file, media_id, "")}
        components = [c for c in components if str(c.get("type")).lower() != "header"]
        components.insert(0, {"type": "header", "parameters": [shown]})
    made: Json = {"name": template.name, "language": {"code": template.language}}
    return made | ({"components": components} if components else {})


def _link(text: str, title: str, url: str) -> Json:
    parameters = {"display_text": title[:BUTTON_TITLE], "url": url}
    action = {"name": "cta_url", "parameters": parameters}
    return {"type": "cta_url", "body": {"text": text}, "action": action}


def _interactive(message: Outgoing) -> Json:
    body = {"text": message.text}
    ids = [id_ for id_, _title in message.options]
    titles = [title for _id, title in message.options]
    if len(ids) <= BUTTONS:
        replies = zip(ids, _cut(titles, BUTTON_TITLE), strict=True)
        buttons = [{"type": "reply", "reply": {"id": i[:256], "title": t}} for i, t in replies]
        return {"type": "button", "body": body, "action": {"buttons": buttons}}
    rows = [
        _row(id_, short, title)
        for id_, short, title in zip(ids, _cut(titles, ROW_TITLE), titles, strict=True)
    ]
    title, button = LIST_WORDS[message.language]
    sections = [{"title": title, "rows": rows}]
    return {"type": "list", "body": body, "action": {"button": button, "sections": sections}}


def _cut(titles: list[str], longest: int) -> list[str]:
    """Titles that fit. Meta wants each to be another, so those that no longer are get numbers."""
    short = [title[:longest] for title in titles]
    if len(set(short)) == len(short):
        return short
    return [f"{number}. {title}"[:longest] for number, title in enumerate(titles, 1)]


def _row(id_: str, short: str, title: str) -> Json:
    """A title too long for its line is written out below it."""
    row = {"id": id_[:200], "title": short}
    return row | ({"description": title[:ROW_DESCRIPTION]} if len(title) > ROW_TITLE else {})
