"""What rows of a file mean by a name or a number: found for a whole portion at a time."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from crm.imports.contract import Row
from crm.imports.values import Amount
from crm.people.folding import fold
from crm.people.models import Agency, User
from partners.models import LoanProduct, Partner

Row_ = TypeVar("Row_", bound=Model)
# Indexes leave blanks out, which SQLite believes only where it is said in so many words.
BLANK = RawSQL("''", ())


def said(rows: Iterable[Row], name: str) -> list[Any]:
    """The values that rows give of a fact, each once."""
    return list(dict.fromkeys(value for row in rows if (value := row[name]) is not None))


def by_external_id(rows: "QuerySet[Row_]", ids: Sequence[str]) -> "QuerySet[Row_]":
    """A query of its own: in an OR with others it would read the whole table."""
    return rows.filter(external_id__in=ids).exclude(external_id=BLANK)


def note_sign(row: Row, name: str, currency: str) -> None:
    """A problem where the sign beside the amount `name` is another currency's."""
    said: Amount | None = row[name]
    if said is not None and not said.may_be(currency):
        row.wrong(
            name,
            _("The amount is written with %(sign)s, but the currency is %(currency)s.")
            % {"sign": said.sign, "currency": currency},
        )


def agencies() -> dict[str, Agency]:
    return {fold(one.name): one for one in Agency.objects.all()}


def officers() -> dict[str, User]:
    """Who may look after partners, by user name and by e-mail."""
    people = User.objects.with_perm(
        "partners.change_partner", backend="crm.people.backends.DeskBackend"
    )
    found: dict[str, User] = {}
    for one in people.filter(is_active=True):
        found |= {name.lower(): one for name in (one.email, one.username) if name}
    return found


def products() -> dict[str, LoanProduct]:
    """By code, and by name where no code is called so."""
    offered = list(LoanProduct.objects.all())
    return {fold(one.name): one for one in offered} | {fold(one.code): one for one in offered}


class Partners:
    """Partners whom rows name by member number, document or number in another system; their rows
    are held until the portion is written, so that none is cancelled in between."""

    def __init__(self, rows: Sequence[Row]) -> None:
        partners = Partner.objects.order_by()
        documents = Q(contact__document_number__in=said(rows, "partner_document"))
        named = {
            *partners.filter(number__in=said(rows, "partner_number")).values_list("pk", flat=True),
            *by_external_id(partners, said(rows, "partner_external_id")).values_list(
                "pk", flat=True
            ),
            *partners.filter(documents)
            .exclude(contact__document_number=BLANK)
            .values_list("pk", flat=True),
        }
        locked = Partner.objects.select_for_update(of=("self",)).select_related("contact")
        found = list(locked.filter(pk__in=named).order_by("pk"))
        self.by_number = {one.number: one for one in found}
        self.by_external_id = {one.external_id: one for one in found if one.external_id}
        self.by_document: dict[str, list[Partner]] = {}
        for one in found:
            self.by_document.setdefault(one.contact.document_number, []).append(one)

    def of(self, row: Row) -> Partner | None:
        """The partner a row names; None, and a problem noted, if there is none or they differ."""
        named = [
            (name, found.get(row[name]))
            for name, found in (
                ("partner_number", self.by_number),
                ("partner_external_id", self.by_external_id),
            )
            if row[name] is not None
        ]
        if (document := row["partner_document"]) is not None:
            alike = self.by_document.get(document, [])
            if len(alike) > 1:
                row.wrong("partner_document", _("Several partners have this number."))
                return None
            named.append(("partner_document", alike[0] if alike else None))
        if not named:
            row.wrong("", _("Name the partner: by member number, document or other id."))
            return None
        for name, one in named:
            if one is None:
                row.wrong(name, _("There is no such partner."))
                return None
        first = named[0][1]
        if any(one != first for _name, one in named):
            row.wrong("", _("The partner's number and document are not the same person's."))
            return None
        return first
