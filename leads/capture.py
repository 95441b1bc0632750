"""From what a person writes to a lead. Whatever talks to people calls this; leads knows no chat."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Q
from django.utils import timezone

from crm.catalog.matching import find_property, plain_words
from crm.catalog.models import Property
from crm.people.models import Contact, User
from leads.models import Lead, LeadChange

INTEREST = re.compile(
    r"\b(interes\w*|inform\w*|info|precio\w*|cuanto|cuesta\w*|costo\w*|alquil\w*|rent\w*|compr\w*"
    r"|vend\w*|vent[ao]s?|visit\w*|depa\w*|casas?|terrenos?|local\w*|oficinas?|propiedad\w*"
    r"|inmueble\w*|disponib\w*|prop(?:erty|erties)|hous\w*|apartment\w*|pric\w*|buy\w*|interested)\b"
)


@dataclass(frozen=True, slots=True)
class Captured:
    """`lead` the message belongs to, if any; `property` it names; `is_new` if the lead was made."""

    lead: Lead | None
    property: Property | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What somebody clicked on before they wrote; `click_id` is what its seller wants back."""

    id: str = ""
    title: str = ""
    url: str = ""
    click_id: str = ""


def capture_lead(
    *,
    contact: Contact,
    text: str,
    at: datetime,
    summary: str = "",
    codes: Iterable[str] = (),
    source: Lead.Source = Lead.Source.DIRECT,
    certain: bool = False,
    named: Property | None = None,
    parts: bool = False,
    advertisement: Advertisement | None = None,
) -> Captured:
    """Tie a message to a lead of `contact`, making one if it shows interest.

    A property `named`, by `codes` or in `text` wins; else the newest open lead takes the message;
    else one without property is made if the words show interest or the caller is `certain`.
    With `parts` a part of a title names it, too, as `find_property` tells. `at` is when it came in.
    Of several advertisements the first stays. One transaction; a racing second lead fails on the
    constraint.
    """
    named = named or find_property(text, codes, parts=parts)
    with transaction.atomic():
        lead = _lead_for(contact, named)
        if lead is None and (named or certain or INTEREST.search(plain_words(text))):
            lead = Lead.objects.create(
                contact=contact,
                property=named,
                source=source,
                assigned_to=_who_may(contact.owner),
                agency_id=contact.agency_id,
                first_message_at=at,
                last_message_at=at,
                last_text=summary or text[:200],
                **_touch_of(advertisement),
            )
            return Captured(lead, named, is_new=True)
        if lead is not None:
            _touch(lead, named, at, summary or text[:200], advertisement)
    return Captured(lead, named, is_new=False)


def _who_may(user: User | None) -> User | None:
    """Who left, or does not work on leads (an officer), gets none: nobody else would see them."""
    return user if user is not None and user.has_perm("leads.change_lead") else None


def _lead_for(contact: Contact, named: Property | None) -> Lead | None:
    """The open lead for the named property; else the one that names none yet; else the newest."""
    rows, newest = Lead.objects.open().filter(contact=contact), ("-last_message_at", "-id")
    if named is None:
        return rows.order_by(*newest).first()
    fitting = rows.filter(Q(property=named) | Q(property=None))
    return fitting.order_by(F("property_id").asc(nulls_last=True), *newest).first()


def _touch_of(clicked: Advertisement | None) -> dict[str, str]:
    if clicked is None:
        return {}
    return {
        "ad_id": clicked.id[:100],
        "ad_title": clicked.title[:200],
        "ad_url": clicked.url[:500],
        "click_id": clicked.click_id[:500],
    }


def _touch(
    lead: Lead, named: Property | None, at: datetime, summary: str, clicked: Advertisement | None
) -> None:
    changes: dict[str, Any] = {
        "last_message_at": max(at, lead.last_message_at),
        "last_text": summary,
    }
    if not (lead.ad_id or lead.click_id):
        changes |= _touch_of(clicked)
    if named is not None and lead.property_id is None:
        changes["property"] = lead.property = named
        LeadChange.objects.create(lead=lead, field="property", new=str(named)[:200], at=at)
    Lead.objects.filter(pk=lead.pk).update(**changes, updated_at=timezone.now())


def note_property(*, contact: Contact, shown: Property) -> None:
    """What they want to see is what their lead without a property is about, unless they have
    another lead for that. In one statement."""
    rows = Lead.objects.open().filter(contact=contact)
    bare = rows.filter(property=None).exclude(Exists(rows.filter(property=shown)))
    bare.update(property=shown, updated_at=timezone.now())


def note_rewording(*, contact: Contact, said: str, says: str) -> None:
    """A person changed or took back what they wrote: the list of leads follows, if it shows it."""
    Lead.objects.filter(contact=contact, last_text=said[:200]).update(
        last_text=says[:200], updated_at=timezone.now()
    )


def note_answer(*, contact: Contact, user: User | None, at: datetime) -> None:
    """A colleague answered: the first response of every open lead that waits for one.

    New leads become contacted, and those nobody has become the answering person's, if it is known
    who that was and they work on leads.
    """
    with transaction.atomic():
        waiting = Lead.objects.select_for_update().open().filter(contact=contact)
        for lead in waiting:
            _answered(lead, user, at)


def _answered(lead: Lead, user: User | None, at: datetime) -> None:
    changed: list[tuple[str, str, str]] = []
    if lead.assigned_to_id is None and (owner := _who_may(user)) is not None:
        lead.assigned_to = owner
        Contact.objects.filter(pk=lead.contact_id, owner=None).update(owner=owner)
        changed.append(("assigned_to", "", str(owner.pk)))
    if lead.status == Lead.Status.NEW:
        lead.status = Lead.Status.CONTACTED
        changed.append(("status", Lead.Status.NEW, Lead.Status.CONTACTED))
    if lead.first_response_at is None:
        lead.first_response_at = at
    elif not changed:
        return
    lead.save()
    LeadChange.objects.bulk_create(
        LeadChange(lead=lead, actor=user, field=field, old=old, new=new[:200], at=at)
        for field, old, new in changed
    )
