"""How to pay: one list for the page, the statement and the bot; and what changes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.audit.models import record
from crm.people.models import User
from crm.people.phones import pretty
from partners.models import PaymentOption

Kind = PaymentOption.Kind
# What the audit log keeps of an option: whoever changes where money goes is known for it.
FACTS = (
    "kind", "name", "holder", "number", "cci", "currency", "instructions", "is_active", "weight",
)  # fmt: skip
STEP = 10


@dataclass(frozen=True, slots=True)
class Way:
    """A payment option as it is shown: `facts` are (label, value), in the order to read them.

    The desk speaks two languages and the chat more: `name`, `number`, `cci` and `holder` are the
    same without a word of ours, but for names of products ("Yape: Rosa"). `name` is "" where the
    kind says all of it.
    """

    kind: str
    title: str
    currency: str
    facts: tuple[tuple[str, str], ...]
    instructions: str
    name: str
    number: str
    cci: str
    holder: str

    def __str__(self) -> str:
        """The title, then one fact a line: for an office's own wording that has no more of it."""
        lines = [self.title, *(f"{label}: {value}" for label, value in self.facts)]
        return "\n".join([*lines, self.instructions] if self.instructions else lines)


def options_for(currency: str) -> list[Way]:
    """The shown options in which a loan of that currency can be paid, in order."""
    return ways_for({currency})


def ways_for(currencies: Iterable[str]) -> list[Way]:
    """The same for loans of several currencies, each option once; one query."""
    asked = sorted(set(currencies))
    if not asked:
        return []
    rows = PaymentOption.objects.filter(is_active=True)
    return [way(one) for one in rows.filter(Q(currency="") | Q(currency__in=asked))]


def way(option: PaymentOption) -> Way:
    kind = str(option.get_kind_display())
    bare = option.name.casefold() == kind.casefold()
    title = option.name if bare or option.kind == Kind.OTHER else f"{kind}: {option.name}"
    number, cci = _number_shown(option), cci_shown(option.cci)
    own_name = "" if bare else option.name
    facts = [
        (_number_label(option.kind), number),
        ("CCI", cci),
        (_("In the name of"), option.holder),
    ]
    return Way(
        kind=option.kind,
        title=title,
        currency=option.currency,
        facts=tuple((label, value) for label, value in facts if value),
        instructions=option.instructions,
        name=own_name if option.kind in (Kind.BANK, Kind.CASH) else title,
        number=number,
        cci=cci,
        holder=option.holder,
    )


def cci_shown(cci: str) -> str:
    """ "01124100019000658270" as "011-241-000190006582-70", as banks print it."""
    if len(cci) != 20:
        return cci
    return f"{cci[:3]}-{cci[3:6]}-{cci[6:18]}-{cci[18:]}"


def _number_label(kind: str) -> str:
    if kind in (Kind.YAPE, Kind.PLIN):
        return _("Phone")
    if kind == Kind.PIX:
        return _("Key")
    if kind == Kind.CASH:
        return _("Where")
    return _("Account") if kind == Kind.BANK else _("Number")


def _number_shown(option: PaymentOption) -> str:
    if option.kind in (Kind.YAPE, Kind.PLIN):
        return pretty(option.number)
    return option.number


def facts_of(option: PaymentOption) -> dict[str, Any]:
    return {name: getattr(option, name) for name in FACTS}


def save_option(*, option: PaymentOption, by: User | None) -> PaymentOption:
    """Write a new option, as the last one, or what was changed of one."""
    with transaction.atomic():
        if option._state.adding:
            option.weight = max((one.weight for one in _locked()), default=0) + STEP
            option.save()
            record(action="payment_option_added", subject=option, by=by, after=facts_of(option))
            return option
        before = facts_of(_locked().get(pk=option.pk))
        # Its place and whether it is shown are changed elsewhere, perhaps just now.
        option.weight, option.is_active = before["weight"], before["is_active"]
        option.save()
        record(
            action="payment_option_changed",
            subject=option,
            by=by,
            before=before,
            after=facts_of(option),
        )
    return option


def show_option(*, option: PaymentOption, shown: bool, by: User | None) -> bool:
    """Offer it, or no longer; whether that changed anything."""
    with transaction.atomic():
        changed = PaymentOption.objects.filter(pk=option.pk, is_active=not shown).update(
            is_active=shown
        )
        if changed:
            record(
                action="payment_option_shown" if shown else "payment_option_hidden",
                subject=option,
                by=by,
                before={"is_active": not shown},
                after={"is_active": shown},
            )
    return bool(changed)


def move_option(*, option: PaymentOption, up: bool, by: User | None) -> bool:
    """One place up or down; whether there was a place to move to. All are numbered anew."""
    with transaction.atomic():
        rows = list(_locked())
        at = next((place for place, one in enumerate(rows) if one.pk == option.pk), None)
        to = None if at is None else at + (-1 if up else 1)
        if at is None or to is None or not 0 <= to < len(rows):
            return False
        before = rows[at].weight
        rows[at], rows[to] = rows[to], rows[at]
        for place, one in enumerate(rows, start=1):
            one.weight = place * STEP
        PaymentOption.objects.bulk_update(rows, ["weight"])
        record(
            action="payment_option_moved",
            subject=option,
            by=by,
            before={"place": at + 1, "weight": before},
            after={"place": to + 1, "weight": rows[to].weight},
        )
    return True


def _locked() -> models.QuerySet[PaymentOption]:
    """All of them, nobody else's until the transaction ends; there are few."""
    return PaymentOption.objects.select_for_update().order_by("weight", "id")
