"""Which contacts a few typed letters or digits mean, at a price that does not grow with them."""

from typing import Any

import phonenumbers
from django.conf import settings
from django.db.models import Q, QuerySet

from crm.people.folding import fold
from crm.people.models import Contact, ContactPoint

# Fewer letters than this have no trigram: only beginnings are looked for.
SHORTEST_PIECE = 3
LONGEST = 100
MOST_WORDS = 6


def contact_ids(text: str, limit: int) -> list[int]:
    """At most `limit` contacts (of each kind of finding) that `text` may mean."""
    first, *others = matches(text, limit) or [Contact.objects.none().values_list("id")]
    return [pk for (pk,) in (first.union(*others) if others else first)]


def matches(text: str, limit: int, among: Q | None = None) -> list[QuerySet[Any, Any]]:
    """Queries of one column, contacts' keys, that may be united into one: those whose name,
    phone, e-mail or user name `text` is a piece of, at most `limit` of each, the newest first.
    `among` narrows the contacts beforehand, so that it takes nothing from the `limit`.

    Each walks one index: a rare piece is looked up, a common one is met often enough by walking
    back from the newest.
    """
    asked = fold(text)[:LONGEST]
    people = Contact.objects.filter(among) if among else Contact.objects.all()
    points = _phone_matches(asked) or _address_matches(asked)
    found: list[QuerySet[Any, Any]] = []
    if asked and "@" not in asked:
        named = people.filter(_name_matches(asked)).order_by(*_newest("id", asked))
        found.append(_keys(named.values("id")[:limit]))
    if points is not None:
        reached = ContactPoint.objects.filter(points).order_by(*_newest("id", asked))
        reached = reached.filter(contact__in=people) if among else reached
        found.append(_keys(reached.values("contact_id")[:limit]))
    return found


def _keys(chosen: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """A limited query cannot be united on SQLite; one that contains it can."""
    return Contact.objects.filter(pk__in=chosen).order_by().values_list("id")


def _newest(column: str, asked: str) -> list[str]:
    return [f"-{column}"] if len(asked) >= SHORTEST_PIECE else []


def _name_matches(asked: str) -> Q:
    if len(asked) < SHORTEST_PIECE:
        return Q(search_name__startswith=asked)
    found = Q()
    for word in asked.split()[:MOST_WORDS]:
        found &= Q(search_name__contains=word)
    return found


def _phone_matches(asked: str) -> Q | None:
    """Digits, with or without the country's code, spaces and signs between them."""
    digits = "".join(sign for sign in asked if sign.isdigit())
    if len(digits) < SHORTEST_PIECE or any(sign.isalpha() for sign in asked):
        return None
    if asked.startswith("+"):
        return Q(kind=ContactPoint.Kind.PHONE, value__startswith=f"+{digits}")
    if len(digits) < 5:
        # So few digits are in everybody's number somewhere; how it starts is what is known.
        code = phonenumbers.country_code_for_region(settings.PHONE_REGION)
        starts = Q(value__startswith=f"+{digits}") | Q(value__startswith=f"+{code}{digits}")
        return Q(kind=ContactPoint.Kind.PHONE) & starts
    return Q(kind=ContactPoint.Kind.PHONE, value__contains=digits)


def _address_matches(asked: str) -> Q | None:
    if len(asked) < SHORTEST_PIECE or " " in asked or not any(sign.isalpha() for sign in asked):
        return None
    return Q(kind__in=[ContactPoint.Kind.EMAIL, ContactPoint.Kind.USERNAME]) & Q(
        value__contains=asked
    )
