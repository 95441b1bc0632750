"""When the office is open, and where: told to whoever asks."""

from __future__ import annotations

import re

from django.utils import timezone

from chatbot.dialog import handing
from chatbot.dialog.contract import PROPERTY, Outcome, Reply, Turn, say
from chatbot.intents import titles
from chatbot.intents.hearing.polite import without_politeness
from chatbot.intents.hearing.tables import sections
from chatbot.intents.hearing.tables import words as words_in
from chatbot.intents.hearing.words import plain, words_of
from chatbot.intents.own_words import written
from crm.people.calendar import calendars_of
from crm.people.calendar_words import changed_days, week_words
from crm.people.models import Agency

_TABLE = {name: frozenset(words_in(lines)) for name, lines in sections("hours").items()}
_ALL = frozenset().union(*_TABLE.values())
_OFFICE = r"(?:oficinas?|agencias?|sucursal(?:es)?|sede|escritorio|office|branch)"
_PLACE = re.compile(
    r"\b(?:donde|onde|where|en que (?:parte|lugar|calle)|direccion|ubicacion|como llego|endereco"
    rf"|address)\b(?=.*\b(?:{_OFFICE}|ustedes|uds|voces|you)\b)"
    r"|\b(?:tienen|hay|tem|do you have) (?:una? |alguna? |uma |an )?(?:oficina|agencia|sucursal"
    r"|sede|escritorio|office|branch)(?: fisica)? (?:en|em|in|cerca|para atender|aqui)\b"
    r"|\b(?:donde|onde) (?:estan|se encuentran|se ubican|atienden|los (?:encuentro|ubico|visito)"
    r"|voces ficam|ficam|estao)(?: ubicados| localizados)?\W*$"
    r"|\b(?:su|sus|seu) (?:direccion|ubicacion|endereco)\b(?! de (?:correo|e-?mail))"
)
# These are looked for, to live or to work in.
_LOOKED_FOR = re.compile(
    r"\b(?:alquil\w*|alug\w*|rent\w*|vent[ao]s?|vend\w*|compr\w*|busco|procuro|m2|metros|precio"
    r"|disponibles?|casas?|depa\w*|terrenos?|lotes?|propiedad(?:es)?|inmuebles?|imove\w*"
    r"|proyectos?|apartamentos?|for sale|to let|mi|mis|my|meu|minha|pag\w*|deposit\w*)\b"
)


def asks_hours(text: str) -> bool:
    """Whether that is all that is asked: "¿a qué hora abren?", "¿atienden los sábados?"."""
    said = set(without_politeness(words_of(text)))
    if not said or not said <= _ALL:
        return False
    return bool(said & _TABLE["horario"] or (said & _TABLE["open"] and said & _TABLE["when"]))


def tell(turn: Turn) -> Outcome | None:
    """The usual week, what is otherwise in the next days, and whether somebody is there now."""
    if turn.choice or turn.inbound.media or not asks_hours(turn.text):
        return None
    agency, language = handing.agency_of(turn), turn.contact.spoken
    calendar = calendars_of([agency] if agency else [])[agency]
    return say(
        "opening_hours",
        options=titles.intents(turn, ("talk_to_agent",)),
        week=week_words(calendar, language),
        changed=changed_days(calendar, timezone.localdate(turn.now), language),
        **handing.said_of(calendar, turn.now, language),
    )


def asks_place(text: str) -> bool:
    """Whether they ask where we are: "¿dónde queda la oficina?"."""
    said = plain(text)
    return _PLACE.search(said) is not None and _LOOKED_FOR.search(said) is None


def tell_place(turn: Turn) -> Outcome | None:
    """Our agencies; the exact address is a colleague's to tell. After a property's card "¿cuál es
    su dirección?" is about that one."""
    if turn.choice or turn.inbound.media or not written(turn) or not asks_place(turn.text):
        return None
    if PROPERTY in turn.topic:
        return None
    agency = handing.agency_of(turn)
    values = {
        "agencies": list(Agency.objects.values("name", "city")),
        **handing.said_of(
            calendars_of([agency] if agency else [])[agency], turn.now, turn.contact.spoken
        ),
    }
    return Outcome((Reply("offices", values, promises=True),))
