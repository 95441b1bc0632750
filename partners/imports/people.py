"""Partners from a file. Whoever nobody knows yet is written for a whole portion at once; whoever
is known goes through the verbs of the register, one by one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.audit.models import AuditEntry, record
from crm.errors import DeskError
from crm.imports.contract import Importer, Outcome, Row
from crm.imports.earlier import Earlier
from crm.people.documents import DocumentType, clean_document
from crm.people.folding import fold
from crm.people.models import Agency, Contact, ContactPoint, User
from partners.imports import lookups
from partners.imports.audit import entries
from partners.imports.lookups import BLANK, by_external_id, said
from partners.imports.people_columns import COLUMNS
from partners.models import Partner
from partners.registry import change_partner, register_partner

IDENTITY = ("name", "document_type", "document_number", "birthday", "phone", "email")
TERMS = ("number", "agency", "officer", "joined_on")
# What the register's verbs do not take.
UNSAID = ("status", "external_id")


@dataclass(slots=True)
class Meant:
    """Whom a row is about: a partner, a contact who is none yet, or nobody known."""

    partner: Partner | None = None
    contact: Contact | None = None
    agency: Agency | None = None
    officer: User | None = None


class PartnerImporter(Importer):
    kind = "partners"
    label = gettext_lazy("Partners")
    icon = "users"
    permission = "partners.add_partner"
    columns = COLUMNS
    explanation = gettext_lazy(
        "Whoever is known by document or by a verified phone is not made twice. Of partners who "
        "are there already, what differs is changed; empty cells change nothing."
    )

    def keys(self, row: Row) -> Iterable[tuple[str, str]]:
        for name in ("external_id", "number", "phone", "email"):
            if row[name] is not None:
                yield name, str(row[name])
        if row["document_number"] is not None:
            kind = row["document_type"] or DocumentType.DNI.value
            yield "document_number", f"{kind} {_as_kept(kind, row['document_number'])}"

    def look(self, rows: Sequence[Row], by: User, earlier: Earlier) -> None:
        self._clean_documents(rows)
        known = Known(rows)
        agencies, officers = lookups.agencies(), lookups.officers()
        for row in rows:
            row.found = Meant(
                agency=_named(row, "agency", agencies, _("There is no such agency.")),
                officer=_named(row, "officer", officers, _("No officer is called so.")),
            )
            known.recognise(row, row.found)
        for row in rows:
            if row.is_good and (row.found.partner or row.found.contact):
                _rehearse(row, by)

    def _clean_documents(self, rows: Sequence[Row]) -> None:
        for row in rows:
            kind = row.values.setdefault("document_type", DocumentType.DNI.value)
            if row["document_number"] is None:
                continue
            try:
                row.values["document_number"] = clean_document(kind, row["document_number"])
            except ValidationError as error:
                words = str(error.message)
                if kind == DocumentType.DNI and row["document_number"].isdigit():
                    words = _("A DNI has eight digits; a spreadsheet drops zeros in front.")
                row.wrong("document_number", words)

    def write(self, rows: Sequence[Row], by: User, source: str) -> None:
        fresh = [row for row in rows if not (row.found.partner or row.found.contact)]
        _write_new(fresh, by, source)
        for row in rows:
            if row.outcome is not Outcome.SAME and (row.found.partner or row.found.contact):
                _try(row, by)


def _as_kept(kind: str, number: str) -> str:
    """40.000.001 and 40000001 are one person's; what is no document is as it is."""
    try:
        return clean_document(kind, number)
    except ValidationError:
        return number


def _named(row: Row, name: str, found: dict[str, Any], words: str) -> Any:
    asked = row[name]
    if asked is None:
        return None
    one = found.get(fold(asked) if name == "agency" else asked.lower())
    if one is None:
        row.wrong(name, words)
    return one


def _proven(kind: str, values: Sequence[str]) -> Iterable[ContactPoint]:
    points = ContactPoint.objects.filter(kind=kind, value__in=values, verified_at__isnull=False)
    return points.prefetch_related("contact")


class Known:
    """Partners and contacts whom a portion's rows may mean, each kind in one query."""

    def __init__(self, rows: Sequence[Row]) -> None:
        documents, phones = said(rows, "document_number"), said(rows, "phone")
        partners = Partner.objects.select_related("contact", "agency", "officer")
        partners = partners.prefetch_related("contact__points")
        of_people = partners.filter(
            contact__document_number__in=documents, contact__merged_into=None
        )
        found = [
            *partners.filter(number__in=said(rows, "number")),
            *by_external_id(partners, said(rows, "external_id")),
            *of_people.exclude(contact__document_number=BLANK),
        ]
        self.numbers: dict[str, Partner] = {}
        self.external_ids: dict[str, Partner] = {}
        self.of_contact: dict[int, Partner] = {}
        for one in found:
            self.numbers[one.number] = self.of_contact[one.contact_id] = one
            self.external_ids[one.external_id] = one
        standing = Contact.objects.standing().prefetch_related("points")
        self.documents: dict[tuple[str, str], Contact] = {}
        same = standing.filter(document_number__in=documents).exclude(document_number=BLANK)
        for person in same.order_by("-id"):
            self.documents[person.document_type, person.document_number] = person
        points = [
            *_proven("phone", phones),
            *_proven("email", said(rows, "email")),
        ]
        self.owners = {(one.kind, one.value): one.contact for one in points}
        owners = [one.contact_id for one in points]
        self.taken = set(
            Partner.objects.filter(contact_id__in=owners).values_list("contact_id", flat=True)
        )

    def recognise(self, row: Row, meant: Meant) -> None:
        """Note who it is, or why it can be nobody."""
        kind, document = row["document_type"], row["document_number"]
        person = self.documents.get((kind, document)) or self.documents.get(("", document))
        person = person if document else None
        named = self.external_ids.get(row["external_id"]) if row["external_id"] else None
        of_document = self.of_contact.get(person.pk) if person else None
        if named and of_document and named != of_document:
            row.wrong("document_number", _("This document is another partner's."))
        meant.partner = partner = named or of_document
        if partner:
            self._compare(row, partner)
        else:
            meant.contact = person or self._by_phone(row)
        holder = self.numbers.get(row["number"] or "")
        if holder and holder != partner:
            row.wrong("number", _("This member number is another partner's."))
        for name in ("phone", "email"):
            owner = self.owners.get((name, row[name]))
            if owner and owner.pk not in (
                partner.contact_id if partner else 0,
                meant.contact.pk if meant.contact else 0,
            ):
                row.wrong(name, _("It is registered for somebody else."))

    def _by_phone(self, row: Row) -> Contact | None:
        """Whoever proved to have this phone, if nothing says that it is somebody else."""
        owner = self.owners.get(("phone", row["phone"]))
        free = owner and not (owner.is_group or owner.document_number or owner.merged_into_id)
        return owner if owner and free and owner.pk not in self.taken else None

    def _compare(self, row: Row, partner: Partner) -> None:
        """What an import never changes: who it is, and whether they are a partner."""
        contact = partner.contact
        kept = (contact.document_type or row["document_type"], contact.document_number)
        said_document = (row["document_type"], row["document_number"])
        if row["document_number"] and contact.document_number and kept != said_document:
            row.wrong("document_number", _("This partner is registered with another document."))
        if row["number"] not in (None, partner.number):
            row.wrong(
                "number",
                _("This partner's number is %(number)s.") % {"number": partner.number},
            )
        if partner.external_id and (row["external_id"] or partner.external_id) != (
            partner.external_id
        ):
            row.wrong("external_id", _("This partner has another id already."))
        if row["status"] and row["status"] != partner.status:
            row.wrong("status", _("The status is changed on the partner's page, with a reason."))


def _facts(row: Row) -> dict[str, Any]:
    """What the file says, as the register's verbs take it; empty cells say nothing."""
    facts = {name: row[name] for name in (*IDENTITY, *TERMS) if row[name] is not None}
    for name in ("agency", "officer"):
        if name in facts:
            facts[name] = getattr(row.found, name)
    return facts


def _differing(row: Row, partner: Partner) -> dict[str, Any]:
    contact = partner.contact
    points = {
        one.kind: one.value for one in contact.points.all() if one.primary and one.verified_at
    }
    kept = {
        **{name: getattr(contact, name) for name in IDENTITY[:4]},
        **{name: getattr(partner, name) for name in TERMS},
        "phone": points.get("phone", ""),
        "email": points.get("email", ""),
    }
    return {name: value for name, value in _facts(row).items() if kept[name] != value}


def _rehearse(row: Row, by: User) -> None:
    """Whether the register would take it: done, and undone."""
    partner: Partner | None = row.found.partner
    if partner:
        new_id = row["external_id"] and not partner.external_id
        row.outcome = Outcome.CHANGED if _differing(row, partner) or new_id else Outcome.SAME
    if row.outcome is Outcome.CHANGED and not by.has_perm("partners.change_partner"):
        row.wrong("", _("This partner is there already, and you may not change partners."))
    elif row.outcome is not Outcome.SAME:
        with transaction.atomic():
            _try(row, by)
            transaction.set_rollback(True)


def _try(row: Row, by: User) -> None:
    verb: Callable[..., None] = _change if row.found.partner else _register
    try:
        with transaction.atomic():
            verb(row, by)
    except DeskError as error:
        field = getattr(error, "field", "")
        row.wrong(field if field in {column.name for column in COLUMNS} else "", str(error))


def _change(row: Row, by: User) -> None:
    partner: Partner = row.found.partner
    facts = _differing(row, partner)
    if facts:
        change_partner(partner=partner, by=by, **facts)
    if row["external_id"] and not partner.external_id:
        _set(partner, by, external_id=row["external_id"])


def _register(row: Row, by: User) -> None:
    made = register_partner(
        by=by, contact=row.found.contact, external_id=row["external_id"] or "", **_facts(row)
    )
    if row["status"]:
        _set(made, by, status=row["status"])


def _set(partner: Partner, by: User, **facts: str) -> None:
    """What the register's verbs do not take; with its line in the audit log."""
    before = Partner.objects.filter(pk=partner.pk).values(*facts).get()
    Partner.objects.filter(pk=partner.pk).update(**facts)
    record(action="partner_changed", subject=partner, by=by, before=before, after=facts)


def _write_new(rows: Sequence[Row], by: User, source: str) -> None:
    """Contacts, their points, partners and the lines of the audit log, in four statements."""
    contacts = Contact.objects.bulk_create(
        Contact(
            name=row["name"],
            document_type=row["document_type"],
            document_number=row["document_number"],
            birthday=row["birthday"],
            agency=row.found.agency,
        )
        for row in rows
    )
    now = timezone.now()
    made = [
        Partner(
            contact=contact,
            number=row["number"],
            status=row["status"] or Partner.Status.ACTIVE,
            officer=row.found.officer,
            agency=row.found.agency,
            joined_on=row["joined_on"],
            external_id=row["external_id"] or "",
        )
        for row, contact in zip(rows, contacts, strict=True)
    ]
    partners = Partner.objects.bulk_create(made)
    _write_points(rows, contacts, now)
    AuditEntry.objects.bulk_create(
        entries(
            "partner_imported",
            by,
            [
                (partner, {}, _noted(row), f"{source}, {_row_words(row)}")
                for row, partner in zip(rows, partners, strict=True)
            ],
        )
    )


def _write_points(rows: Sequence[Row], contacts: Sequence[Contact], now: Any) -> None:
    """As the register keeps them: on file, and so theirs."""
    points = [
        ContactPoint(
            contact=contact,
            kind=kind,
            value=row[kind],
            raw=row[kind],
            verified_at=now,
            primary=True,
        )
        for row, contact in zip(rows, contacts, strict=True)
        for kind in ("phone", "email")
        if row[kind] is not None
    ]
    # Somebody may only have typed it before, elsewhere; where it is proved, it was refused above.
    ContactPoint.objects.bulk_create(points)


def _noted(row: Row) -> dict[str, Any]:
    facts = _facts(row) | {name: row[name] for name in UNSAID if row[name]}
    return {name: str(value) for name, value in facts.items()}


def _row_words(row: Row) -> str:
    return _("row %(row)d") % {"row": row.number}
