"""Reading what providers write, believing nothing: each function takes anything at all."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from chatbot.channels.events import Event, Json

NOTICE = "notice"  # an event of this kind is for a person to look into
LONGEST_CODE = 40  # characters that are kept of a provider's error code


def derived_id(element: Any) -> str:
    """An id for an element that has none: the same for the same content."""
    content = json.dumps(element, sort_keys=True, default=str).encode()
    return "derived." + hashlib.sha256(content).hexdigest()[:40]


def identifier(value: Any, longest: int = 150) -> str:
    """A provider's id as text that any database takes, or "" if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    if len(text) > longest or not text.isprintable() or not _encodable(text):
        return derived_id(text) if text else ""
    return text.strip()


def error_code(value: Any) -> str:
    """A provider's code for what went wrong, as much of it as is kept; "" if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return plain(str(value).strip(), LONGEST_CODE)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def size_told(value: Any) -> int:
    """How many bytes a file is said to have, as a number or as text; 0 if that is no size."""
    told = identifier(value, 15)
    return int(told) if told.isascii() and told.isdecimal() else 0


def plain(value: Any, longest: int | None = None) -> str:
    """Text that any database takes: no NUL, no half surrogates. Not text: an empty string."""
    if not isinstance(value, str):
        return ""
    text = value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    return text[:longest] if longest else text


def link(value: Any, longest: int = 2000) -> str:
    """An address on the web as it stands, or "" if it is none; half of one would be none."""
    text = plain(value).strip()
    whole = len(text) <= longest and text.isprintable() and " " not in text
    return text if whole and text.lower().startswith(("https://", "http://")) else ""


def host_of(url: str) -> str:
    """The host that asking for `url` goes to, as who asks reads it; "" for what is not clear.

    A backslash ends the host there, while it is a letter like any other for `urlsplit`.
    """
    if "\\" in url or " " in url or not url.isprintable():
        return ""
    try:
        return parse_url(url).host or ""
    except LocationParseError:
        return ""


def moment(value: Any) -> datetime | None:
    """A provider's Unix seconds (text or number) as an aware datetime; None if they are absurd.

    A clock that runs ahead of ours would put a message below everything that follows it.
    """
    try:
        at = datetime.fromtimestamp(int(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    now = datetime.now(UTC)
    if at < now - timedelta(days=365 * 20):
        return None
    return min(at, now)


def instant(value: Any) -> datetime | None:
    """As `moment`, from seconds or milliseconds: no clock of ours shows the year 5138 yet."""
    try:
        seconds, rest = divmod(int(value), 1000) if int(value) > 10**11 else (int(value), 0)
    except (TypeError, ValueError, OverflowError):
        return None
    at = moment(seconds)
    return at and min(at + timedelta(milliseconds=rest), datetime.now(UTC))


def dicts(value: Any) -> list[Json]:
    """The dicts in a list that should hold nothing else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def notice(element: Any, external_id: str = "") -> Event:
    """What nothing else fits: kept as it is, for a person to look into."""
    return Event(NOTICE, f"notice:{derived_id(element)}", "n", {"notice": element}, external_id)
