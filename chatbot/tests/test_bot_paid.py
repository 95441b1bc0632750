"""What was paid is a receipt's; what was not, or will be, is none, whatever amount they name."""

import pytest

from chatbot.tests import receipts_known

pytestmark = [pytest.mark.once, pytest.mark.django_db]
loan = receipts_known.loan
RECEIPT, PAYING, UNKNOWN, TICKET = "clara del comprobante", "pagar", "no te entendí", "ticket"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("necesito 5000 soles", UNKNOWN),
        ("me pueden rebajar 50 soles?", UNKNOWN),
        ("el banco me cobró 5 soles de comisión", UNKNOWN),
        ("mañana te deposito 430", PAYING),
        ("te deposito 430 el viernes", PAYING),
        ("mañana pago 430", PAYING),
        ("no pagué 430 ayer", PAYING),
        ("no aparece mi pago de 430 del 5 de noviembre", TICKET),
        ("no, pagué 430 ayer", RECEIPT),
        ("S/ 430 el 5 de noviembre", RECEIPT),
        ("te deposité 430 hoy", RECEIPT),
        ("ya cancelé", RECEIPT),
        ("ya cancelé todo", RECEIPT),
        ("cancelé 430 ayer", "Anotado: S/ 430.00"),
    ],
)
def test_only_what_was_paid_is_a_receipts(ask, loan, words, told):
    (text,) = ask(words)
    assert told in text
    assert ask.dialog.data.get("amount") == ("430.00" if "Anotado: S/" in text else None)


def test_who_says_ya_cancele_to_a_question_leaves_it(ask, loan):
    ask("Comprobante")
    assert "en curso" not in ask("ya cancelé")[0] and ask.dialog.name == ""
