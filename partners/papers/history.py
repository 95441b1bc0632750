"""What the audit log says of a payment option: who changed where money goes, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.audit.models import AuditEntry
from partners.models import PaymentOption
from partners.paying import cci_shown

MOST = 20
ACTIONS = {
    "payment_option_added": gettext_lazy("Added"),
    "payment_option_changed": gettext_lazy("Changed"),
    "payment_option_moved": gettext_lazy("Moved"),
    "payment_option_shown": gettext_lazy("Shown again"),
    "payment_option_hidden": gettext_lazy("Hidden"),
}
TOLD = ("kind", "name", "number", "cci", "holder", "currency", "instructions")


@dataclass(frozen=True, slots=True)
class Event:
    """`changes` are (what, old, new); old is "" where nothing was before."""

    who: str
    at: datetime
    what: str
    changes: list[tuple[str, str, str]]


def history_of(option: PaymentOption) -> list[Event]:
    """The newest first; one query."""
    entries = AuditEntry.objects.about(option).select_related("actor")[:MOST]
    return [
        Event(
            who=str(one.actor) if one.actor else _("Automatic"),
            at=one.at,
            what=str(ACTIONS.get(one.action, one.action)),
            changes=_changes(one) if one.action == "payment_option_changed" else [],
        )
        for one in entries
    ]


def _changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    return [
        (_label(name), _shown(name, entry.before[name]), _shown(name, entry.after[name]))
        for name in TOLD
        if name in entry.before and name in entry.after
    ]


def _label(name: str) -> str:
    label = str(PaymentOption._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def _shown(name: str, value: Any) -> str:
    if name == "kind":
        return str(dict(PaymentOption.Kind.choices).get(value, value))
    return cci_shown(value) if name == "cci" else str(value)
