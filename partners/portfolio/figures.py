"""From the portfolio's shares to the numbers of its page; no query but the one for the shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.filters import LATE, NOBODY, ON_TIME
from partners.lending.arrears import read_buckets
from partners.lending.money import CENT, ZERO
from partners.models import Portfolio, PortfolioShare
from partners.portfolio.rollup import RISKS

COUNTS = ("loans", "partners")
AMOUNTS = ("principal", *RISKS, "due_week", "open_week", "due_month", "collected")
WIDEST = 100  # the longest bar, in units of its picture
# Buckets that begin after so many days are drawn as those at risk.
AT_RISK = 30


@dataclass(slots=True)
class Sums:
    """What some shares come to. `key` is what they have in common: an agency, an officer, ""."""

    key: str = ""
    label: str = ""
    url: str = ""
    loans: int = 0
    partners: int = 0
    principal: Decimal = ZERO
    late: Decimal = ZERO
    par_30: Decimal = ZERO
    par_90: Decimal = ZERO
    due_week: Decimal = ZERO
    open_week: Decimal = ZERO
    due_month: Decimal = ZERO
    collected: Decimal = ZERO
    ageing: list[list[int]] = field(default_factory=list)

    def add(self, share: PortfolioShare) -> None:
        for name in (*COUNTS, *AMOUNTS):
            setattr(self, name, getattr(self, name) + getattr(share, name))
        if not self.ageing:
            self.ageing = [[0, 0, 0] for _place in share.ageing]
        for mine, more in zip(self.ageing, share.ageing, strict=True):
            mine[:] = [one + other for one, other in zip(mine, more, strict=True)]

    @property
    def late_rate(self) -> str:
        return percent(self.late, self.principal)

    @property
    def par_30_rate(self) -> str:
        return percent(self.par_30, self.principal)

    @property
    def par_90_rate(self) -> str:
        return percent(self.par_90, self.principal)

    @property
    def collected_rate(self) -> str:
        return percent(self.collected, self.due_month)


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the ageing picture: `width` of WIDEST, from a common zero."""

    label: str
    kind: str  # good, warn, bad
    loans: int
    partners: int
    principal: Decimal
    rate: str
    width: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """One currency's numbers."""

    currency: str
    total: Sums
    late_url: str
    bars: list[Bar]
    officers: list[Sums]
    agencies: list[Sums]


def percent(part: Decimal, whole: Decimal) -> str:
    """ "12.3 %"; a dash where there is no whole."""
    return f"{100 * part / whole:.1f} %" if whole else "—"


def key_of(pk: int | None) -> str:
    """As the filters of this page and of the list of partners say it."""
    return NOBODY if pk is None else str(pk)


def chosen(shares: Iterable[PortfolioShare], asked: dict[str, str]) -> list[PortfolioShare]:
    """Those that `asked` ("currency", "agency", "officer"; "" is any) means."""
    return [
        share
        for share in shares
        if asked["currency"] in ("", share.currency)
        and asked["agency"] in ("", key_of(share.agency_id))
        and asked["officer"] in ("", key_of(share.officer_id))
    ]


def sections(
    portfolio: Portfolio, shares: Iterable[PortfolioShare], asked: dict[str, str]
) -> Iterator[Section]:
    """One for each currency, the office's own first."""
    by_currency: dict[str, list[PortfolioShare]] = {}
    for share in chosen(shares, asked):
        by_currency.setdefault(share.currency, []).append(share)
    for currency in sorted(by_currency, key=lambda code: (code != settings.CURRENCY, code)):
        rows = by_currency[currency]
        within = asked | {"currency": currency}
        total = Sums(url=partners_url(within))
        for share in rows:
            total.add(share)
        yield Section(
            currency=currency,
            total=total,
            late_url=partners_url(within, LATE),
            bars=_bars(portfolio, total, within),
            officers=_grouped(rows, "officer", within),
            agencies=_grouped(rows, "agency", within),
        )


def _grouped(shares: list[PortfolioShare], by: str, asked: dict[str, str]) -> list[Sums]:
    """By officer or agency, who has lent most first."""
    found: dict[str, Sums] = {}
    for share in shares:
        key = key_of(getattr(share, f"{by}_id"))
        if key not in found:
            label = str(getattr(share, by) or _without(by))
            found[key] = Sums(key=key, label=label, url=partners_url(asked | {by: key}))
        found[key].add(share)
    return sorted(found.values(), key=lambda one: (-one.principal, one.label))


def _without(by: str) -> str:
    return _("Without an officer") if by == "officer" else _("Without agency")


def _bars(portfolio: Portfolio, total: Sums, asked: dict[str, str]) -> list[Bar]:
    most = max((cents for _loans, _partners, cents in total.ageing), default=0) or 1
    names = [(_("In time"), "good", ON_TIME)] + [
        (
            _("%(days)s days") % {"days": bucket},
            "bad" if bucket.first > AT_RISK else "warn",
            str(bucket.first),
        )
        for bucket in read_buckets(portfolio.buckets)
    ]
    return [
        Bar(
            label=label,
            kind=kind,
            loans=loans,
            partners=partners,
            principal=cents * CENT,
            rate=percent(cents * CENT, total.principal),
            width=f"{WIDEST * cents / most:.2f}",
            url=partners_url(asked, arrears) if partners else "",
        )
        for (label, kind, arrears), (loans, partners, cents) in zip(
            names, total.ageing, strict=True
        )
    ]


def partners_url(asked: dict[str, str], arrears: str = "") -> str:
    """The list of the partners that were counted: those with active loans in the currency."""
    said: dict[str, Any] = {"loans": asked["currency"]}
    said |= {name: asked[name] for name in ("agency", "officer") if asked[name]}
    query = urlencode(said | ({"arrears": arrears} if arrears else {}))
    return f"{reverse('partners:list')}?{query}"
