"""Which tickets a few typed words or digits mean."""

from __future__ import annotations

from django.db.models import Q

from crm.people.finding import contact_ids

MOST_CONTACTS = 200
LONGEST = 100


def matching(text: str) -> Q:
    """By number ("T-000123", "123"), words of the subject, or the person."""
    asked = " ".join(text.replace("\x00", "").split())[:LONGEST]
    if not asked:
        return Q(pk__in=[])
    found = Q(subject__icontains=asked) | Q(contact__in=contact_ids(asked, MOST_CONTACTS))
    digits = asked.upper().removeprefix("#").removeprefix("T").removeprefix("-").strip()
    if digits.isascii() and digits.isdigit() and len(digits) < 19:
        found |= Q(pk=int(digits))
    return found
