"""The list of partners: what it shows to whom, how it is narrowed, what it costs."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.people.models import Agency, ContactPoint
from partners.models import Loan, Partner
from partners.tests.conftest import make_loan, make_partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
LIST = "/partners/"


def names(response):
    return [row.contact.name for row in response.context["table"].page.object_list.data]


def late(partner, days):
    since = timezone.localdate() - timedelta(days=days) if days is not None else None
    Partner.objects.filter(pk=partner.pk).update(unpaid_since=since)


def queries_of(page, url):
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert page.get(url).status_code == 200
    return [query["sql"] for query in caught]


def test_who_may_not_see_partners_finds_no_list(browser, agent, colleague):
    assert browser().get(LIST).status_code == 302
    assert browser(agent).get(LIST).status_code == 403
    assert browser(colleague("marketer")).get(LIST).status_code == 403
    assert "Partners" not in browser(agent).get("/").content.decode()


def test_an_empty_list_says_what_to_do(browser, officer):
    text = browser(officer).get(LIST).content.decode()
    assert "No partners yet" in text and reverse("partners:create") in text
    text = browser(officer).get(f"{LIST}?q=nadie").content.decode()
    assert "Nothing matches these filters" in text


def test_a_row_says_who_and_how_their_loans_stand(browser, officer, product):
    evil = "<b>Ana</b>"
    partner = make_partner(evil, officer=officer)
    make_loan(partner, product)
    make_loan(partner, product, number="P-002", currency="USD")
    late(partner, 40)
    overdue = Loan.objects.get(number="P-001").overdue
    assert overdue > 0
    text = browser(officer).get(LIST).content.decode()
    assert "&lt;b&gt;Ana" in text and evil not in text
    assert f"S/ {overdue}" in text and f"US$ {overdue}" in text
    assert ">40<" in text and "S-001" in text and "oficial" in text


def test_documents_are_whole_to_officers_and_masked_to_managers(browser, officer, manager, partner):
    assert "40000001" in browser(officer).get(LIST).content.decode()
    text = browser(manager).get(LIST).content.decode()
    assert "40000001" not in text and "•••••001" in text


@pytest.mark.parametrize(
    "asked",
    ["ana", "FICTICIA ana", "911000001", "+51 911 000 001", "911 000", "40000001", "40.000.001",
     "4000000", "S-001", "s-001", "ana@ejemplo"],
)  # fmt: skip
def test_a_partner_is_found_by_what_one_knows(browser, officer, partner, asked):
    make_partner("Beto Inventado", "50000002", "S-002")
    for kind, value in [("phone", "+51911000001"), ("email", "ana@ejemplo.test")]:
        ContactPoint.objects.create(contact=partner.contact, kind=kind, value=value)
    assert names(browser(officer).get(LIST, {"q": asked})) == ["Ana Ficticia"]


@pytest.mark.parametrize("asked", ["4000000", "0001", "40000002", "%", "ana beto", "S-00"])
def test_who_may_not_see_documents_does_not_guess_them(browser, manager, partner, asked):
    assert names(browser(manager).get(LIST, {"q": asked})) == []
    assert names(browser(manager).get(LIST, {"q": "40000001"})) == ["Ana Ficticia"]


def test_people_who_are_no_partners_take_nothing_from_a_search(browser, officer, monkeypatch):
    from crm.people.models import Contact

    make_partner()
    Contact.objects.bulk_create(Contact(name="Ana Otra") for _ in range(250))
    assert names(browser(officer).get(LIST, {"q": "ana"})) == ["Ana Ficticia"]


def test_the_filters(browser, officer, manager):
    lima = Agency.objects.create(name="Lima")
    make_partner("Ana", "40000001", "1", officer=officer, agency=lima)
    make_partner("Beto", "40000002", "2", status="suspended")

    def found(**query):
        return names(browser(officer).get(LIST, query))

    assert found(officer="mine") == found(officer=officer.pk) == ["Ana"]
    assert found(officer="nobody") == found(status="suspended") == ["Beto"]
    assert found(agency=lima.pk) == ["Ana"]
    assert found(agency="nobody") == ["Beto"]
    assert found(officer=officer.pk, status="suspended") == []
    # What is no choice is no filter, and no error.
    assert found(officer="x", agency="999", status="?", arrears="7") == ["Beto", "Ana"]


@pytest.mark.parametrize(
    ("bucket", "days"),
    [("on-time", ["none", "0"]), ("late", ["1", "8", "9", "30", "31", "90", "91"]),
     ("1", ["1", "8"]), ("9", ["9", "30"]), ("31", ["31"]), ("61", ["90"]), ("91", ["91"])],
)  # fmt: skip
def test_arrears_are_counted_from_today(browser, officer, bucket, days):
    for place, late_for in enumerate([None, 0, 1, 8, 9, 30, 31, 90, 91]):
        name = "none" if late_for is None else str(late_for)
        late(make_partner(name, f"4000000{place}", str(place)), late_for)
    found = names(browser(officer).get(LIST, {"arrears": bucket, "sort": "unpaid_since"}))
    assert found[-len(days) :] == days or sorted(found) == sorted(days)
    assert len(found) == len(days)


def test_sorting(browser, officer):
    for name, place, late_for, loans in [
        ("Ana", 1, 5, 2),
        ("Beto", 2, None, 0),
        ("Caro", 3, 70, 1),
    ]:
        partner = make_partner(name, f"4000000{place}", f"S-{4 - place}")
        late(partner, late_for)
        Partner.objects.filter(pk=partner.pk).update(active_loans=loans)

    def found(sort):
        return names(browser(officer).get(LIST, {"sort": sort}))

    assert found("") == found("-contact") == found("number") == ["Caro", "Beto", "Ana"]
    assert found("contact") == ["Ana", "Beto", "Caro"]
    assert found("unpaid_since") == ["Beto", "Ana", "Caro"]
    assert found("-unpaid_since") == ["Caro", "Ana", "Beto"]
    assert found("-active_loans") == ["Ana", "Caro", "Beto"]


@pytest.mark.parametrize("role", ["officer", "manager", "administrator"])
def test_one_row_and_a_full_page_cost_the_same_few_queries(browser, colleague, product, role):
    page = browser(colleague(role, username="quien"))
    make_loan(make_partner(), product)
    page.get(LIST)
    one = queries_of(page, LIST)
    for place in range(30):
        partner = make_partner(f"Ana {place}", f"410000{place:02}", f"T-{place}")
        Loan.objects.create(
            partner=partner, product=product, number=f"T-{place}", principal=Decimal(100),
            terms=1, disbursed_on=date(2024, 1, 1), first_due=date(2024, 2, 1),
            status="active", overdue=Decimal(5),
        )  # fmt: skip
    assert len(queries_of(page, LIST)) <= len(one) + 1
    for query in ("", "q=ana 1", "q=40000001", "arrears=91&status=active&officer=mine",
                  "sort=-unpaid_since&agency=nobody"):  # fmt: skip
        # Four of them are the counts in the menu.
        assert len(queries_of(page, f"{LIST}?{query}")) <= 11, query


def test_the_search_box_and_the_menus_lead_there(browser, officer, manager, agent, partner):
    text = browser(officer).get("/").content.decode()
    assert f'href="{LIST}"' in text and reverse("partners:create") in text

    def found(person, asked):
        return browser(person).get("/search/", {"q": asked}).content.decode()

    assert partner.get_absolute_url() in found(officer, "40000001")
    assert "40000001" in found(officer, "ficticia")
    hit = found(manager, "ficticia")
    assert partner.get_absolute_url() in hit and "40000001" not in hit and "•••••001" in hit
    hit = found(agent, "ficticia")
    assert partner.get_absolute_url() not in hit and "S-001" not in hit and "001" not in hit


def test_it_is_narrowed_to_who_has_active_loans_and_in_which_currency(browser, officer, product):
    ana, beto, caro = (make_partner(n, f"4000000{i}", f"S-{i}") for i, n in enumerate("ABC"))
    make_loan(ana, product)
    make_loan(beto, product, number="P-002", currency="USD")
    make_loan(caro, product, number="P-003", active=False)
    page = browser(officer)
    text = page.get(LIST).content.decode()
    assert "Active loans in USD" in text and "Active loans in EUR" not in text
    for said, found in (("active", ["B", "A"]), ("USD", ["B"]), ("PEN", ["A"]), ("none", ["C"])):
        assert names(page.get(f"{LIST}?loans={said}")) == found, said
    assert names(page.get(f"{LIST}?loans=XXX")) == ["C", "B", "A"]


def test_who_left_is_offered_as_long_as_partners_are_theirs(browser, officer, colleague):
    gone = colleague("agent", username="sefue", first_name="Se", last_name="Fue")
    make_partner(officer=gone)
    gone.is_active = False
    gone.save()
    page = browser(officer)
    assert "Se Fue" in page.get(LIST).content.decode()
    assert names(page.get(f"{LIST}?officer={gone.pk}")) == ["Ana Ficticia"]


def test_a_search_takes_any_sign(browser, officer, partner):
    """PostgreSQL takes no NUL."""
    page = browser(officer)
    for said in ("Ana%00 Fic", "%00", "Ana%F0%9F%98%80", "%25_%5C"):
        for url in (f"/search/?q={said}", f"{LIST}?q={said}", f"{LIST}?loans={said}"):
            assert page.get(url).status_code == 200, url
    assert "S-001" in page.get("/search/?q=Ana%00").content.decode()
