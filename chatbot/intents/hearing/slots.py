"""What a message names: documents, loans, amounts, days."""

from __future__ import annotations

import re
from datetime import date

from chatbot.intents.heard import Slots
from chatbot.intents.hearing.amounts import find_amount
from chatbot.intents.hearing.days import find_day, may_be_thousands, without_days
from chatbot.intents.hearing.loans import find_loan, find_ordinal, without_loan
from chatbot.intents.hearing.papers import find_papers

_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|(?<!\d)\d{1,2}([-/.])\d{1,2}\1\d{2,4}(?!\d)"
)
YOUNGEST = 14


def find_slots(text: str, today: date) -> Slots:
    """The slots of a plain text (`words.plain`); any text has some or none, and raises nothing."""
    day, wrong_day = find_day(text, today)
    # Nobody who writes here was born on a day of the last years: that is when they paid.
    lately = day is not None and day.year > today.year - YOUNGEST
    document, year = find_papers(_DATE.sub(" ", text) if lately else text, today.year)
    # What is a document or a day is neither an amount nor a loan.
    rest = _DATE.sub(" ", text)
    unclear = document or may_be_thousands(text, today)
    amount, currency = find_amount("" if unclear else without_loan(without_days(text)))
    loan = "" if document and year else find_loan(rest)
    return Slots(
        loan="" if loan == document else loan,
        ordinal=find_ordinal(text),
        document=document,
        year=year,
        amount=amount,
        currency=currency,
        day=day,
        wrong_day=wrong_day,
    )
