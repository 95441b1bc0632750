"""A loan of Ana's, and what is asked about a picture of a payment."""

import pytest

from chatbot.tests.self_service import make_loan

CAPTION = "Monto: 500\nFecha: 2025-01-15"


@pytest.fixture
def loan(ana, product):
    return make_loan(ana, product, "P-000005")


@pytest.fixture
def loan_26(ana, product):
    return make_loan(ana, product, "P-000026")


@pytest.fixture
def loans(ana, product):
    return [make_loan(ana, product, f"P-0000{number}") for number in (20, 26)]


def heard(ask):
    """Amount and day known by now."""
    return ask.dialog.data.get("amount"), ask.dialog.data.get("day")


def kept(receipt):
    return receipt.status, receipt.amount, receipt.paid_on


def yes(ask):
    """Tap the first of what was offered."""
    return ask.tap(ask.options[0][0], "Sí")
