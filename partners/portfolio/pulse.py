"""Keeps an open portfolio page fresh: whoever looks has it computed anew, half a minute apart."""

from collections.abc import Iterable

from crm.people.models import User
from partners.portfolio import rollup

NUMBERS = "portfolio"
MOMENT = "portfolio:moment"


def pulse(user: User, asked: Iterable[str]) -> dict[str, str]:
    """The version of the numbers, and of the moment they were computed; strangers learn nothing."""
    wanted = {NUMBERS, MOMENT}.intersection(asked)
    if not wanted or not user.has_perm("partners.view_loan"):
        return {}
    portfolio = rollup.current()
    rollup.ask(portfolio)
    moment = portfolio.computed_at.isoformat() if portfolio.computed_at else ""
    versions = {NUMBERS: portfolio.version, MOMENT: moment}
    return {key: version for key, version in versions.items() if key in wanted}
