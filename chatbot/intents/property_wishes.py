"""What somebody looked for last, to which they add: "hasta 300 mil", "algo más barato"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from chatbot.dialog.contract import Outcome, Turn
from crm.catalog.models import Property
from crm.catalog.wishes import Wish, matching

# In the topic, with the moment.
WISH, LASTS = "wish", timedelta(days=1)
MOST_NEAR = 5
Kind = Property.Kind
# Who wants one of them may want another; nobody lives in a warehouse.
ALIKE = ((Kind.APARTMENT, Kind.HOUSE), (Kind.OFFICE, Kind.SHOP, Kind.WAREHOUSE))


def before(turn: Turn) -> Wish | None:
    """What they looked for last, if that was lately."""
    kept = turn.topic.get(WISH)
    if not kept or turn.now - datetime.fromisoformat(kept["at"]) > LASTS:
        return None
    return Wish.of(kept)


def keeping(turn: Turn, wish: Wish, outcome: Outcome) -> Outcome:
    topic = dict(turn.topic if outcome.topic is None else outcome.topic)
    return replace(outcome, topic=topic | {WISH: wish.as_data() | {"at": turn.now.isoformat()}})


def alike(kind: str) -> Sequence[str]:
    return next((kinds for kinds in ALIKE if kind in kinds), (kind,))


def nearest(wishes: Iterable[Wish]) -> list[Property]:
    """What fits the first of these that anything fits, if only of a kind much like it."""
    for wanted in dict.fromkeys(wishes):  # without a place, here is anywhere
        rows = matching(replace(wanted, kind=""))
        for kinds in dict.fromkeys(((wanted.kind,), tuple(alike(wanted.kind)))):
            near = list((rows.filter(kind__in=kinds) if wanted.kind else rows)[:MOST_NEAR])
            if near:
                return near
    return []


def cheaper(turn: Turn, seen: Sequence[Property], said: Wish) -> Wish | None:
    """The same for less than all they saw, but for what is `said` now; None where no price is
    known, or one is said."""
    priced = [(one.price, one) for one in seen if one.price is not None]
    if not priced or said.most is not None or said.least is not None:
        return None
    price, least = min(priced, key=lambda row: row[0])
    if said.operation not in ("", least.operation):
        return None
    like = (before(turn) or Wish(kind=least.kind)).refined(said)
    most = price - Decimal("0.01")
    return replace(like, operation=least.operation, currency=least.currency, least=None, most=most)
