"""A lead that a colleague enters by hand: somebody called, or walked in."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.catalog.models import Property
from crm.errors import DeskError
from crm.people.models import Contact, ContactPoint, User
from leads.models import Lead
from leads.triage import add_note, record


class AlreadyOpenError(DeskError):
    """The contact has an open lead for this property already; `lead` is it."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(_("This person already has an open lead for this property."))
        self.lead = lead


def enter_lead(
    *,
    by: User,
    phone: str,
    name: str,
    property: Property | None,  # noqa: A002  (the field's own name)
    assigned_to: User | None,
    note: str = "",
    typed: str = "",
) -> Lead:
    """Make the lead of who has `phone` (E.164, or "" for somebody known only by `name`).

    `typed` is the number as it was entered; it is kept beside.

    A contact with that number is taken as it is; it only gets a name if it had none. Raises
    AlreadyOpenError instead of making a second open lead.
    """
    with transaction.atomic():
        contact = contact_of(phone) if phone else None
        contact = contact or _new_contact(phone, typed, name, assigned_to)
        if name and not contact.name:
            Contact.objects.filter(pk=contact.pk, name="").update(name=name)
        lead = _new_lead(contact, property, assigned_to, note)
        record(lead, "created", None, Lead.Source.MANUAL, by)
        if assigned_to is not None:
            Contact.objects.filter(pk=contact.pk, owner=None).update(owner=assigned_to)
        if note:
            add_note(contact=contact, author=by, text=note)
    return lead


def contact_of(phone: str) -> Contact | None:
    """Whose number this is: who proved it, else who has used it last; followed through merges."""
    points = ContactPoint.objects.filter(kind=ContactPoint.Kind.PHONE, value=phone)
    point = (
        points.select_related("contact__merged_into")
        .order_by(F("verified_at").desc(nulls_last=True), "-contact_id")
        .first()
    )
    contact = point.contact if point else None
    while contact is not None and contact.merged_into is not None:
        contact = contact.merged_into
    return contact


def _new_contact(phone: str, typed: str, name: str, owner: User | None) -> Contact:
    contact = Contact.objects.create(name=name, owner=owner)
    if phone:
        ContactPoint.objects.create(
            contact=contact,
            kind=ContactPoint.Kind.PHONE,
            value=phone,
            raw=typed or phone,
            primary=True,
        )
    return contact


def _new_lead(
    contact: Contact, about: Property | None, assigned_to: User | None, note: str
) -> Lead:
    now = timezone.now()
    try:
        with transaction.atomic():
            return Lead.objects.create(
                contact=contact,
                property=about,
                source=Lead.Source.MANUAL,
                assigned_to=assigned_to,
                agency_id=contact.agency_id,
                first_message_at=now,
                last_message_at=now,
                last_text=" ".join(note.split())[:200],
            )
    except IntegrityError as error:
        raise AlreadyOpenError(Lead.objects.open().get(contact=contact, property=about)) from error
