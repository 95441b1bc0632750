"""When they would come, of all that a message says: beside it may stand when they cannot, when
the visit is now, or when they were there."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from chatbot.intents.hearing.words import plain
from chatbot.intents.visit_times import WEEKDAYS, When, days_named, is_a_time, read_when

MOVE = re.compile(
    r"\b(?:cambi\w*|mover\w*|muev\w*|reprogram\w*|re-?agend\w*|posterg\w*|aplaz\w*"
    r"|adelant(?!e\b)\w*|atrasar\w*|remarc\w*|trocar|adiar|(?<!me quiero )mudar|reschedul\w*"
    r"|postpone|change|move(?! (?:in|out|into|there|here)\b)|pas(?:ar|emos|amos)(?:l[ao]\b"
    r"| (?:para (?:el|la|las|hoy|manana)|al|(?:mi|la|esa|nuestra) (?:visita|cita))\b))"
)
_A_DAY = rf"(?:(?:el|los|na) )?(?:{WEEKDAYS}|hoy|manana)\b"
_FOR_A_DAY = rf"(?:porque|ya que) {_A_DAY}"
_PART = re.compile(
    r"[,;!?\n]+|\.(?!\d|\s?m\b)|\b(?:pero|mas bien|sino|but|porem)\b"
    rf"|(?=\b{_FOR_A_DAY})|(?=\bpues {_A_DAY})"
    r"|\b(?:porque|ya que|pues)\b(?= (?:\w+ ){0,4}(?:trabajo|tengo)\b)"
    r"|\by(?= (?:puedo|podria)\b)|\basi que\b|\bpor eso\b"
    r"|(?<=[\dmh] )que\b(?= (?:a las \d+ )?tengo\b)"
    r"|(?=\b(?:mejor|prefiero|melhor|prefiro|puede ser|podria ser|pode ser|en (?:vez|lugar) del?"
    r"|em vez d\w+|instead of|(?<!ir )(?<!no )solo (?:puedo|podria|el|los))\b)"
)
# Their work says when they cannot, and so does a day that is the reason for another one, but where
# they say when they can besides.
_CANNOT = re.compile(
    r"\bno (?:puedo|podre|podria|podemos|podremos|me (?:queda|viene|sirve|acomoda)|tengo tiempo"
    r"|estoy|estare|(?:voy|vamos) a|ire|iremos|llego|alcanzo|ir|(?:quiero|quisiera|deseo) ir)\b"
    r"|(?<!por que )\bno (?:el|la|los|las|hoy|manana|a las?)\b"
    r"|\ben (?:vez|lugar) de|\bem vez d|\binstead of\b"
    r"|\bnao (?:posso|consigo|da|vou|irei)\b|\b(?:can.?t|cannot|won.?t|not available|busy)\b"
    r"|(?:(?<!del )(?<!de )(?<!mi )(?<!el )(?<!al )(?<!por )\btrabajo\b"
    r"|\btengo (?:que (?:trabajar|viajar|estudiar|salir)|clases?|examen|reunion|turno|otra cita"
    r"|medico|doctor|dentista|cita medica)\b"
    rf"|^\W*{_FOR_A_DAY}(?!.*\b(?:libre|disponible|descanso)\b)"
    r"|\bocupad[oa]\b)(?!.*\b(?<!no )(?:puedo|podria|podemos|libre)\b)"
    r"|\b(?:tampoco|tambem nao)\b|\b(?:no|nao)\s*$"
)
_WANTS = re.compile(
    r"\b(?:quiero|quisiera|queremos|(?<!no )puedo|podria|podemos|me gustaria|quero|i want)"
    r"(?:\s+\w+){0,3}?\s+(?:ir|ver\w*|visit\w*|agend\w*|conocer\w*|cita)\b"
)
# A day there was, and what came of it.
_PAST = re.compile(
    rf"\b(?:{WEEKDAYS})(?: \d{{1,2}})?(?: de la semana)? pasad[oa]\b(?! manana)"
    rf"|\bpasado (?:{WEEKDAYS})\b|\blast (?:{WEEKDAYS})\b"
    r"|\bfui\b(?! (?:referid|recomendad|client|derivad))|\bestuv(?:e|imos)\b(?! \w+[aei]ndo\b)"
    r"|\bquise\b(?! decir)|\b(?:fuimos|quisimos|nadie|ninguem|nobody|no one|i went|i was there)\b"
)
# Nothing is agreed by a question whether anybody is there, nor by a no beside the hour.
_ASKS_OPEN = re.compile(r"\b(?:atienden|abren|trabajan|abert\w+|abiert\w+)\b")
_DOUBTS = re.compile(r"\b(?:no|nao|not|ni|nunca|tampoco|never)\b")
_UNSURE = re.compile(
    r"\b(?:(?:no se|nao sei|not sure|no estoy segur[oa]) (?:si|se|if) (?:i )?(?:llego|llegare"
    r"|alcanzo|pued[ao]|podre|vaya|voy|ire|vou|posso|consigo|can|make)|no estoy segur[oa](?: de"
    r" (?:poder|llegar|ir))?)(?: ir| make| come| it)*"
    r"(?: (?:ese dia|a tiempo|a esa hora|a las? \d\S*(?: (?:de la \w+|[ap]m))?))?\W*$"
)
_FREE = re.compile(r"\blibre\b")
_AROUND = 2  # hours before and after the one that is doubted
# "No puedo hasta el jueves" says neither that they can on that day nor that they cannot.
_UNTIL = re.compile(r"\b(?:hasta|antes|ate|antes d[eao]s?|until|before)\b")
_NOT_THIS_WEEK = re.compile(
    r"\s*(?:esta semana )?no (?:puedo|podre|voy a poder)(?: ir)?(?: esta semana)?\s*"
)
_NEXT_ONE = re.compile(r"\b(?:la|a) (?:proxima|otra|siguiente)\b(?! semana)")
_NO_MATTER = re.compile(
    r"\bno (?:hay|tengo) (?:ningun )?(?:problemas?|inconvenientes?)\b|\bno problem\b"
    r"|\bsi no (?:es|hay) (?:molestia|inconveniente|problema)\b"
)
# Behind what they would like or cannot, "pues el martes viajo" is why: a time only where it says
# nothing else.
_PUES = re.compile(rf"\s*pues (?={_A_DAY})")
_CAN = re.compile(
    r"\b(?:(?:estoy|estare|estaria) (?:libre|disponible)|me (?:queda|viene|acomoda|parece) bien"
    r"|esta bien|(?:puedo|podria|podemos|podre|quiero|quisiera|voy|ire)(?: a)?(?: ir| visitarla)?"
    r"|despues|antes|desde|hasta|a partir|temprano|mediodia|por favor|porfa|gracias)\b"
)
_IS = re.compile(r"\bes\b")
# It is about what stands before it.
_BARE_NO = re.compile(r"[,;.]\s*(?=no (?:puedo|podre|voy a poder)[\s.!]*$)")
_FROM = re.compile(r"\b(?:del?|desde|das?|do|from)\s+(?:el |la )?")
_TO = re.compile(r"\s(?:al?|para|pra|to|hacia)\s+(?:el |la )?")
_MOST_READ = 4  # of each of those two, in a long text


def read_answer(text: str, today: date, *, asked: bool = True) -> When:
    """When they would come. "No puedo mañana" names the day on which they cannot; what stands
    beside that is what they would like. `asked`: it answers to "when?"."""
    said = _BARE_NO.sub(" ", _NO_MATTER.sub(" ", plain(text)))
    said = _new_time(said, today)
    if _is_past(said, today):
        return When(vague=True)
    left, dropped = _parts(said, today)
    if any("semana" in one and _NOT_THIS_WEEK.fullmatch(one) for one in dropped):
        left = ["proxima semana", *(_NEXT_ONE.sub(" ", one) for one in left)] if left else []
    rest = ", ".join(left) if dropped else said
    liked = _without_doubt(read_when(rest, today, asked=asked), said, left, today)
    refused = ", ".join(one for one in dropped if not _PAST.search(one))
    if not refused:
        return liked
    cannot = read_when(refused, today)
    is_until = _UNTIL.search(refused) is not None
    if not (liked.says_something or liked.vague):
        several = is_until or days_named(refused) > 1
        return When(without=cannot.day, vague=cannot.day is None or several)
    if liked.day is not None or not (liked.hour or (liked.hours and cannot.hours)):
        return liked
    if is_until:
        return replace(liked, vague=True)
    if cannot.day is not None and (cannot.hour is not None or cannot.hours):
        return replace(liked, day=cannot.day)  # "el martes a las 10 no puedo, a las 11 sí"
    if cannot.day is not None and _FREE.search(rest) and not _DOUBTS.search(refused):
        return replace(liked, day=cannot.day)  # "tengo médico el martes, a las 5 estoy libre"
    return replace(liked, without=cannot.day)


def beside_what_they_cannot(text: str, today: date) -> When:
    """What they would like, where they say when they cannot as well."""
    left, dropped = _parts(plain(text), today)
    return read_when(", ".join(left), today) if dropped else When()


def is_past(text: str, today: date) -> bool:
    """Whether it tells of a time there was, and names no other."""
    return _is_past(plain(text), today)


def _is_past(said: str, today: date) -> bool:
    if _WANTS.search(said):
        return False
    parts = _PART.split(said)
    left = [one for one in parts if not _PAST.search(one)]
    return len(left) < len(parts) and read_when(", ".join(left), today).day is None


def _parts(said: str, today: date) -> tuple[list[str], list[str]]:
    """What they say, without what is not to be, and that."""
    left: list[str] = []
    dropped: list[str] = []
    for one in filter(str.strip, _PART.split(said)):
        is_why = _is_why(one, today) and _is_for(", ".join((*dropped, *left)), today)
        (dropped if is_why or _is_not_to_be(one) else left).append(one)
    return left, dropped


def _is_why(part: str, today: date) -> bool:
    if not _PUES.match(part):
        return False
    time = _CAN.sub(" ", _PUES.sub(" ", part))
    return _IS.search(time) is not None or not is_a_time(time, today, part=True)


def _is_for(said: str, today: date) -> bool:
    """Whether there is something to have a reason for: "ok pues el martes nos vemos"."""
    return bool(_CANNOT.search(said) or MOVE.search(said)) or read_when(said, today) != When()


def _is_not_to_be(part: str) -> bool:
    is_past = _PAST.search(part) is not None and not _WANTS.search(part)
    return is_past or _CANNOT.search(part) is not None


def _without_doubt(when: When, said: str, parts: list[str], today: date) -> When:
    """Where an hour is doubted, those around it are offered, or that day's."""
    if when.hour is None:
        return when
    if any(_ASKS_OPEN.search(one) for one in parts):
        return replace(when, hour=None)
    refused = any(_DOUBTS.search(one) and read_when(one, today).hour for one in parts)
    if not (refused or any(_is_unsure(one, when, today) for one in _PART.split(said))):
        return when
    hour = when.hour.hour
    return replace(when, hour=None, hours=(max(0, hour - _AROUND), hour + _AROUND + 1))


def _is_unsure(part: str, when: When, today: date) -> bool:
    """Whether they do not know if they can then: "mañana no sé si pueda" is of another day."""
    return bool(_UNSURE.search(part)) and read_when(part, today).day in (None, when.day)


def _new_time(said: str, today: date) -> str:
    """What shall be moved "de las 10 a las 4" is wanted at 4."""
    if not MOVE.search(said):
        return said
    for start in list(_FROM.finditer(said))[:_MOST_READ]:
        for end in list(_TO.finditer(said, start.end()))[:_MOST_READ]:
            now = read_when(said[start.end() : end.start()], today, asked=True)
            then = read_when(said[end.end() :], today, asked=True)
            if now.hours or then.hours or then.vague:
                continue
            if (now.day and then.day) or (now.hour and then.hour):
                return f"{said[: start.start()]} {said[end.end() :]}"
    return said
