"""Properties: the card of the one that is named, those that fit a description, or which it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chatbot.dialog.contract import PROPERTY, Option, Outcome, Reply, Turn, option
from chatbot.intents import titles, who
from crm.catalog.matching import find_property
from crm.catalog.models import Property
from crm.catalog.wishes import Wish, matching, read_wish
from crm.desk.wording import money

VISIT = "visit"
MOST_SHOWN = 5
MOST_CHOICES = 3
LONGEST_ABOUT = 280  # letters of a description on a card


def inquire(turn: Turn) -> Outcome:
    """What a question about properties is answered with."""
    named = named_in(turn)
    if named is not None:
        return card(turn, named)
    wish = read_wish(turn.text)
    return _found(turn, wish) if wish.says_something else _which(turn)


def named_in(turn: Turn) -> Property | None:
    """The property the message names: by an answer tapped, its code, or its title."""
    if turn.captured is not None and turn.captured.property is not None:
        return turn.captured.property
    codes = (turn.value,) if turn.choice.partition(":")[0] in (PROPERTY, VISIT) else ()
    return find_property(turn.text if not codes else "", codes)


def chosen(turn: Turn) -> Outcome:
    """One of those that were shown."""
    named = named_in(turn)
    return card(turn, named) if named is not None else _which(turn)


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
    topic = dict(turn.topic) | {PROPERTY: shown.pk}
    outcome = Outcome((reply,), topic=topic)
    return outcome if turn.contact.name else who.ask_once(turn, outcome)


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
        return _listed(turn, "property_list", rows)
    near = list(matching(Wish(operation=wish.operation, place=wish.place))[:MOST_SHOWN])
    near = near or list(matching(Wish(operation=wish.operation, kind=wish.kind))[:MOST_SHOWN])
    if near and (wish.place or wish.kind):
        return _listed(turn, "property_near", near)
    return Outcome((Reply("property_none", options=newest(), promises=True),))


def _listed(turn: Turn, name: str, rows: list[Property]) -> Outcome:
    shown = rows[:MOST_SHOWN]
    values = {"rows": [facts(one) for one in shown], "more": len(rows) > MOST_SHOWN}
    return Outcome((Reply(name, values, options=choices(shown), promises=True),))


def _which(turn: Turn) -> Outcome:
    return Outcome((Reply("which_property", options=newest(), promises=True),))


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
