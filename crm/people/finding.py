"""Which contacts a few typed letters or digits mean, at a price that does not grow with them."""

import phonenumbers
from django.conf import settings
from django.db.models import Q

from crm.people.folding import fold
from crm.people.models import Contact, ContactPoint

# Fewer letters than this have no trigram: only beginnings are looked for.
SHORTEST_PIECE = 3
LONGEST = 100
MOST_WORDS = 6


def contact_ids(text: str, limit: int) -> list[int]:
    """At most `limit` contacts whose name, phone, e-mail or user name `text` is a piece of.

    The newest are found first. Each half of the search walks one index: a rare piece is looked
    up, a common one is met often enough by walking back from the newest.
    """
    asked = fold(text)[:LONGEST]
    if not asked:
        return []
    named = list(
        Contact.objects.filter(_name_matches(asked))
        .order_by(*_newest("id", asked))
        .values_list("id", flat=True)[:limit]
    )
    reached = [
        pk
        for points in (_phone_matches(asked), _address_matches(asked))
        if points is not None
        for pk in ContactPoint.objects.filter(points)
        .order_by(*_newest("id", asked))
        .values_list("contact_id", flat=True)[:limit]
    ]
    return list(dict.fromkeys([*named, *reached]))[:limit]


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
