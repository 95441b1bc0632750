"""Facts of a lead's contact, changed from the lead's page: saved, and noted in its history."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit.models import record as log
from crm.errors import DeskError
from crm.people.facts import ContactForm, add_point, remove_point, set_tags
from crm.people.models import Contact, ContactPoint, User
from leads.models import Lead
from leads.triage import record

IDENTITY = ("name", "document_number", "birthday")


def locked_because(contact: Contact, name: str, by: User) -> str:
    """Why this person cannot change this fact from a lead's page; "" if they can."""
    if name in IDENTITY and hasattr(contact, "partner"):
        return _partners()
    if name == "document_number" and contact.document_number:
        return "" if by.has_perm("people.view_document") else _("Officers see and change it.")
    return ""


def _check_no_partner(lead: Lead) -> None:
    """By phone and e-mail a partner is recognised: who has an account is nobody's to extend."""
    contact = Contact.objects.select_for_update().get(pk=lead.contact_id)
    if hasattr(contact, "partner"):
        raise DeskError(_partners())


def _partners() -> str:
    return _("This person is a partner: officers change it on the partner's page.")


def change_fact(*, lead: Lead, name: str, form: ContactForm, by: User) -> None:
    """Save a valid one-fact form. Only that column is written: others may be edited meanwhile.

    DeskError for a fact that this person cannot change (any more).
    """
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=lead.contact_id)
        if reason := locked_because(contact, name, by):
            raise DeskError(reason)
        old = _said(contact, name)
        before = getattr(contact, name, None)
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
        if name in IDENTITY:
            after = {name: getattr(contact, name)}
            log(
                action="identity_changed",
                subject=contact,
                by=by,
                before={name: before},
                after=after,
            )


def add_contact_point(*, lead: Lead, text: str, by: User) -> ContactPoint:
    """As `add_point`, with its errors, and noted."""
    with transaction.atomic():
        _check_no_partner(lead)
        point = add_point(contact=lead.contact, text=text)
        record(lead, point.kind, None, point.value, by)
        _renew(lead.contact)
    return point


def remove_contact_point(*, lead: Lead, point: ContactPoint, by: User) -> None:
    """As `remove_point`, with its errors, and noted."""
    with transaction.atomic():
        _check_no_partner(lead)
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
