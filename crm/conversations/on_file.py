"""Who is known by a document was registered by a colleague. What a provider tells of them is
noted in the audit log, and makes no other phone or address the one on file."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.audit.models import record
from crm.people.models import Contact, ContactPoint

Facts = dict[str, str]
KINDS = (ContactPoint.Kind.PHONE.value, ContactPoint.Kind.EMAIL.value)


def remember(contact: Contact) -> Facts | None:
    """What is on file now, the contact's row held from here on; None where nothing is, and
    nothing has to be noted."""
    fresh = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    return _facts(fresh) if _is_registered(fresh) else None


def note(contact: Contact, before: Facts | None, reason: str) -> None:
    """Tell what became of it since `remember`, in the same transaction.

    What a session is opened from is registered at the desk: a number or an address that came to
    be primary and verified meanwhile stays verified, as a further one.
    """
    if before is None:
        return
    after = _facts(contact)
    for kind in KINDS:
        if after[kind] not in ("", before[kind]):
            contact.points.filter(kind=kind, primary=True).update(primary=False)
    fresh = Contact.objects.get(pk=contact.pk)
    record(
        action="identity_changed",
        subject=fresh,
        by=None,
        before=before,
        after=_facts(fresh),
        reason=reason,
    )


def no_longer_theirs() -> str:
    return _("The provider says that this number is no longer theirs.")


def proved() -> str:
    return _("The provider proved this number. It is registered at the desk.")


def same_person(other: Contact) -> str:
    words = _("Found to be the same person as contact no. %(number)d.")
    return words % {"number": other.pk}


def named() -> str:
    return _("The name that the provider has for them.")


def _is_registered(contact: Contact) -> bool:
    """By a document, or by a row of another room that is this contact's own: a partner."""
    return bool(contact.document_number) or any(
        model._default_manager.filter(**{relation.field.name: contact}).exists()
        for relation in Contact._meta.related_objects
        if relation.one_to_one and isinstance(model := relation.related_model, type)
    )


def _facts(contact: Contact) -> Facts:
    """The name; of each kind the primary one if it is verified; the further verified ones."""
    name = Contact.objects.values_list("name", flat=True).get(pk=contact.pk)
    points = list(ContactPoint.objects.filter(contact=contact, verified_at__isnull=False))
    registered = {one.kind: one.value for one in points if one.primary}
    further = [one.value for one in points if not one.primary and one.kind in KINDS]
    said = {kind: registered.get(kind, "") for kind in KINDS}
    return {"name": name, **said, "further_points": ", ".join(sorted(further))}
