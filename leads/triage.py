"""What is decided about a lead: whose it is, how far it has come, what a colleague should know.

Each decision is conditional on the lead being as the caller read it: of two colleagues who act
at once one wins, the other hears of it as a DeskError. Each leaves a LeadChange behind.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import DeskError
from crm.people.models import Contact, Note, User
from leads.models import Lead, LeadChange

# How long a change can be taken back: the toast's six seconds, and a slow line.
UNDO_WITHIN = timedelta(seconds=60)
LONGEST_NOTE = 5_000


def assignable() -> QuerySet[User]:
    """Active colleagues who may work on leads."""
    people: QuerySet[User] = User.objects.with_perm(
        "leads.change_lead", backend="crm.people.backends.DeskBackend"
    )
    return people.filter(is_active=True).order_by("first_name", "last_name", "username")


def assign_lead(*, lead: Lead, to: User | None, by: User) -> LeadChange | None:
    """Make `to` (None: nobody) the one who looks after the lead; None if that is so already.

    Anybody may take a free lead and release or hand on an own one; `leads.assign_lead` may all.
    A contact without an owner becomes the assignee's. Raises DeskError for everything else, and
    where somebody was faster.
    """
    if lead.assigned_to_id == (to.pk if to else None):
        return None
    if not _may_assign(lead, to, by):
        raise DeskError(_("You may take free leads and hand on your own."))
    if to is not None and not assignable().filter(pk=to.pk).exists():
        raise DeskError(_("%(person)s does not work on leads.") % {"person": to})
    with transaction.atomic():
        change = _move(lead, "assigned_to", to.pk if to else None, by)
        if to is not None:
            _own_contact(lead, to, by)
    lead.assigned_to = to
    return change


def change_status(*, lead: Lead, status: str, by: User) -> LeadChange | None:
    """Move the lead on; won and lost close it, anything else opens it again. None: no change.

    Raises DeskError for an unknown status, where somebody was faster, and where reopening would
    make a second open lead of the same contact and property.
    """
    if status not in Lead.Status.values:
        raise DeskError(_("There is no such status."))
    if lead.status == status:
        return None
    closed_at = timezone.now() if status in Lead.CLOSED else None
    try:
        with transaction.atomic():
            change = _move(lead, "status", status, by, closed_at=closed_at)
    except IntegrityError as error:
        raise DeskError(
            _("This person already has another open lead for this property.")
        ) from error
    lead.status, lead.closed_at = status, closed_at
    return change


def add_note(*, contact: Contact, author: User, text: str) -> Note:
    """Write down something about the contact. Raises DeskError for an empty or endless text."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise DeskError(_("Write something first."))
    if len(text) > LONGEST_NOTE:
        raise DeskError(_("This note is too long."))
    return Note.objects.create(contact=contact, author=author, text=text)


def undo_change(*, change: LeadChange, by: User) -> None:
    """Put back what `by` changed a moment ago, unless somebody has changed it since (DeskError)."""
    lead = Lead.objects.select_related("contact").get(pk=change.lead_id)
    last = lead.changes.filter(field=change.field).first()
    if change.actor_id != by.pk or timezone.now() - change.at > UNDO_WITHIN or last != change:
        raise DeskError(_("This can no longer be undone."))
    if change.field == "status" and lead.status == change.new:
        change_status(lead=lead, status=change.old, by=by)
    elif change.field == "assigned_to" and str(lead.assigned_to_id or "") == change.new:
        before = User.objects.filter(pk=int(change.old)).first() if change.old else None
        with transaction.atomic():
            _move(lead, "assigned_to", before.pk if before else None, by)
            _disown_contact(lead, change, by)
    else:
        raise DeskError(_("This can no longer be undone."))


def record(lead: Lead, field: str, old: object, new: object, by: User) -> LeadChange:
    """Note who changed what; long values are cut to what the history shows."""
    return LeadChange.objects.create(
        lead=lead, actor=by, field=field, old=_short(old), new=_short(new)
    )


def _may_assign(lead: Lead, to: User | None, by: User) -> bool:
    if by.has_perm("leads.assign_lead"):
        return True
    if not by.has_perm("leads.change_lead"):
        return False
    if lead.assigned_to_id is None:
        return to == by
    return lead.assigned_to_id == by.pk


def _move(lead: Lead, field: str, new: str | int | None, by: User, **also: object) -> LeadChange:
    """Set one column, if it still holds what `lead` says it does."""
    column = "assigned_to_id" if field == "assigned_to" else field
    old = getattr(lead, column)
    now = timezone.now()
    moved = Lead.objects.filter(pk=lead.pk, **{column: old}).update(
        **{column: new}, updated_at=now, **also
    )
    if not moved:
        raise DeskError(_taken_words(lead, field))
    lead.updated_at = now
    return record(lead, field, old, new, by)


def _taken_words(lead: Lead, field: str) -> str:
    now = Lead.objects.select_related("assigned_to").filter(pk=lead.pk).first()
    if now is None:
        return _("This lead is no longer there.")
    if field == "status":
        return _("Somebody has just set this lead to “%(status)s”.") % {
            "status": now.get_status_display()
        }
    if now.assigned_to is None:
        return _("Somebody has just released this lead.")
    return _("%(person)s has just taken this lead.") % {"person": now.assigned_to}


def _own_contact(lead: Lead, to: User, by: User) -> None:
    if Contact.objects.filter(pk=lead.contact_id, owner=None).update(owner=to):
        record(lead, "owner", None, to.pk, by)


def _disown_contact(lead: Lead, change: LeadChange, by: User) -> None:
    """The contact is nobody's again, if it was this assignment that gave it an owner."""
    given = lead.changes.filter(
        field="owner", old="", new=change.new, actor=by, at__gte=change.at
    ).exists()
    if given and Contact.objects.filter(pk=lead.contact_id, owner_id=int(change.new)).update(
        owner=None
    ):
        record(lead, "owner", change.new, None, by)


def _short(value: object) -> str:
    return "" if value is None else str(value)[:200]
