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
    r"\b(?:no|nao|(?<!to )not|don.?t) (?:me |nos |he |han |estoy )*"
    r"(?:(?:ll|ch)eg(?!ue|ar\b)|rec[ei]b(?:o|i(?!r))|get|receive|(?:mand|envi)(?:an|aron|ado|aram)\b)"
)
# Nor is a no to something else, or one that asks for more.
_KEEPS = re.compile(
    r"\b(?:no|nao) (?:(?:me|nos|te|se|les?) )?(?:molesta(?:n|ria|rian)?\b|dej(?:e|es|en) de\b"
    r"|deix(?:e|em) de\b|olvid(?:e|es|en)\b|dud(?:e|es|en)\b|se si\b|sei se\b|veo\b|vejo\b"
    r"|(?:entiendo|entendi) (?:el|la|los|las|sus?|est[eao]s?|es[eao]s?)\b"
    r"|(?:quiero|deseo|acepto|me interesa|quero) (?:es[ea]|est[ea]|ess[ea]) (?:oferta|promocion)\b)"
    r"|\b(?:dej\w+ de|par\w+ de|stop) (?:me |nos )?(?:cobra|charg)\w*(?!.*\b(?:me?nsa|ofert|promo))"
)
# What refuses all the same, beside any of these.
_REFUSAL = re.compile(
    r"\b(?:no|nunca|jamas|nao|not|don.?t|never|stop|basta|baja|siguen?|dej\w+ de|par[ae]\w* de"
    r"|(?:quit|elimin|borr|cancel|desuscri|unsubscri)\w*)\b"
)
_CLAUSE = re.compile(r"[,.;:!\n]|\b(?:pero|but)\b")


def as_meant(heard: Heard, text: str, *, opted_out: bool) -> Heard:
    """What was heard as a wish for messages is one where it names them; with a no it is the
    contrary; else nothing that the bot knows, and may be an answer to whatever was asked. So is
    what only sounds like a refusal of them."""
    if heard.intent not in (IN, OUT) or heard.exact:
        return heard
    said = plain(text)
    if heard.intent == OUT:
        return _unknown(heard) if _only_misses(said) else heard
    if _refuses(said):
        return replace(heard, intent=OUT)
    names = _MESSAGES.search(said) or (opted_out and _AGAIN.search(said))
    return heard if names and not _WHY.search(said) else _unknown(heard)


def _unknown(heard: Heard) -> Heard:
    left, likeliest = round(1 - heard.score, 4), heard.intent
    return replace(
        heard, intent=UNKNOWN, score=left, runner_up=likeliest, runner_up_score=heard.score
    )


def _only_misses(said: str) -> bool:
    """Whether each no in it is of what did not come, or of something else."""
    rest = _KEEPS.sub(" ", _MISSED.sub(" ", said))
    return rest != said and not _REFUSAL.search(rest)


# A wish, and no complaint of what came.
_WISH = re.compile(
    r"\b(?:quiero|quisiera|deseo|me gustaria|acepto|quero|gostaria|want|would like|send me"
    r"|message me|(?:mand|envi)(?:a|e|en|ar)(?:me|nos|melas|melos)|me (?:mande|envie)m?"
    r"|s[ui][bs]?scri\w+)\b"
)


def is_plain(text: str) -> bool:
    """Whether messages are surely wished for: nobody can be asked while a person answers."""
    said = plain(text)
    return bool(_MESSAGES.search(said) and _WISH.search(said)) and not is_doubtful(text)


def is_doubtful(text: str) -> bool:
    """Whether a no stands beside the wish: "¿no me pueden mandar sus ofertas?"."""
    return _NO.search(plain(text)) is not None


def _refuses(said: str) -> bool:
    if "?" in said or _MISSED.search(said):
        return False
    return any(_NO.search(one) and _MESSAGES.search(one) for one in _CLAUSE.split(said))
