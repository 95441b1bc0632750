"""Who a partner is: name, document, birthday, registered phone and e-mail.

All stand on the contact; each change is checked here and noted in the audit log.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit.models import record
from crm.errors import DeskError
from crm.people.documents import clean_document
from crm.people.models import Contact, ContactPoint, User
from crm.people.phones import e164

YOUNGEST, OLDEST = 18, 110
COLUMNS = ("name", "document_type", "document_number", "birthday")
POINTS = (ContactPoint.Kind.PHONE.value, ContactPoint.Kind.EMAIL.value)
FACTS = (*COLUMNS, *POINTS)


class FactError(DeskError):
    """One fact is wrong, or somebody else's; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


def check_birthday(day: date, today: date | None = None) -> None:
    """FactError unless who was born that day is 18 to 110 years old."""
    today = today or timezone.localdate()
    if day > today:
        raise FactError("birthday", _("This day is yet to come."))
    age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    if age < YOUNGEST:
        raise FactError("birthday", _("A partner is at least 18 years old."))
    if age > OLDEST:
        raise FactError("birthday", _("Is the year right?"))


def cleaned(facts: dict[str, Any]) -> dict[str, Any]:
    """The same facts as they are kept. FactError for the first that is none."""
    kept = dict(facts)
    if "name" in facts:
        kept["name"] = " ".join(facts["name"].split())
        if not kept["name"]:
            raise FactError("name", _("Write the name."))
    if facts.get("birthday") is not None:
        check_birthday(facts["birthday"])
    for kind in POINTS:
        if kind in facts:
            kept[kind] = clean_point(kind, facts[kind])
    return kept


def clean_point(kind: str, text: str) -> str:
    """A phone in E.164, an e-mail in small letters; blank stays blank."""
    text = text.replace("\x00", "").strip()
    if not text:
        return ""
    if kind == ContactPoint.Kind.PHONE:
        if not (number := e164(text)):
            raise FactError(kind, _("This is no telephone number."))
        return number
    try:
        validate_email(text)
    except ValidationError as error:
        raise FactError(kind, _("This is no e-mail address.")) from error
    return text.lower()


def facts_of(contact: Contact) -> dict[str, Any]:
    """What is on file, read afresh: the columns, and the registered phone and e-mail."""
    found: dict[str, Any] = Contact.objects.values(*COLUMNS).get(pk=contact.pk)
    return found | {kind: registered(contact, kind) for kind in POINTS}


def registered(contact: Contact, kind: str = ContactPoint.Kind.PHONE.value) -> str:
    """The phone (or e-mail) on file: the primary one, if it is verified; else ""."""
    return next(
        (p.value for p in contact.points.all() if p.kind == kind and p.primary and p.verified_at),
        "",
    )


def change_identity(*, contact: Contact, facts: dict[str, Any], by: User | None) -> None:
    """Write some of FACTS and note what changed. To be called with the contact's row locked.

    FactError for what is wrong, and for a document, phone or e-mail that is somebody else's.
    """
    before = facts_of(contact)
    # What is on file was checked in its time.
    wanted = before | cleaned(facts)
    if any(before[name] != wanted[name] for name in ("document_type", "document_number")):
        wanted["document_number"] = _document(wanted)
        _check_free(contact, wanted)
    _write_columns(contact, before, wanted)
    for kind in POINTS:
        if wanted[kind] != before[kind]:
            _register(contact, kind, wanted[kind])
    contact = Contact.objects.get(pk=contact.pk)
    record(action="identity_changed", subject=contact, by=by, before=before, after=wanted)


def _document(facts: dict[str, Any]) -> str:
    try:
        return clean_document(facts["document_type"], facts["document_number"])
    except ValidationError as error:
        field = "document_type" if error.code == "document_type" else "document_number"
        raise FactError(field, str(error.message)) from error


def _check_free(contact: Contact, facts: dict[str, Any]) -> None:
    same = Contact.objects.filter(
        document_type=facts["document_type"],
        document_number=facts["document_number"],
        merged_into=None,
    )
    if same.exclude(pk=contact.pk).exists():
        raise _taken()


def _taken() -> FactError:
    words = _("This document is taken: somebody else is registered with it.")
    return FactError("document_number", words)


def _write_columns(contact: Contact, before: dict[str, Any], wanted: dict[str, Any]) -> None:
    changed = {name: wanted[name] for name in COLUMNS if wanted[name] != before[name]}
    if not changed:
        return
    try:
        with transaction.atomic():
            Contact.objects.filter(pk=contact.pk).update(**changed)
    except IntegrityError as error:
        # Somebody else was registered with it a moment ago.
        raise _taken() from error


def _register(contact: Contact, kind: str, value: str) -> None:
    """The one on file from now on; what was on file before proves nothing any more."""
    points = ContactPoint.objects.filter(contact=contact, kind=kind)
    points.filter(primary=True).update(primary=False, verified_at=None)
    if not value:
        return
    said = {"verified_at": timezone.now(), "primary": True}
    try:
        with transaction.atomic():
            ContactPoint.objects.update_or_create(
                contact=contact,
                kind=kind,
                value=value,
                defaults=said,
                create_defaults={"raw": value, **said},
            )
    except IntegrityError as error:
        words = (
            _("This phone is registered for somebody else.")
            if kind == ContactPoint.Kind.PHONE
            else _("This e-mail is registered for somebody else.")
        )
        raise FactError(kind, words) from error
