"""Facts of a lead's contact, changed from the lead's page: saved, and noted in its history."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.people.facts import ContactForm, add_point, remove_point, set_tags
from crm.people.models import Contact, ContactPoint, User
from leads.models import Lead
from leads.triage import record


def change_fact(*, lead: Lead, name: str, form: ContactForm, by: User) -> None:
    """Save a valid one-fact form. Only that column is written: others may be edited meanwhile."""
    contact = Contact.objects.get(pk=lead.contact_id)
    old = _said(contact, name)
    with transaction.atomic():
        if name == "tags":
            set_tags(contact=contact, names=form.cleaned_data["tags"])
        else:
            setattr(contact, name, form.cleaned_data[name])
            contact.save(update_fields=[name])
        contact.refresh_from_db()
        new = _said(contact, name)
        if old != new:
            record(lead, name, old, new, by)
            _renew(contact)


def add_contact_point(*, lead: Lead, text: str, by: User) -> ContactPoint:
    """As `add_point`, with its errors, and noted."""
    with transaction.atomic():
        point = add_point(contact=lead.contact, text=text)
        record(lead, point.kind, None, point.value, by)
        _renew(lead.contact)
    return point


def remove_contact_point(*, lead: Lead, point: ContactPoint, by: User) -> None:
    """As `remove_point`, with its errors, and noted."""
    with transaction.atomic():
        kind, value = point.kind, point.value
        remove_point(point=point)
        record(lead, kind, value, None, by)
        _renew(lead.contact)


def _said(contact: Contact, name: str) -> str:
    if name == "tags":
        return ", ".join(str(tag) for tag in contact.tags.all())
    value: Any = getattr(contact, name)
    return "" if value is None else str(value)


def _renew(contact: Contact) -> None:
    """Lists and pages that show this person's leads are out of date."""
    Lead.objects.filter(contact=contact).update(updated_at=timezone.now())
