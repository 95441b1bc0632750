"""Asking Telegram. The bot's token stands in every address: no address is ever told to anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from chatbot.channels import http
from chatbot.channels.base import Outgoing, OutgoingFile
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address, Json
from chatbot.channels.reading import identifier, mapping, plain
from chatbot.channels.telegram_messages import too_large
from crm.conversations import wording
from crm.conversations.models import Channel

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_DATA = 64  # bytes behind a button
TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,200}")
MESSAGE_ID = re.compile(r"(-?[0-9]+)\.([0-9]+)")
LONGEST_WAIT = 3600  # seconds
# What Telegram shows or plays itself, by kind and type; anything else goes as a document.
SHOWN = {
    ("image", "image/jpeg"): "Photo",
    ("image", "image/png"): "Photo",
    ("image", "image/webp"): "Photo",
    ("video", "video/mp4"): "Video",
    ("audio", "audio/ogg"): "Voice",
    ("audio", "audio/mpeg"): "Audio",
    ("audio", "audio/mp4"): "Audio",
    ("sticker", "image/webp"): "Sticker",
}


class Moved(ChannelError):
    """The group is a supergroup now, with another id."""

    def __init__(self, text: str, chat: str) -> None:
        super().__init__(text, permanent=True, code="moved")
        self.chat = chat


class TelegramClient:
    """One bot at `settings.TELEGRAM_API_URL`."""

    def __init__(self, token: str) -> None:
        self.token = token

    def call(self, method: str, data: Json | None = None, files: Json | None = None) -> Any:
        """A method's result. Raises ChannelError; what it says never holds the token."""
        url = f"{settings.TELEGRAM_API_URL}/bot{self.token}/{method}"
        given = {name: value for name, value in (data or {}).items() if value is not None}
        body = {"data": _flat(given), "files": files} if files else {"json": given}
        answer = http.ask("POST", url, **body)
        content = http.json_of(answer)
        if answer.status_code == 200 and content.get("ok") is True:
            return content.get("result")
        if answer.status_code == 200 and content.get("ok") is not False:
            raise ChannelError(
                _("The provider's answer cannot be read."),
                permanent=False,
                code="malformed",
                unconfirmed=True,
            )
        said = self.without_token(plain(content.get("description"), 500))
        if "message is not modified" in said:
            return None  # it reads as it should already
        raise refusal(answer, content, said)

    def without_token(self, text: str) -> str:
        return text.replace(self.token, "***")

    def send(self, message: Outgoing) -> str:
        """Send it, to the group's new id if it has moved; "<chat>.<message>" of what was sent."""
        method, data, files = request_for(message)
        message.leaving()
        try:
            result = self.call(method, data, files)
        except Moved as moved:
            # What was quoted has another number there.
            data = {**data, "chat_id": moved.chat, "reply_parameters": None}
            result = self.call(method, data, files)
        sent = mapping(result)
        chat = identifier(mapping(sent.get("chat")).get("id"))
        number = identifier(sent.get("message_id"))
        if not chat or not number:
            raise http.unclear()
        return f"{chat}.{number}"

    def locate(self, file_id: str) -> str:
        """The address to fetch a file at within the hour. It is never to be kept."""
        try:
            path = plain(mapping(self.call("getFile", {"file_id": file_id})).get("file_path"))
        except ChannelError as error:
            if "file is too big" in str(error):
                raise ChannelError(too_large(), permanent=True, code="size") from None
            raise
        if not path:
            raise ChannelError(_("The file could not be fetched."), permanent=False, code="path")
        return f"{settings.TELEGRAM_API_URL}/file/bot{self.token}/{quote(path)}"


def client(channel: Channel) -> TelegramClient:
    """The channel's bot. Raises ChannelError if it has none, or another one than it began with."""
    token = channel.secret("access_token")
    if not TOKEN.fullmatch(token):
        raise _unfit(_("The bot token is missing, or is none."))
    if channel.external_id.isdigit() and channel.external_id != bot_id(token):
        # Its messages would have the numbers of the old one's, and be taken for them.
        raise _unfit(_("This is another bot's token: make a channel of its own for it."))
    return TelegramClient(token)


def bot_id(token: str) -> str:
    """The bot's own id, which its token begins with."""
    return token.partition(":")[0] if TOKEN.fullmatch(token) else ""


def _unfit(text: str) -> ChannelError:
    return ChannelError(text, permanent=False, code="unconfigured", stop=True)


def _flat(data: Json) -> Json:
    """Parameters as a form has them: what is nested stands in it as JSON."""
    return {
        name: json.dumps(value) if isinstance(value, dict) else value
        for name, value in data.items()
    }


def refusal(answer: requests.Response, content: Json, said: str) -> ChannelError:
    """What an answer that is not "ok" asks for; `said` is its description."""
    code = content.get("error_code")
    status = code if isinstance(code, int) and 400 <= code < 600 else answer.status_code
    details = mapping(content.get("parameters"))
    text = _in_words(said) or f"HTTP {status}"
    if status == 400 and (chat := identifier(details.get("migrate_to_chat_id"))):
        return Moved(text, chat)
    if status in (401, 404):
        text = _("Telegram does not know this bot token.")
        return ChannelError(text, permanent=False, code=str(status), stop=True)
    if status == 429:
        # Whether this chat or the whole bot is too fast it does not say; but how long to wait.
        wait = _seconds(details.get("retry_after") or answer.headers.get("retry-after"))
        return ChannelError(text, permanent=False, code="429", retry_after=wait, growth=1)
    if status == 409:
        return ChannelError(text, permanent=False, code="409")
    if status in (400, 403):
        gone = status == 403 or "chat not found" in said
        return ChannelError(text, permanent=True, code=str(status), unreachable=gone)
    return http.refused(status, text)


def _in_words(said: str) -> str:
    """Telegram's description, in the reader's own language where it is a frequent one."""
    words = {
        "bot was blocked by the user": _("The person has blocked the bot."),
        "user is deactivated": _("The person's Telegram account is gone."),
        "bot can't initiate conversation": _("They have to write to the bot first."),
        "chat not found": _("They have to write to the bot first."),
        "bot was kicked": _("The bot was removed from the group."),
    }
    return next((text for part, text in words.items() if part in said), said)


def _seconds(wait: Any) -> float:
    try:
        return min(max(float(wait), 1), LONGEST_WAIT)
    except (TypeError, ValueError, OverflowError):
        return 1


# --- A message as a request ------------------------------------------------------------------


def chat_among(addresses: Sequence[Address]) -> str:
    """The chat to write to. A group that moved is known by both its ids: the newer one counts."""
    private = [one.value for one in addresses if one.kind == "chat_id"]
    groups = [one.value for one in addresses if one.kind == "group"]
    found = private[:1] or groups[-1:]
    if not found:
        raise ChannelError(_("There is no Telegram address."), permanent=True, code="address")
    return found[0]


def request_for(message: Outgoing) -> tuple[str, Json, Json]:
    """Method, parameters and files of one message. Raises ChannelError for what cannot go."""
    chat = chat_among(message.to)
    text, markup = _keyboard(message)
    data: Json = {"chat_id": chat}
    if reply := _reply(message.reply_to, chat):
        data["reply_parameters"] = reply
    if markup:
        data["reply_markup"] = markup
    if message.file is None:
        _check_length(text, LONGEST_TEXT)
        # A preview would be Telegram opening the links we send, before the person does.
        data |= {"link_preview_options": {"is_disabled": True}}
        return "sendMessage", data | _worded("text", "entities", text, message.marked), {}
    _check_length(text, LONGEST_CAPTION)
    if text:
        data |= _worded("caption", "caption_entities", text, message.marked)
    file, way = message.file, _way(message.kind, message.file, text)
    mime = file.mime or "application/octet-stream"
    return f"send{way}", data, {way.lower(): (file.name or "file", file.content(), mime)}


def _worded(name: str, entities: str, text: str, marked: bool) -> Json:
    """A text; of the bot's own, what stands between asterisks is bold.

    Telegram counts in UTF-16 units, of which most emoji are two.
    """
    if not marked:
        return {name: text}
    bold, plain_text, end = [], "", 0
    for found in wording.BOLD.finditer(text):
        plain_text += text[end : found.start()]
        size = len(found[1].encode("utf-16-le")) // 2
        offset = len(plain_text.encode("utf-16-le")) // 2
        bold.append({"type": "bold", "offset": offset, "length": size})
        plain_text, end = plain_text + found[1], found.end()
    return {name: plain_text + text[end:]} | ({entities: bold} if bold else {})


def _way(kind: str, file: OutgoingFile, text: str) -> str:
    """ "Photo", "Document" …: a sticker cannot say anything, so one that does is a document."""
    if kind == "sticker" and text:
        return "Document"
    return SHOWN.get((kind, file.mime.split(";")[0].strip()), "Document")


def _keyboard(message: Outgoing) -> tuple[str, Json]:
    """The text, and its answers as buttons. Ids too long for one: the answers are numbered."""
    if message.link is not None:
        title, url = message.link
        return message.text, {"inline_keyboard": [[{"text": title, "url": url}]]}
    if not message.options:
        return message.text, {}
    if all(0 < len(id_.encode()) <= LONGEST_DATA for id_, _title in message.options):
        rows = [[{"text": title or id_, "callback_data": id_}] for id_, title in message.options]
        return message.text, {"inline_keyboard": rows}
    lines = [f"{number}. {title}" for number, (_id, title) in enumerate(message.options, 1)]
    return "\n".join([message.text, "", *lines]), {}


def _reply(message_id: str, chat: str) -> Json:
    """A message quoted; one that is gone meanwhile is no reason not to answer."""
    found = MESSAGE_ID.fullmatch(message_id)
    if not found or found[1] != chat:
        return {}
    return {"message_id": int(found[2]), "allow_sending_without_reply": True}


def _check_length(text: str, longest: int) -> None:
    if len(text) > longest:
        raise ChannelError(
            _("Telegram takes %(longest)d characters at most.") % {"longest": longest},
            permanent=True,
            code="length",
        )
