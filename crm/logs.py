"""What a log line may not carry: telephone numbers of people, and secrets in URLs."""

import logging
import re

# What begins with a plus, nine digits or more in a row, and the way people here write theirs. The
# last three digits stay, so that two lines about the same person can still be put together.
_NUMBER = re.compile(
    r"(?<![^\W_])(?:\+\d[\d -]{5,}|\d{6,}|9\d\d[ -]\d{3}[ -])(?<=[\d -])(\d{3})(?![\w-])"
)
_SECRET = re.compile(
    r"((?:access_token|verify_token|token|secret|password|signature)[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s\"'&,)}]+",
    re.IGNORECASE,
)
# Telegram has a bot's token in every address, and older systems had it in their webhook's.
_BOT = re.compile(r"(bot\d+:|(?<!\d)\d{5,}:(?=[\w-]{20}))[\w-]+", re.IGNORECASE)
# Where a provider signs nothing, that its webhook's address cannot be guessed is all the proof.
_DOOR = re.compile(r"(/(?:webhooks/[a-z]+|files)/)[^\s\"'?]+")
_BEARER = re.compile(r"(Bearer\s+)\S+", re.IGNORECASE)


def redact(text: str) -> str:
    """Return `text` with telephone numbers and credentials made unreadable."""
    text = _SECRET.sub(r"\1***", text)
    text = _BEARER.sub(r"\1***", text)
    text = _BOT.sub(r"\1***", text)
    text = _DOOR.sub(r"\1***", text)
    return _NUMBER.sub(r"***\1", text)


class RedactingFormatter(logging.Formatter):
    """Redacts the finished line, so that arguments and tracebacks are covered too.

    A request whose `secret_path` is set is one whose address is as good as a password.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        secret = getattr(getattr(record, "request", None), "secret_path", "")
        # Django writes what is not ASCII as escapes.
        for told in (secret, secret.encode("unicode_escape").decode()) if secret else ():
            line = line.replace(told, "/***")
        return redact(line)


class WithoutTraceback(logging.Filter):
    """For what strangers can cause as often as they like: one line of it is enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True
