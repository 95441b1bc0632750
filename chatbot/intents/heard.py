"""What a message was understood as."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

UNKNOWN = "unknown"
# Below this an intent is a guess, which nobody leaves a question for.
SURE = 0.7
# These answer a question, or are said beside it; they ask for nothing else.
BESIDE = frozenset(("affirm", "deny", "thanks", "greeting", UNKNOWN))
# Of these, what is answered, and leaves the question open.
POLITE = frozenset(("greeting", "thanks"))
# Every intent, and what it means in a line.
INTENTS: dict[str, str] = {
    "greeting": "says hello, nothing else asked",
    "help": "wants the menu, the options, or to know what the bot can do",
    "authenticate": "wants to identify themselves, or gives document number and birth year",
    "personal_info": "wants to see their own data kept by the business",
    "account_statement": "how much they owe, balance, statement of account",
    "list_loans": "wants the list of their loans",
    "loan_detail": "wants the detail of a particular loan, or which installment they are in",
    "next_payment": "when and how much the next installment is",
    "settlement": "how much it takes to pay off a whole loan",
    "payment_options": "where and how to pay",
    "create_ticket": "has a complaint or a problem, asks for support",
    "ticket_status": "what happened with a complaint they made",
    "upload_receipt": "sends, wants to send, or says they have paid and have a receipt",
    "property_inquiry": "is interested in, asks about or searches a property",
    "schedule_visit": "wants to see a property, arrange a day or time",
    "talk_to_agent": "wants a human, an adviser, a call",
    "opt_out": "wants no more (marketing) messages",
    "opt_in": "wants to receive messages again",
    "affirm": "yes, agreed, correct",
    "deny": "no, that is wrong",
    "cancel": "stop what we are doing, leave this step",
    "thanks": "thanks",
    "goodbye": "says farewell",
    "logout": "close the session",
    UNKNOWN: "about none of these",
}


@dataclass(frozen=True, slots=True)
class Slots:
    """What a message names. Blank, None and 0: it does not.

    loan      digits or number of a loan as written ("5", "P-00012")
    ordinal   which of a list: 1 for "el primero", -1 for "el último"
    document  letters and digits of an identity document, without punctuation
    year      a year of birth (four digits)
    amount    with two decimals
    currency  of the amount, by its ISO code; "$" may be one of several
    day       a date; `wrong_day` is what looks like one and is none ("2025-13-45")
    """

    loan: str = ""
    ordinal: int = 0
    document: str = ""
    year: int | None = None
    amount: Decimal | None = None
    currency: str = ""
    day: date | None = None
    wrong_day: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """`score` from 0 to 1. An `exact` message is nothing but the intent's own words."""

    intent: str = UNKNOWN
    score: float = 0.0
    slots: Slots = field(default_factory=Slots)
    runner_up: str = ""
    runner_up_score: float = 0.0
    exact: bool = False

    @property
    def asks_else(self) -> bool:
        """Whether it surely asks for something by itself, whatever question is open."""
        return self.intent not in BESIDE and self.score >= SURE
