"""The register of partners: who becomes one, and what of a partner changes. Each verb is one
transaction and leaves its line in the audit log."""

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit.models import AuditEntry, record
from crm.errors import DeskError
from crm.people.models import Contact, User
from partners.identity import FACTS, FactError, change_identity
from partners.models import Loan, Partner

TERMS = ("number", "agency", "officer", "joined_on")
FIRST_NUMBER = "S-0001"
LONGEST_NUMBER, LONGEST_REASON = 20, 500
Status = Partner.Status
# From which standings one comes to each.
ROADS: dict[str, Collection[str]] = {
    Status.SUSPENDED: (Status.ACTIVE,),
    Status.CANCELLED: (Status.ACTIVE, Status.SUSPENDED),
    Status.ACTIVE: (Status.SUSPENDED, Status.CANCELLED),
}
_ACTIONS = {
    Status.SUSPENDED: "partner_suspended",
    Status.CANCELLED: "partner_cancelled",
    Status.ACTIVE: "partner_reactivated",
}


class ChangedMeanwhileError(DeskError):
    """Somebody else changed the partner after the page was shown."""


def register_partner(
    *, by: User | None, contact: Contact | None = None, external_id: str = "", **facts: Any
) -> Partner:
    """Make `contact` (None: a new one) a partner.

    `facts`: name, document_type, document_number, birthday, phone, email (partners.identity.FACTS)
    and number, agency, officer, joined_on; without a number it is the next free one. FactError
    names what is wrong or taken; DeskError for a contact that is a partner already, or a group.
    """
    identity, terms = _parted(facts)
    terms["number"] = _checked_number(terms.get("number") or next_number())
    terms.setdefault("joined_on", timezone.localdate())
    with transaction.atomic():
        person = _standing(contact) if contact else _new_contact(terms)
        change_identity(contact=person, facts=identity, by=by)
        person.refresh_from_db()
        _require_identity(person)
        partner = Partner(contact=person, external_id=external_id, **terms)
        _save(partner)
        after = {"status": partner.status, **_terms_of(partner), "external_id": external_id}
        record(
            action="partner_registered",
            subject=partner,
            by=by,
            before={},
            after={name: value for name, value in after.items() if value},
        )
    return partner


def change_partner(
    *, partner: Partner, by: User | None, seen: int | None = None, **facts: Any
) -> Partner:
    """Change some of the facts that `register_partner` takes; others stay as they are.

    `seen` is the `version` that the page showed: ChangedMeanwhileError if there is a newer one.
    FactError as there.
    """
    identity, terms = _parted(facts)
    if "number" in terms:
        terms["number"] = _checked_number(terms["number"])
    with transaction.atomic():
        fresh = _locked(partner)
        contact = Contact.objects.select_for_update().get(pk=fresh.contact_id)
        if seen is not None and seen != version(fresh):
            raise ChangedMeanwhileError(
                _("Somebody has just changed this partner. Compare before you save again.")
            )
        change_identity(contact=contact, facts=identity, by=by)
        before = _terms_of(fresh)
        for name, value in terms.items():
            setattr(fresh, name, value)
        _save(fresh, list(terms))
        record(
            action="partner_changed",
            subject=Partner.objects.select_related("contact").get(pk=fresh.pk),
            by=by,
            before=before,
            after=_terms_of(fresh),
        )
    return fresh


def change_status(*, partner: Partner, status: str, by: User | None, reason: str) -> Partner:
    """Suspend, cancel or reactivate. DeskError without a reason, for what is so already, and for
    cancelling a partner who has active loans."""
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise DeskError(_("Give a reason."))
    with transaction.atomic():
        if status == Status.CANCELLED:
            # Loans before their partner, as everywhere: none is paid out in between.
            list(Loan.objects.select_for_update().filter(partner=partner).order_by("pk"))
        fresh = _locked(partner)
        if fresh.status not in ROADS.get(status, ()):
            raise DeskError(
                _("This partner is %(status)s now.")
                % {"status": fresh.get_status_display().lower()}
            )
        if status == Status.CANCELLED and fresh.loans.running().exists():
            raise DeskError(_("A partner with active loans cannot be cancelled."))
        before = fresh.status
        fresh.status = status
        fresh.save(update_fields=["status"])
        record(
            action=_ACTIONS[Status(status)],
            subject=fresh,
            by=by,
            before={"status": before},
            after={"status": status},
            reason=reason,
        )
    return fresh


def version(partner: Partner) -> int:
    """Grows with every change of the partner or of their identity."""
    rows = AuditEntry.objects.about(partner) | AuditEntry.objects.about(partner.contact)
    return rows.order_by().aggregate(last=Max("id"))["last"] or 0


def next_number() -> str:
    """The free member number after the newest partner's, as long and written like it."""
    newest = Partner.objects.order_by("-id").values_list("number", flat=True).first()
    if newest is None:
        return FIRST_NUMBER
    start, digits = _split(newest)
    if not digits:
        return _first_free(f"{start[:10]}-", 1, 1)
    alike = Partner.objects.annotate(length=Length("number")).filter(
        number__startswith=start, length=len(newest)
    )
    highest = alike.order_by("-number").values_list("number", flat=True).first() or newest
    return _first_free(start, max(int(digits), _count(start, highest)) + 1, len(digits))


def _split(number: str) -> tuple[str, str]:
    """ "S-001" as "S-" and "001"."""
    start = number.rstrip("0123456789")
    return start, number[len(start) :]


def _count(start: str, number: str) -> int:
    digits = number.removeprefix(start)
    return int(digits) if digits.isdecimal() else 0


def _first_free(start: str, count: int, width: int) -> str:
    while Partner.objects.filter(number=f"{start}{count:0{width}}").exists():
        count += 1
    return f"{start}{count:0{width}}"


def _parted(facts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stands on the contact, and what on the partner."""
    if unknown := facts.keys() - {*FACTS, *TERMS}:
        raise TypeError(f"no such fact: {', '.join(sorted(unknown))}")
    identity = {name: facts[name] for name in FACTS if name in facts}
    return identity, {name: facts[name] for name in TERMS if name in facts}


def _checked_number(text: str) -> str:
    number = " ".join(text.split())
    if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise FactError("number", _("A member number has 1 to 20 letters or digits."))
    return number


def _standing(contact: Contact) -> Contact:
    """Locked, so that it is not merged into another in this moment."""
    fresh = Contact.objects.select_for_update().get(pk=contact.pk)
    if fresh.merged_into_id is not None:
        return _standing(Contact(pk=fresh.merged_into_id))
    if fresh.is_group:
        raise DeskError(_("A group is nobody: it cannot be a partner."))
    if Partner.objects.filter(contact=fresh).exists():
        raise DeskError(_("This person is a partner already."))
    return fresh


def _new_contact(terms: dict[str, Any]) -> Contact:
    return Contact.objects.create(agency=terms.get("agency"))


def _require_identity(contact: Contact) -> None:
    if not contact.name:
        raise FactError("name", _("Write the name."))
    if not contact.document_type or not contact.document_number:
        raise FactError("document_number", _("A partner has an identity document."))


def _locked(partner: Partner) -> Partner:
    return Partner.objects.select_for_update().get(pk=partner.pk)


def _save(partner: Partner, names: list[str] | None = None) -> None:
    """FactError for a number that is taken, DeskError for somebody who is a partner already."""
    if names == []:
        return
    try:
        with transaction.atomic():
            partner.save(update_fields=names)
    except IntegrityError as error:
        same = Partner.objects.filter(number=partner.number).exclude(pk=partner.pk)
        if same.exists():
            words = _("The number %(number)s is taken; %(next)s is free.")
            found = {"number": partner.number, "next": next_number()}
            raise FactError("number", words % found) from error
        raise DeskError(_("This person is a partner already.")) from error


def _terms_of(partner: Partner) -> dict[str, Any]:
    """In words, as they are called now; days as days."""
    found = {name: getattr(partner, name) for name in TERMS}
    return {
        **found,
        "agency": str(partner.agency or ""),
        "officer": str(partner.officer or ""),
    }
