"""Properties: the card of the one that is named, those that fit a description, or which it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from chatbot.dialog import registry
from chatbot.dialog.contract import PROPERTY, Option, Outcome, Reply, Turn, option
from chatbot.intents import property_wishes, titles, who
from chatbot.intents.hearing.words import plain
from chatbot.intents.own_words import written, written_on
from chatbot.intents.property_words import Question, read_question, told_of
from chatbot.intents.told import OFFERED, TOLD, told
from chatbot.intents.visit_hours import SLOT
from chatbot.intents.visit_times import asks_visit, would_come
from crm.catalog.matching import find_property, named_in_part
from crm.catalog.models import Property
from crm.catalog.wishes import Wish, matching, read_wish
from crm.desk.wording import money
from leads.capture import note_property
from leads.models import Lead

VISIT = "visit"
# In the topic: the keys of those that were last listed together.
FOUND = "found"
_VISITS = re.compile(r"\bvisitar")
_OF_A_LOAN = re.compile(r"\b(?:tasas?|cuotas?|interes(?:es)?|pagar|pagos?|prestamos?|creditos?)\b")
_ONCE = (FOUND, TOLD, OFFERED)
MOST_SHOWN = 5
MOST_CHOICES = 3
MOST_PHOTOS = 2  # besides that of the card
LONGEST_ABOUT = 280  # letters of a description on a card


def inquire(turn: Turn) -> Outcome:
    """What a question about properties is answered with. Without a name it is about the one that
    is spoken of, unless it asks for others."""
    named = named_in(turn)
    if named is not None:
        return about(turn, named)
    asked, wish = read_question(turn.text), read_wish(turn.text)
    shown = None if turn.choice or asked.others_for_less else _meant(turn, asked, wish)
    if shown is not None:
        return _told(turn, shown, asked)
    if asked.cheaper and not _is_of_a_loan(turn) and (cheaper := _cheaper(turn, wish)):
        return cheaper
    return searched(turn, wish) or _of_those_found(turn, asked, wish)


def searched(turn: Turn, wish: Wish | None = None) -> Outcome | None:
    """What fits the description, together with what they said before; None: they describe none."""
    wish = read_wish(turn.text) if wish is None else wish
    if not wish.says_something:
        return None
    before = property_wishes.before(turn)
    return _found(turn, before.refined(wish) if before is not None else wish)


def looked_for(turn: Turn) -> Outcome | None:
    """What sounds like nothing, and adds to what they looked for, or is a part of a title."""
    if turn.session is not None or turn.heard.exact:
        return None
    asked = read_question(turn.text)
    goes_on = written(turn) and not turn.choice and property_wishes.before(turn) is not None
    describes = goes_on and not (asked.own or asked.beyond)
    if describes and asked.others_for_less and (cheaper := _cheaper(turn, read_wish(turn.text))):
        return cheaper
    return (searched(turn) if describes else None) or of_part(turn)


def _is_of_a_loan(turn: Turn) -> bool:
    """What a partner would have cheaper."""
    return turn.session is not None and _OF_A_LOAN.search(plain(turn.text)) is not None


def _cheaper(turn: Turn, said: Wish) -> Outcome | None:
    """Those of what they looked for that cost less than the one, or all, they saw last; much alike
    or elsewhere, where none do. The one alone is not offered again."""
    seen = list(filter(None, (spoken_of(turn),))) or found_before(turn)
    wish = property_wishes.cheaper(turn, seen, said)
    if wish is None:
        return None
    if rows := list(matching(wish)[: MOST_SHOWN + 1]):
        return property_wishes.keeping(turn, wish, _listed(turn, "property_list", rows))
    if said.place or (said.kind and any(one.kind != said.kind for one in seen)):
        return None  # dearer ones may be of that kind or there
    if rows := property_wishes.nearest((wish, replace(wish, place=""))):
        return property_wishes.keeping(turn, wish, _listed(turn, "property_near", rows))
    options = choices(seen[:MOST_CHOICES]) if len(seen) > 1 else ()
    return Outcome((Reply("property_none", options=options, promises=True),))


def about(turn: Turn, named: Property) -> Outcome:
    """Its card; who says that they would come, and when, is given an hour."""
    if written(turn) and would_come(turn.text, written_on(turn)):
        return registry.handlers()["schedule_visit"](turn)
    return card(turn, named)


def asked_in_passing(turn: Turn) -> Outcome | None:
    """What sounds like something else or nothing, and asks for a fact of the one last shown: "¿y
    la dirección?", "¿dónde queda?"."""
    if turn.choice or turn.heard.exact or not written(turn) or PROPERTY not in turn.topic:
        return None
    asked = read_question(turn.text)
    if asked.others_for_less and not _is_of_a_loan(turn):
        return _cheaper(turn, read_wish(turn.text))
    if asked.own or asked.others or not asked.says_something:
        return None
    if turn.session is not None and asked.beyond:
        return None  # a partner's "cuotas" are of a loan
    shown = spoken_of(turn)
    return _told(turn, shown, asked) if shown is not None else None


def spoken_of(turn: Turn) -> Property | None:
    """The property last shown, else, if no others were listed, that of their newest open lead."""
    offered = Property.objects.offered()
    if pk := turn.topic.get(PROPERTY):
        return offered.filter(pk=pk).select_related("responsible__agency").first()
    if turn.topic.get(FOUND):
        return None
    rows = Lead.objects.open().filter(contact=turn.contact, property__in=offered)
    lead = rows.select_related("property").order_by("-last_message_at", "-pk").first()
    return lead.property if lead else None


def with_agent(key: int) -> Property | None:
    """With whoever looks after it, and their agency."""
    rows = Property.objects.select_related("responsible__agency")
    return rows.filter(pk=key).first()


def _meant(turn: Turn, asked: Question, wish: Wish) -> Property | None:
    """The one spoken of, where the words do not look for others."""
    if not asked.this and (asked.others or wish.place):
        return None
    if wish.says_something and not (asked.this or asked.beyond):
        return None
    return spoken_of(turn)


def named_in(turn: Turn) -> Property | None:
    """The property the message names: by an answer tapped, its code, or its title."""
    captured = turn.captured
    if captured is not None and captured.property is not None:
        return captured.property
    if captured is not None and not turn.choice and turn.message.text == turn.inbound.text:
        return None  # it was looked for in these words
    codes = (turn.value,) if turn.choice.partition(":")[0] in (PROPERTY, VISIT) else ()
    return find_property(turn.text if not codes else "", codes, parts=True)


def chosen(turn: Turn) -> Outcome:
    """One of those that were shown."""
    named = named_in(turn)
    return card(turn, named) if named is not None else _which()


def card(turn: Turn, shown: Property) -> Outcome:
    """Photo, price and facts; who asks for it hears from a colleague as well."""
    photo = shown.photos.first()
    reply = Reply(
        "property_card",
        facts(shown),
        options=_next(turn, shown),
        link=_map(turn, shown),
        picture=photo.image.name if photo is not None else "",
        promises=True,
    )
    outcome = Outcome((reply,), topic=topic_of(turn, shown) | told(turn, offered=False))
    return outcome if turn.contact.name else who.ask_once(turn, outcome)


def _told(turn: Turn, shown: Property, asked: Question) -> Outcome:
    """What the card holds is answered from it; the rest is left to a person, in so many words.
    A question that was open stays open."""
    if asked.declines and "?" not in turn.text:
        return _declined(turn, shown)
    if asked.more and not (asked.facts or asked.features or asked.beyond):
        return card(turn, shown)
    available = shown.status == Property.Status.AVAILABLE
    topic = topic_of(turn, shown) | told(turn, offered=available)
    if asked.interest and not (asked.facts or asked.features or asked.beyond):
        tie(turn, shown)
        interest = Reply("property_interest", facts(shown), _next(turn, shown), promises=True)
        return Outcome((interest,), topic=topic, beside=True)
    pictures = tuple(_photos(shown)) if "photos" in asked.facts else ()
    known = _known(shown, asked)
    lines = [told_of(one, shown.description) for one in asked.features]
    says = bool(pictures or known or any(lines))
    missing = asked.beyond or "" in lines or not says
    missing = missing or len(known) + bool(pictures) < len(asked.facts)
    values = {
        "title": shown.title,
        "code": shown.code,
        "operation": shown.operation,
        "available": available,
        "says": says,
        "lines": list(dict.fromkeys(filter(None, lines))),
        "missing": missing,
        "photos": len(pictures),
        **known,
    }
    link = _map(turn, shown) if "place" in asked.facts else None
    promises = missing or turn.waits
    reply = Reply("property_facts", values, _next(turn, shown), link=link, promises=promises)
    return Outcome((*pictures, reply), topic=topic, beside=True)


def tie(turn: Turn, shown: Property) -> None:
    """What they want to see is what their lead is about, if it was about none."""
    captured = turn.captured
    if captured is None or (captured.lead is not None and captured.lead.property_id is None):
        note_property(contact=turn.contact, shown=shown)


def _declined(turn: Turn, shown: Property) -> Outcome:
    """It is spoken of no more; others are offered."""
    rows = Property.objects.filter(status=Property.Status.AVAILABLE).exclude(pk=shown.pk)
    alike = rows.filter(kind__in=property_wishes.alike(shown.kind), operation=shown.operation)
    others = list(alike.order_by("price", "-id")[:MOST_CHOICES])
    topic = {key: value for key, value in turn.topic.items() if key not in (*_ONCE, PROPERTY)}
    topic[FOUND] = [one.pk for one in others]
    reply = Reply(
        "property_declined",
        {"title": shown.title, "others": bool(others)},
        choices(others),
        promises=turn.waits,
    )
    return Outcome((reply,), topic=topic)


def _known(shown: Property, asked: Question) -> dict[str, Any]:
    """Of the facts that are asked for those that are on file."""
    of = facts(shown)
    of["place"] = ", ".join(filter(None, (of["address"], of["place"])))
    return {name: of[name] for name in asked.facts & of.keys() if of[name]}


def _photos(shown: Property) -> Iterator[Reply]:
    """Those that the card does not show."""
    for one in shown.photos.all()[1 : 1 + MOST_PHOTOS]:
        caption = one.caption or shown.title
        yield Reply("property_photo", {"caption": caption}, picture=one.image.name)


def topic_of(turn: Turn, shown: Property) -> dict[str, Any]:
    kept = {key: value for key, value in turn.topic.items() if key not in _ONCE}
    if shown.pk in (turn.topic.get(FOUND) or ()):
        kept[FOUND] = turn.topic[FOUND]  # "¿y la primera?"
    return kept | {PROPERTY: shown.pk}


def facts(shown: Property) -> dict[str, Any]:
    """What a card or a line of a list says of it; blank and None where nothing is known."""
    about = " ".join(shown.description.split())
    if len(about) > LONGEST_ABOUT:
        about = about[:LONGEST_ABOUT].rsplit(" ", 1)[0] + "…"
    return {
        "title": shown.title,
        "code": shown.code,
        "operation": shown.operation,
        "kind": shown.kind,
        "status": shown.status,
        "price": money(shown.price, shown.currency) if shown.price is not None else "",
        "place": shown.place,
        "address": shown.address,
        "bedrooms": shown.bedrooms,
        "bathrooms": shown.bathrooms,
        "area": f"{shown.area_m2.normalize():f}" if shown.area_m2 else "",
        "about": about,
    }


def choices(shown: Iterable[Property]) -> tuple[Option, ...]:
    return tuple(option(PROPERTY, one.code, one.title) for one in shown)


def newest() -> tuple[Option, ...]:
    """The newest ones on offer, to tap on."""
    rows = Property.objects.filter(status=Property.Status.AVAILABLE).order_by("-id")
    return choices(rows[:MOST_CHOICES])


def _found(turn: Turn, wish: Wish) -> Outcome:
    """Those that fit, the cheapest first; where none does, some that nearly do."""
    rows = list(matching(wish)[: MOST_SHOWN + 1])
    if rows:
        return property_wishes.keeping(turn, wish, _listed(turn, "property_list", rows))
    near = _near(wish) if wish.place or wish.kind else []
    if near:
        return property_wishes.keeping(turn, wish, _listed(turn, "property_near", near))
    none = Outcome((Reply("property_none", options=newest(), promises=True),))
    return property_wishes.keeping(turn, wish, none)


def _near(wish: Wish) -> list[Property]:
    """At another price, then of a kind much like it, then elsewhere; none of quite another kind."""
    there = replace(wish, bedrooms=0, most=None, least=None, currency="")
    return property_wishes.nearest((there, replace(there, place="")) if wish.kind else (there,))


def _listed(turn: Turn, name: str, rows: list[Property]) -> Outcome:
    """What is asked after it is about one of them; of a single one, about that."""
    shown = rows[:MOST_SHOWN]
    values = {"rows": [facts(one) for one in shown], "more": len(rows) > MOST_SHOWN}
    topic = topic_of(turn, shown[0])
    if len(shown) > 1:
        del topic[PROPERTY]
        topic[FOUND] = [one.pk for one in shown]
    else:
        topic.pop(FOUND, None)
    reply = Reply(name, values, options=choices(shown), promises=True)
    return Outcome((reply,), topic=topic)


def _which() -> Outcome:
    return Outcome((Reply("which_property", options=newest(), promises=True),))


def found_before(turn: Turn) -> list[Property]:
    """Those last listed that are still to be had, as they were listed."""
    keys = list(turn.topic.get(FOUND) or ())
    had = Property.objects.filter(pk__in=keys, status=Property.Status.AVAILABLE)
    rows = had.select_related("responsible__agency") if keys else ()
    return sorted(rows, key=lambda one: keys.index(one.pk))


def listed_as(topic: Mapping[str, Any], text: str, ordinal: int, kinds: Collection[str]) -> str:
    """The choice that "la segunda" names where the second of the list is meant that they saw
    before: below a card of that list, or where they say that they would visit it; "": none.
    `kinds`: of the answers last offered."""
    keys = list(topic.get(FOUND) or ())
    if not ordinal or abs(ordinal) > len(keys):
        return ""
    if SLOT in kinds and not _VISITS.search(plain(text)):
        return ""  # "agendo la primera" is an hour
    visit = asks_visit(text)
    if not visit and (VISIT not in kinds or topic.get(PROPERTY) not in keys):
        return ""
    key = keys[ordinal - 1 if ordinal > 0 else ordinal]
    code = Property.objects.offered().filter(pk=key).values_list("code", flat=True).first()
    return f"{VISIT if visit else PROPERTY}:{code}" if code else ""


def of_part(turn: Turn) -> Outcome | None:
    """Those of whose titles they say a part: "los pinos"."""
    rows = named_in_part(turn.text) if written(turn) and not turn.choice else []
    return _listed(turn, "property_list", rows[: MOST_SHOWN + 1]) if rows else None


def _of_those_found(turn: Turn, asked: Question, wish: Wish) -> Outcome:
    """Those of the list that say they have it: "¿con piscina?"; else which one is meant. That they
    would rent is kept for what comes."""
    before = [] if turn.choice or (asked.others and not asked.this) else found_before(turn)
    has = [
        one
        for one in before
        if asked.features and all(told_of(what, one.description) for what in asked.features)
    ]
    if has and len(has) < len(before):
        return _listed(turn, "property_list", has)
    if parts := of_part(turn):
        return parts
    options = choices(before) or newest()
    which = Outcome((Reply("which_property", options=options, promises=True),))
    return property_wishes.keeping(turn, wish, which) if wish.operation and not before else which


def _next(turn: Turn, shown: Property) -> tuple[Option, ...]:
    if shown.status != Property.Status.AVAILABLE:
        return titles.intents(turn, ("property_inquiry", "talk_to_agent"))
    visit = titles.pick(turn, (VISIT, shown.code, "visit"))
    return (*visit, *titles.intents(turn, ("talk_to_agent",)))


def _map(turn: Turn, shown: Property) -> tuple[str, str] | None:
    if shown.latitude is None or shown.longitude is None:
        return None
    place = f"{shown.latitude:f},{shown.longitude:f}"
    return titles.titles(turn)["map"], f"https://www.google.com/maps/search/?api=1&query={place}"


INTENTS = {"property_inquiry": inquire}
CHOICES = {PROPERTY: chosen}
