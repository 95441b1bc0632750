"""Whom a typed document, phone or name may mean among the people we know already."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from crm.people.documents import LONGEST
from crm.people.finding import contact_ids
from crm.people.models import Contact, ContactPoint, User
from partners.models import Partner

MOST_SHOWN = 8
MOST_FOUND = 200
SHORTEST_DOCUMENT = 4
# The index leaves blank numbers out, which SQLite believes only where it is said in so many words.
_BLANK = RawSQL("''", ())


@dataclass(frozen=True)
class KnownPerson:
    """Somebody we know who may be the person at the counter.

    `same`: nobody else can have this document. `name` is empty for a colleague's contact.
    """

    contact_id: int
    name: str
    why: str
    holder: str
    partner: Partner | None
    same: bool


def known_people(*, user: User, document_type: str, number: str, phone: str) -> list[KnownPerson]:
    """Contacts with exactly this document or this phone (E.164); those of one kind before those
    whose document's kind is not known, before those who share the phone."""
    same = _numbered().filter(document_number=number, document_type__in=["", document_type])
    points = ContactPoint.objects.filter(kind=ContactPoint.Kind.PHONE, value=phone)
    keys = {
        *(same.values_list("pk", flat=True)[:MOST_SHOWN] if number else ()),
        *(points.values_list("contact_id", flat=True)[:MOST_SHOWN] if phone else ()),
    }
    rows = Contact.objects.standing().filter(pk__in=keys)
    rows = rows.select_related("partner", "owner").order_by("-id")
    found = [_known(user, one, document_type, number) for one in rows]
    return sorted(found, key=lambda one: not one.same)


def _known(user: User, contact: Contact, document_type: str, number: str) -> KnownPerson:
    has_number = bool(number) and contact.document_number == number
    partner: Partner | None = getattr(contact, "partner", None)
    visible = user.sees_all() or contact.owner_id in (None, user.pk) or partner is not None
    return KnownPerson(
        contact_id=contact.pk,
        name=str(contact) if visible else "",
        why=_("the same document") if has_number else _("the same phone"),
        holder=str(contact.owner or ""),
        partner=partner,
        same=has_number and contact.document_type == document_type,
    )


def search_people(user: User, text: str) -> QuerySet[Contact]:
    """Visible people by a piece of name or phone, or by document, for making one a partner."""
    found = Q(pk__in=contact_ids(text, MOST_FOUND)) | Q(pk__in=by_document(user, text))
    rows = Contact.objects.visible_to(user).standing().filter(found)
    return rows.select_related("partner").prefetch_related("points").order_by("-id")[:MOST_SHOWN]


def by_document(user: User, text: str, among: Q | None = None) -> QuerySet[Contact, Any]:
    """Keys of the contacts (`among` these) whose document begins with `text`; who may not see
    documents must know the whole of it."""
    asked = "".join(sign for sign in text.upper() if sign.isalnum())
    if not SHORTEST_DOCUMENT <= len(asked) <= LONGEST or not asked.isascii():
        return Contact.objects.none().values("pk")
    rows = _numbered().filter(among) if among else _numbered()
    if not user.has_perm("people.view_document"):
        return rows.filter(document_number=asked).values("pk")[:MOST_FOUND]
    # The bounds walk the index, whatever the database's order of letters.
    after = asked[:-1] + chr(ord(asked[-1]) + 1)
    near = rows.filter(document_number__gte=asked, document_number__lt=after)
    return near.filter(document_number__startswith=asked).values("pk")[:MOST_FOUND]


def _numbered() -> QuerySet[Contact]:
    return Contact.objects.exclude(document_number=_BLANK)
