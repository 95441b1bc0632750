"""What the page of one lead shows, each part asked for only when a template does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.conversations.models import Conversation
from crm.people.documents import shown_document
from crm.people.facts import FACTS, fact_form
from crm.people.models import Contact, Note, User
from leads import pulse
from leads.facts import locked_because
from leads.models import Lead, LeadChange
from leads.triage import assignable
from partners.panel import Panel, panel_of

SHOWN = 10  # of notes and of the history, until one asks for all
MOST_SHOWN = 200


@dataclass(frozen=True)
class Event:
    """One line of the history: who changed what, from what to what."""

    actor: str
    at: datetime
    what: str
    old: str
    new: str


@dataclass(frozen=True)
class Fact:
    """One fact as it is shown; `form` is there while it is being edited."""

    name: str
    label: str
    value: Any
    form: Any = None
    locked: str = ""  # why this person cannot change it


class LeadPage:
    def __init__(
        self, lead: Lead, user: User, editing: str = "", talk: str = "", whole: bool = False
    ) -> None:
        self.lead = lead
        self.user = user
        self.editing = editing
        self.wrong: Fact | None = None
        self._talk = talk
        self.most = MOST_SHOWN if whole else SHOWN
        self.shown = f":{self.most}"
        self.may_change = user.has_perm("leads.change_lead")
        self.may_edit = user.has_perm("people.change_contact")
        self.may_edit_points = self.may_edit and not hasattr(lead.contact, "partner")
        self.may_note = user.has_perm("people.add_note")
        self.version = pulse.pulse(user, [f"{pulse.ONE}{lead.pk}"])[f"{pulse.ONE}{lead.pk}"]
        self.statuses = Lead.Status.choices

    @cached_property
    def assignees(self) -> list[User]:
        """Whom this person may give the lead to."""
        may = self.user.has_perm("leads.assign_lead") or self.lead.assigned_to_id == self.user.pk
        people = list(assignable()) if may and self.may_change else []
        holder = self.lead.assigned_to
        return people if holder is None or not people or holder in people else [*people, holder]

    @property
    def may_take(self) -> bool:
        return self.may_change and self.lead.assigned_to_id is None

    @cached_property
    def facts(self) -> list[Fact]:
        wrong = self.wrong
        return [wrong if wrong and wrong.name == name else self.fact(name) for name in FACTS]

    def fact(self, name: str, form: Any = None) -> Fact:
        contact = self.lead.contact
        blank = fact_form(name, contact)
        locked = locked_because(contact, name, self.user)
        if form is None and name == self.editing and self.may_edit and not locked:
            form = blank
        if name == "tags":
            value: Any = ", ".join(str(tag) for tag in contact.tags.all())
        elif name == "language":
            choices: Any = blank.fields["language"].choices  # type: ignore[attr-defined]
            value = dict(choices)[contact.language] if contact.language else ""
        elif name == "document_number":
            value = shown_document(self.user, contact.document_number)
        else:
            value = getattr(contact, name)
        return Fact(name, str(blank.fields[name].label), value, form, locked)

    @cached_property
    def panel(self) -> Panel | None:
        """Whether this person is a partner; who may not see a contact cannot make it one."""
        found = panel_of(self.user, self.lead.contact)
        if found is None or found.partner is not None:
            return found
        visible = Contact.objects.visible_to(self.user).filter(pk=self.lead.contact_id)
        return found if visible.exists() else None

    @cached_property
    def conversations(self) -> list[Conversation]:
        """Who looks after the lead reads all of its contact's; others what they may see anyway."""
        if not self.user.has_perm("conversations.view_conversation"):
            return []
        rows = Conversation.objects.filter(contact=self.lead.contact_id)
        if self.lead.assigned_to_id != self.user.pk:
            rows = rows.visible_to(self.user).filter(contact=self.lead.contact_id)
        return list(rows.select_related("channel", "episode").order_by("-last_message_at", "-id"))

    @cached_property
    def conversation(self) -> Conversation | None:
        """The one that is open: the asked for, else the latest."""
        asked = [one for one in self.conversations if str(one.pk) == self._talk]
        return next(iter([*asked, *self.conversations]), None)

    @cached_property
    def hidden_conversations(self) -> bool:
        """There is a conversation, but a colleague leads it."""
        return (
            not self.conversations
            and Conversation.objects.filter(contact=self.lead.contact_id).exists()
        )

    @cached_property
    def others(self) -> list[Lead]:
        rows = Lead.objects.visible_to(self.user).filter(contact=self.lead.contact_id)
        return list(rows.exclude(pk=self.lead.pk).select_related("property", "assigned_to")[:10])

    @cached_property
    def notes(self) -> list[Note]:
        return list(self.lead.contact.notes.select_related("author")[: self.most + 1])

    @property
    def more_notes(self) -> bool:
        return len(self.notes) > self.most

    @property
    def more_history(self) -> bool:
        return len(self.history) > self.most

    @cached_property
    def history(self) -> list[Event]:
        rows = list(self.lead.changes.select_related("actor")[: self.most + 1])
        names = self._names(rows)
        return [
            Event(
                str(row.actor) if row.actor else _("Automatic"),
                row.at,
                _what(row.field),
                self._value(row.field, row.old, names),
                self._value(row.field, row.new, names),
            )
            for row in rows
        ]

    def _value(self, field: str, value: str, names: dict[str, str]) -> str:
        kept = shown_document(self.user, value) if field == "document_number" else value
        return _value(field, kept, names)

    def _names(self, rows: list[LeadChange]) -> dict[str, str]:
        keys = {
            int(value)
            for row in rows
            if row.field in ("assigned_to", "owner")
            for value in (row.old, row.new)
            if value.isdecimal()
        }
        return (
            {str(user.pk): str(user) for user in User.objects.filter(pk__in=keys)} if keys else {}
        )


def _what(field: str) -> str:
    return {
        "created": _("Entered by hand"),
        "status": _("Status"),
        "assigned_to": _("Assigned to"),
        "owner": _("Owner of the contact"),
        "property": _("Property"),
        "name": _("Name"),
        "document_number": _("Document number"),
        "birthday": _("Birthday"),
        "language": _("Language"),
        "tags": _("Tags"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "username": _("User name"),
    }.get(field, field)


def _value(field: str, value: str, names: dict[str, str]) -> str:
    """What the column holds, in words."""
    if field == "created":
        return ""
    if field == "status" and value in Lead.Status.values:
        return str(Lead.Status(value).label)
    if field in ("assigned_to", "owner"):
        return names.get(value, value) or _("nobody")
    return value or "—"
