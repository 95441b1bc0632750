"""Signed webhook requests as Meta sends them, as bytes ready for the wire."""

import itertools
import json
from collections.abc import Iterator

from chatbot.tests.graph_stub import sign, text_body

SECRET = "bench-app-secret"
NUMBER = "100200"
PATH = "/chatbot/webhook/whatsapp/"
_ids = itertools.count(1)


def person(index: int) -> str:
    return f"5190{index:07d}"


def message(words: str, sender: str, path: str = PATH) -> bytes:
    """One POST with one text message that was never sent before."""
    body = text_body(words, wamid=f"wamid.BENCH{next(_ids)}", sender=sender, number=NUMBER)
    return post(path, json.dumps(body).encode())


def post(path: str, raw: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: facebookexternalua\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n"
        f"X-Hub-Signature-256: {sign(SECRET, raw)}\r\n\r\n"
    )
    return head.encode() + raw


def text(number: int) -> str:
    """Words the bot answers each time: what it does not understand it soon hands to people."""
    return f"Menú {number}"


def messages(count: int, people: int = 200, path: str = PATH) -> Iterator[bytes]:
    """`count` messages of `people` in turn, made now, so that making them costs nothing later."""
    return iter([message(text(n), person(n % people), path) for n in range(count)])
