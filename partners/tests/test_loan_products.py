"""Products: managers change them, officers look, and no loan changes with them."""

from decimal import Decimal

import pytest

from crm.audit.models import AuditEntry
from partners import ledger
from partners.models import LoanProduct
from partners.models.conditions import COPIED
from partners.tests.conftest import make_loan

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def desk(browser, manager):
    return browser(manager)


def said(**other):
    return {
        "name": "Vehicles",
        "code": "VEH",
        "currency": "USD",
        "is_active": "on",
        "method": "french",
        "rate": "12",
        "rate_kind": "effective",
        "day_count": "30/360",
        "least_principal": "1,000.00",
        "most_principal": "",
        "terms": "24",
        "every": "month",
        "grace_principal": "0",
        "grace_interest": "0",
        "round_to": "0.01",
        "round_mode": "nearest",
        "order": "penalty,interest,fee,principal",
        "late_kind": "none",
        "late_rate": "",
        "late_second_rate": "",
        "late_grace": "0",
    } | other


def test_a_product_is_made_and_listed(desk, manager):
    answer = desk.post("/partners/products/new/", said(rate="12,5 %"), follow=True)
    product = LoanProduct.objects.get()
    assert (product.rate, product.least_principal, product.currency) == (
        Decimal("12.5"), 1000, "USD",
    )  # fmt: skip
    html = answer.content.decode()
    assert (
        "Vehicles" in html
        and "12.5 %" in html
        and "Effective annual (TEA)" in html
        and "On offer" in html
    )
    assert AuditEntry.objects.about(product).get().actor == manager


def test_a_changed_product_changes_no_loan(desk, partner, product):
    loan = make_loan(partner, product)
    before = {name: getattr(loan, name) for name in (*COPIED, "left")}
    changed = said(code="PERS", currency="PEN", rate="99", method="flat", late_kind="fee",
                   late_rate="5", order="principal,fee,interest,penalty")  # fmt: skip
    assert desk.post(f"/partners/products/{product.pk}/", changed).status_code == 302
    product.refresh_from_db()
    assert (product.rate, product.method, product.late_kind) == (99, "flat", "fee")
    loan.refresh_from_db()
    assert {name: getattr(loan, name) for name in before} == before
    assert not list(ledger.differences(loan))
    html = desk.get(f"/partners/products/{product.pk}/").content.decode()
    assert "7 % → 99 %" in html and "gerenta" in html


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"code": ""}, "This field is required"),
        ({"code": " pers "}, "Another product has this code"),
        ({"currency": "XXX"}, "Select a valid choice"),
        ({"rate": "-1"}, "greater than or equal to 0"),
        ({"rate": "1001"}, "less than or equal to 1000"),
        ({"rate": "mucho"}, "Enter a number"),
        ({"rate": "0.12345678901"}, "10 decimal places"),
        ({"least_principal": "0"}, "more than zero"),
        ({"least_principal": "1.500"}, "two amounts"),
        ({"most_principal": "500"}, "The most is less than the least"),
        ({"terms": "0"}, "greater than or equal to 1"),
        ({"terms": "1201"}, "1 to 1200"),
        ({"grace_principal": "24"}, "shorter than the loan"),
        ({"grace_interest": "-1"}, "greater than or equal to 0"),
        ({"round_to": "0"}, "more than zero"),
        ({"round_to": "100000"}, "rounded so far"),
        ({"order": "interest,fee"}, "Select a valid choice"),
        ({"method": "magic"}, "Select a valid choice"),
        ({"late_rate": "2000"}, "less than or equal to 1000"),
        ({"late_grace": "400"}, "less than or equal to 365"),
    ],
    ids=["name", "code", "taken", "currency", "rate", "high-rate", "rate-words", "decimals",
         "least", "ambiguous", "most", "no-terms", "terms", "grace", "negative", "round-to",
         "rounding", "order", "method", "late-rate", "late-grace"],
)  # fmt: skip
def test_each_field_is_checked_in_words(desk, product, other, words):
    answer = desk.post("/partners/products/new/", said(**other))
    assert answer.status_code == 200 and words in answer.content.decode()
    assert LoanProduct.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"rate": "0"},
        {"terms": "1"},
        {"currency": "KWD"},
        {"every": "week", "day_count": "actual/365", "method": "flat"},
        {"grace_principal": "3", "grace_interest": "2"},
        {"round_to": "1", "round_mode": "up"},
    ],
    ids=["no-interest", "one-installment", "dinar", "weekly", "grace", "whole"],
)
def test_products_at_the_edge_are_made(desk, other):
    assert desk.post("/partners/products/new/", said(**other)).status_code == 302


def test_officers_look_and_change_nothing(browser, officer, product):
    client = browser(officer)
    assert "Personal" in client.get("/partners/products/").content.decode()
    page = client.get(f"/partners/products/{product.pk}/").content.decode()
    assert "Save the product" not in page and "disabled" in page
    assert client.post(f"/partners/products/{product.pk}/", said()).status_code == 403
    assert client.post("/partners/products/new/", said()).status_code == 403
    assert LoanProduct.objects.get().name == "Personal"


@pytest.mark.parametrize("role", ["agent", "marketer"])
def test_others_do_not_see_them(browser, colleague, product, role):
    client = browser(colleague(role))
    for path in ("", "new/", f"{product.pk}/"):
        assert client.get(f"/partners/products/{path}").status_code == 403


def test_saving_without_a_change_leaves_no_trace(desk, product):
    same = said(name="Personal", code="PERS", currency="PEN", rate="7", rate_kind="nominal",
                least_principal="0.01", terms="12")  # fmt: skip
    desk.post(f"/partners/products/{product.pk}/", same)
    assert not AuditEntry.objects.about(product).exists()


def test_an_empty_list_says_what_to_do(desk):
    html = desk.get("/partners/products/").content.decode()
    assert "No products yet" in html and "/partners/products/new/" in html
