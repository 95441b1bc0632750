"""A loan's schedule, straight from the engine."""

import argparse
import json
import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from partners.lending.dates import DayCount, Every, add_periods
from partners.lending.errors import LendingError
from partners.lending.money import RoundMode, read_number
from partners.lending.schedule import Installment, build_schedule
from partners.lending.terms import LoanTerms, Method, RateKind

CHOICES: dict[str, type[StrEnum]] = {
    "rate_kind": RateKind,
    "day_count": DayCount,
    "method": Method,
    "every": Every,
    "round_mode": RoundMode,
}
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
COUNT = re.compile(r"-?[0-9]{1,9}", re.ASCII)


class Command(BaseCommand):
    help = (
        "Prints a loan's installments, one JSON object a line: n, due, days, principal, interest, "
        "total, balance. Exit 2 and one line if the arguments make no loan."
    )
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Without a usage line in front, what is wrong is one line.
        kwargs |= {"usage": argparse.SUPPRESS, "allow_abbrev": False}
        self.parser = super().create_parser(prog_name, subcommand, **kwargs)
        return self.parser

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("--principal", type=number, required=True, metavar="AMOUNT")
        add("--rate", type=number, required=True, metavar="PERCENT")
        add("--terms", type=whole_number, required=True, metavar="N", help="installments")
        for name, kind in CHOICES.items():
            choices = [str(choice) for choice in kind]
            add(f"--{name.replace('_', '-')}", choices=choices, default=choices[0])
        add("--disbursed", type=day, metavar="YYYY-MM-DD", help="today, if not given")
        add("--first-due", type=day, metavar="YYYY-MM-DD", help="if not given, a period later")
        for name in ("principal", "interest"):
            add(f"--grace-{name}", type=whole_number, default=0, metavar="N", help="installments")
        add("--round-to", type=number, default="0.01", metavar="AMOUNT", help="such as 1 or 0.10")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = build_schedule(terms_of(options))
        except LendingError as error:
            self.parser.error(str(error))
        for row in rows:
            self.stdout.write(json.dumps(as_json(row)))


def terms_of(options: dict[str, Any]) -> LoanTerms:
    asked = {name: options[name] for name in LoanTerms.__dataclass_fields__}
    asked |= {name: kind(asked[name]) for name, kind in CHOICES.items()}
    asked["disbursed"] = asked["disbursed"] or timezone.localdate()
    asked["first_due"] = asked["first_due"] or add_periods(asked["disbursed"], asked["every"], 1)
    return LoanTerms(**asked)


def as_json(row: Installment) -> dict[str, int | str]:
    """Amounts as strings with two decimals, dates as YYYY-MM-DD."""
    return {
        "n": row.number,
        "due": row.due.isoformat(),
        "days": row.days,
        "principal": str(row.principal),
        "interest": str(row.interest),
        "total": str(row.total),
        "balance": str(row.balance),
    }


def number(text: str) -> Decimal:
    try:
        return read_number(text)
    except LendingError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def whole_number(text: str) -> int:
    if not COUNT.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number")
    return int(text)


def day(text: str) -> date:
    if not DATE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a date such as 2024-02-29")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"there is no day {text}") from None
