"""The intents' and slots' names as people read them."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatbot.intents.heard import Slots
from crm.desk.wording import exact_money

NAMES: dict[str, Promise] = {
    "greeting": gettext_lazy("Greeting"),
    "help": gettext_lazy("Help, the menu"),
    "authenticate": gettext_lazy("Identify oneself"),
    "personal_info": gettext_lazy("Own data"),
    "account_statement": gettext_lazy("Statement of account, debt"),
    "list_loans": gettext_lazy("List of loans"),
    "loan_detail": gettext_lazy("Detail of a loan"),
    "next_payment": gettext_lazy("Next payment"),
    "settlement": gettext_lazy("Paying off a whole loan"),
    "payment_options": gettext_lazy("Ways to pay"),
    "create_ticket": gettext_lazy("Complaint or problem"),
    "ticket_status": gettext_lazy("State of a ticket"),
    "upload_receipt": gettext_lazy("Receipt of a payment"),
    "property_inquiry": gettext_lazy("Question about a property"),
    "schedule_visit": gettext_lazy("Visit to a property"),
    "talk_to_agent": gettext_lazy("Talk to a person"),
    "opt_out": gettext_lazy("No more messages"),
    "opt_in": gettext_lazy("Messages again"),
    "affirm": gettext_lazy("Yes"),
    "deny": gettext_lazy("No (denies)"),
    "cancel": gettext_lazy("Stop what is being done"),
    "thanks": gettext_lazy("Thanks"),
    "goodbye": gettext_lazy("Farewell"),
    "logout": gettext_lazy("Close the session"),
    "unknown": gettext_lazy("None of these"),
}


def slots_in_words(slots: Slots) -> list[tuple[str, str]]:
    """(what, value) of each slot that is named."""
    named = [
        (_("Loan"), slots.loan),
        (_("Which of a list"), _place(slots.ordinal)),
        (_("Document"), slots.document),
        (_("Year of birth"), str(slots.year or "")),
        (_("Amount"), _amount(slots.amount)),
        (_("Currency"), slots.currency),
        (_("Day"), date_format(slots.day, "DATE_FORMAT") if slots.day else ""),
        (_("No such day"), slots.wrong_day),
    ]
    return [(what, value) for what, value in named if value]


def _place(ordinal: int) -> str:
    if ordinal < 0:
        return _("the last") if ordinal == -1 else _("the last but one")
    return str(ordinal) if ordinal else ""


def _amount(amount: Decimal | None) -> str:
    return exact_money(amount, settings.CURRENCY) if amount is not None else ""
