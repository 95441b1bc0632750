"""The portfolio page: the numbers, whose they are, and where each leads."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.utils import timezone

from crm.people.models import Agency
from partners.models import Partner, Portfolio
from partners.payments import book_payment
from partners.portfolio import rollup
from partners.tests.conftest import make_loan, make_partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
PAGE = "/partners/portfolio/"
COUNTED = re.compile(r'<a href="(/partners/\?[^"]+)">(\d+)(?: partners?)?</a>')


@pytest.fixture
def lima():
    return Agency.objects.create(name="Agencia Lima")


@pytest.fixture
def lent(product, officer, lima):
    """Three partners: in time and late at Lima's officer's, very late at nobody's, in dollars."""
    today = timezone.localdate()

    def lend(number, ago, principal, currency, **of):
        begun = today - timedelta(days=ago)
        return make_loan(
            make_partner(f"Ana Ficticia {number}", f"4000000{number}", f"S-{number}", **of),
            product,
            number=f"P-{number}",
            principal=Decimal(principal),
            currency=currency,
            disbursed_on=begun,
            first_due=begun + timedelta(days=30),
            rate=Decimal(0),
        )

    ours = {"agency": lima, "officer": officer}
    loans = [
        lend(1, 10, 3000, "PEN", **ours),
        lend(2, 50, 600, "PEN", **ours),
        lend(3, 90, 400, "PEN"),
        lend(4, 5, 120, "USD"),
    ]
    rollup.compute()
    return loans


def text(client, query="", **headers):
    answer = client.get(f"{PAGE}{query}", **headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_each_currency_has_its_numbers(browser, lent, officer):
    page = text(browser(officer))
    soles, dollars = page.index('aria-label="PEN"'), page.index('aria-label="USD"')
    assert soles < dollars
    assert "S/ 4,000.00" in page[soles:dollars] and "US$ 120.00" in page[dollars:]
    assert "3 active loans" in page and "1 active loan " in page[dollars:]
    assert "10.0 %" in page[soles:dollars]  # 400 of 4,000 more than 30 days late
    assert "25.0 %" in page[soles:dollars]  # 1,000 of 4,000 late at all


def test_what_was_paid_counts_this_month(browser, lent, officer):
    book_payment(loan=lent[0], amount=Decimal(250), paid_on=timezone.localdate(), by=officer)
    assert "S/ 250.00" not in text(browser(officer))
    rollup.compute()
    assert "S/ 250.00" in text(browser(officer))


def test_numbers_of_partners_lead_to_their_list(browser, lent, officer, lima):
    page = text(browser(officer))
    assert '<a href="/partners/?loans=PEN&amp;arrears=9">1</a>' in page
    assert f'<a href="/partners/?loans=PEN&amp;officer={officer.pk}">2</a>' in page
    assert f'<a href="/partners/?loans=PEN&amp;agency={lima.pk}">2</a>' in page
    assert '<a href="/partners/?loans=USD&amp;officer=nobody">1</a>' in page


def test_the_lists_show_as_many_partners_as_were_counted(browser, lent, officer, lima, product):
    """Neither who has no active loan, nor who owes in another currency only."""
    both = Partner.objects.get(number="S-1")
    make_loan(both, product, number="P-5", currency="USD")
    make_partner("Ana Sin", "40000008", "S-8", agency=lima, officer=officer)
    rollup.compute()
    client = browser(officer)
    for narrowed in ("", f"?officer={officer.pk}", f"?agency={lima.pk}", "?currency=USD"):
        links = COUNTED.findall(text(client, narrowed))
        assert len(links) > 3, narrowed
        for url, count in links:
            rows = client.get(unescape(url)).content.decode().count('class="row-link"')
            assert rows == int(count) > 0, url


def test_it_is_narrowed_to_an_officer_an_agency_a_currency(browser, lent, officer, lima):
    client = browser(officer)
    page = text(client, f"?officer={officer.pk}")
    assert "S/ 3,600.00" in page and "US$" not in page and "By officer" not in page
    assert f'href="/partners/?loans=PEN&amp;officer={officer.pk}&amp;arrears=9"' in page
    page = text(client, "?agency=nobody")
    assert "S/ 400.00" in page and "US$ 120.00" in page
    page = text(client, f"?currency=USD&agency={lima.pk}")
    assert "Nothing matches these filters" in page


@pytest.mark.parametrize("query", ["?officer=x", "?agency=99999", "?currency=%00", "?officer=1'--"])
def test_what_is_no_choice_narrows_nothing(browser, lent, officer, query):
    assert "S/ 4,000.00" in text(browser(officer), query)


def test_a_piece_of_it_is_renewed_by_itself(browser, lent, officer):
    client = browser(officer)
    asked = {"HX-Request": "true", "HX-Target": "figures"}
    figures = client.get(f"{PAGE}?currency=PEN", headers=asked)
    assert figures["HX-Push-Url"] == f"{PAGE}?currency=PEN"
    body = figures.content.decode()
    assert "<html" not in body and 'data-pulse="portfolio"' in body and "US$" not in body
    moment = client.get(PAGE, headers={"HX-Request": "true", "HX-Target": "as-of"})
    assert "<html" not in moment.content.decode() and "as of" in moment.content.decode()
    assert "HX-Push-Url" not in moment


def test_an_empty_office_is_told_what_to_do(browser, officer):
    assert "Being added up" in text(browser(officer))
    rollup.compute()
    page = text(browser(officer))
    assert "Nothing is lent yet" in page and 'href="/partners/"' in page


def test_agents_and_strangers_see_none_of_it(browser, lent, agent, client):
    assert browser(agent).get(PAGE).status_code == 403
    assert client.get(PAGE).status_code == 302
    assert PAGE not in browser(agent).get("/").content.decode()


def test_it_costs_as_many_queries_with_many_loans_as_with_one(
    browser, lent, officer, django_assert_max_num_queries
):
    client = browser(officer)
    client.get(PAGE)
    with django_assert_max_num_queries(12):
        client.get(PAGE)


def test_names_are_words_and_no_markup(browser, lent, officer):
    officer.first_name, officer.last_name = "<b>Clara", "</b>"
    officer.save()
    page = text(browser(officer))
    assert "&lt;b&gt;Clara" in page and "<b>Clara" not in page


def test_buckets_the_office_changed_show_once_it_is_added_up_again(
    browser, lent, officer, settings
):
    settings.AGEING_BUCKETS = (15, 45)
    assert "9–30 days" in text(browser(officer))
    rollup.compute()
    page = text(browser(officer))
    assert "16–45 days" in page and "9–30 days" not in page
    assert Portfolio.objects.count() == 1
