"""Whether somebody wants to be sent messages again: nobody does by what only sounds like it."""

from __future__ import annotations

import re
from dataclasses import replace

from chatbot.intents.heard import UNKNOWN, Heard
from chatbot.intents.hearing.words import plain

IN, OUT = "opt_in", "opt_out"
# What one may consent to. One message is what somebody got or is to get, not all that will come.
_MESSAGES = re.compile(
    r"\b(?:mensaj(?!e\b)|mensag(?!em\b)|promo|ofertas|publicidad|noved|novid|notic|notif|anuncios"
    r"|avisos|boletin|difusion|marketing|messages|message me|news|mailing|s[ui][bs]?scri)"
)
# Of who opted out that is enough to be asked.
_AGAIN = re.compile(r"\bescrib\w* (?:de nuevo|otra vez|nuevamente)\b|\bvuelv\w+ a escrib")
_WHY = re.compile(r"\b(?:por que|why)\b")
_NO = re.compile(r"\b(?:no|nunca|jamas|tampoco|ni|sin|nao|not|don.?t|never|stop)\b")
# That none came is no refusal.
_MISSED = re.compile(
    r"\b(?:no|nao|not|don.?t) (?:me |he |estoy )*(?:lleg|recib[oi]|cheg|receb[oi]|get|receive)"
)
_CLAUSE = re.compile(r"[,.;:!\n]|\b(?:pero|but)\b")


def as_meant(heard: Heard, text: str, *, opted_out: bool) -> Heard:
    """What was heard as a wish for messages is one where it names them; with a no it is the
    contrary; else nothing that the bot knows, and may be an answer to whatever was asked."""
    if heard.intent != IN or heard.exact:
        return heard
    said = plain(text)
    if _refuses(said):
        return replace(heard, intent=OUT)
    names = _MESSAGES.search(said) or (opted_out and _AGAIN.search(said))
    if names and not _WHY.search(said):
        return heard
    left = round(1 - heard.score, 4)
    return replace(heard, intent=UNKNOWN, score=left, runner_up=IN, runner_up_score=heard.score)


def is_doubtful(text: str) -> bool:
    """Whether a no stands beside the wish: "¿no me pueden mandar sus ofertas?"."""
    return _NO.search(plain(text)) is not None


def _refuses(said: str) -> bool:
    if "?" in said or _MISSED.search(said):
        return False
    return any(_NO.search(one) and _MESSAGES.search(one) for one in _CLAUSE.split(said))
