"""The audit log of a partner and of who they are, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.audit.models import AuditEntry
from crm.people.documents import DocumentType, masked
from crm.people.models import User
from crm.people.phones import pretty
from partners.models import Partner


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Event:
    """One line of the history: who did what and when; what it changed, each fact by itself."""

    actor: str
    at: datetime
    what: str
    changes: list[Change]
    reason: str


def history_of(partner: Partner, user: User, most: int) -> list[Event]:
    """The newest first; one query. Documents are masked for who may not see them."""
    rows = AuditEntry.objects.about(partner) | AuditEntry.objects.about(partner.contact)
    whole = user.has_perm("people.view_document")
    return [event_of(row, whole=whole) for row in rows.select_related("actor")[:most]]


def event_of(row: AuditEntry, *, whole: bool) -> Event:
    names = [*row.before, *(name for name in row.after if name not in row.before)]
    return Event(
        actor=str(row.actor) if row.actor else _("Automatic"),
        at=row.at,
        what=what(row.action),
        changes=[
            Change(
                label(name),
                value(name, row.before.get(name), whole=whole),
                value(name, row.after.get(name), whole=whole),
            )
            for name in names
        ],
        reason=row.reason,
    )


def what(action: str) -> str:
    words = {
        "partner_registered": _("Became a partner"),
        "partner_changed": _("Partner changed"),
        "partner_suspended": _("Partner suspended"),
        "partner_cancelled": _("Partner cancelled"),
        "partner_reactivated": _("Partner reactivated"),
        "partner_imported": _("Partner imported"),
        "loan_reopened": _("A loan that was paid off runs again"),
        "identity_changed": _("Identity changed"),
        "login_approved": _("Let in by chat"),
        "login_refused": _("Not let in by chat"),
        "login_locked_by_document": _("Log-in by chat locked"),
        "chat_session_ended": _("Shown out of the chat"),
        "opted_out": _("Wants no more advertisements"),
        "opted_in": _("Wants advertisements again"),
    }
    return words.get(action, _("Changed"))


def label(name: str) -> str:
    words = {
        "name": _("Name"),
        "document_type": _("Kind of document"),
        "document_number": _("Document number"),
        "birthday": _("Birthday"),
        "phone": _("Registered phone"),
        "email": _("Registered e-mail"),
        "further_points": _("Further verified phones and e-mails"),
        "number": _("Member number"),
        "agency": _("Agency"),
        "officer": _("Officer"),
        "joined_on": _("Partner since"),
        "status": _("Status"),
        "external_id": _("Id in the other system"),
        "loan": _("Loan"),
    }
    return words.get(name, name.replace("_", " ").capitalize())


def value(name: str, kept: Any, *, whole: bool) -> str:
    """What the log holds, as a person says it; a dash for nothing."""
    if kept in (None, ""):
        return "—"
    if name == "document_number" and not whole:
        return masked(str(kept))
    if name == "status":
        return str(dict(Partner.Status.choices).get(kept, kept))
    if name == "document_type":
        return str(dict(DocumentType.choices).get(kept, kept))
    if name in ("birthday", "joined_on"):
        day = parse_date(str(kept))
        return date_format(day, "SHORT_DATE_FORMAT") if day else str(kept)
    return pretty(str(kept)) if name == "phone" else str(kept)
