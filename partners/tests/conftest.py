from datetime import date
from decimal import Decimal

import pytest

from crm.people.models import Contact
from partners.loans import disburse, draft_loan
from partners.models import LoanProduct, Partner


@pytest.fixture
def officer(colleague):
    return colleague("officer", username="oficial")


@pytest.fixture
def manager(colleague):
    return colleague("manager", username="gerenta")


@pytest.fixture
def agent(colleague):
    return colleague("agent", username="agente")


def make_partner(name="Ana Ficticia", document="40000001", number="S-001", **fields):
    contact = Contact.objects.create(
        name=name, document_type="dni", document_number=document, birthday=date(1985, 5, 17)
    )
    return Partner.objects.create(contact=contact, number=number, **fields)


@pytest.fixture
def partner(db):
    return make_partner()


@pytest.fixture
def product(db):
    return LoanProduct.objects.create(
        code="PERS", name="Personal", rate=Decimal(7), rate_kind="nominal"
    )


def make_loan(partner, product, *, number="P-001", active=True, **said):
    """100 over six months from 1 January 2024, unless said otherwise."""
    facts = {
        "principal": Decimal(100),
        "terms": 6,
        "disbursed_on": date(2024, 1, 1),
        "first_due": date(2024, 2, 1),
    } | said
    loan = draft_loan(partner=partner, product=product, number=number, by=None, **facts)
    return disburse(loan=loan, by=None) if active else loan


@pytest.fixture
def loan(partner, product):
    return make_loan(partner, product)
