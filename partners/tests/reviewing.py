"""How tests read and fill in the pages of receipts."""

from datetime import date
from decimal import Decimal

from django.urls import reverse

from partners.models import Receipt

FACTS = {"amount": Decimal("17.01"), "paid_on": date(2024, 2, 1), "reference": "OP 77"}


def page(receipt, step=""):
    return reverse(f"partners:receipt{step and '_'}{step}", args=[receipt.pk])


def read(client, url, **said):
    answer = client.get(url, **said)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def facts(on, **said):
    return {
        "loan": on.pk,
        "amount": "17.01",
        "paid_on": "2024-02-01",
        "reference": "OP 77",
        "means": "transfer",
        "purpose": "next",
    } | said


def fresh(receipt):
    return Receipt.objects.get(pk=receipt.pk)
