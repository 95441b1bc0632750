"""The page of a partner, and the panel that other pages show of one."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.people.models import Agency, Contact, ContactPoint
from partners import record
from partners.models import Partner
from partners.registry import change_partner, register_partner
from partners.tests.conftest import make_loan

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def text_of(browser, person, url):
    answer = browser(person).get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_who_may_not_see_partners_does_not_find_one(browser, agent, colleague, partner):
    for name, args in [("detail", []), ("edit", []), ("status", ["suspended"])]:
        url = reverse(f"partners:{name}", args=[partner.pk, *args])
        assert browser().get(url).status_code == 302
        assert browser(agent).get(url).status_code == 403
        refused = 405 if name == "detail" else 403
        assert browser(agent).post(url, {"reason": "x", "name": "x"}).status_code == refused
        assert browser(colleague("marketer")).get(url).status_code == 403
    assert browser(agent).get(reverse("partners:create")).status_code == 403
    partner.refresh_from_db()
    assert (partner.status, partner.contact.name) == ("active", "Ana Ficticia")


def test_nobody_is_404(browser, officer):
    for name, args in [
        ("detail", [9]),
        ("edit", [9]),
        ("status", [9, "active"]),
        ("of_contact", [9]),
    ]:
        assert browser(officer).get(reverse(f"partners:{name}", args=args)).status_code == 404


def test_the_page_says_it_all_and_escapes_it(browser, officer, manager, product):
    evil = "<script>alert(1)</script>"
    partner = register_partner(
        by=officer,
        name=evil,
        document_type="dni",
        document_number="40000001",
        birthday=date(1985, 5, 17),
        phone="911000001",
        email="ana@ejemplo.test",
        number="S-001",
        agency=Agency.objects.create(name="Lima"),
        officer=officer,
    )
    Contact.objects.filter(pk=partner.contact_id).update(heard_language="pt")
    loan = make_loan(partner, product, principal=Decimal("1234.50"))
    draft = make_loan(partner, product, number="P-002", active=False, currency="USD")
    text = text_of(browser, officer, partner.get_absolute_url())
    assert evil not in text and "&lt;script&gt;" in text
    for said in ("40000001", "+51 911 000 001", "ana@ejemplo.test", "Lima", "oficial", "S-001",
                 "S/ 1,234.50", "DNI (Peru)", "days late", "in Portuguese", "None"):  # fmt: skip
        assert (said in text) == (said != "None"), said
    assert loan.get_absolute_url() in text and draft.get_absolute_url() in text
    assert reverse("inbox:of_contact", args=[partner.contact_id]) in text
    assert "Became a partner" in text and "Identity changed" in text
    text = text_of(browser, manager, partner.get_absolute_url())
    assert "40000001" not in text and "•••••001" in text, "also in the history"


def test_a_partner_of_whom_little_is_known_has_a_page_without_holes(browser, officer):
    partner = Partner.objects.create(contact=Contact.objects.create(), number="S-1")
    text = text_of(browser, officer, partner.get_absolute_url())
    assert "None" not in text and "Nothing was changed yet" in text and "No loans yet" in text


def test_twenty_loans_and_a_long_history_cost_twelve_queries(
    browser, officer, manager, product, django_assert_max_num_queries
):
    partner = register_partner(
        by=officer, name="Ana", document_type="dni", document_number="40000001", phone="911000001"
    )
    for number in range(20):
        make_loan(partner, product, number=f"P-{number}")
    for number in range(30):
        change_partner(partner=partner, by=(officer, manager)[number % 2], name=f"Ana {number}")
    for person in (officer, manager):
        page = browser(person)
        page.get(partner.get_absolute_url())
        with django_assert_max_num_queries(12):
            text = page.get(partner.get_absolute_url()).content.decode()
        assert text.count("row-link") == 20
        assert text.count("Identity changed") == 10
        everything = page.get(f"{partner.get_absolute_url()}?all=1").content.decode()
        assert everything.count("Identity changed") == 31
        part = page.get(
            f"{partner.get_absolute_url()}?all=1",
            headers={"HX-Request": "true", "HX-Target": "history"},
        ).content.decode()
        assert part.count("Identity changed") == 31 and "<html" not in part


def test_the_standing_changes_with_a_reason(browser, officer, partner):
    page, url = browser(officer), reverse("partners:status", args=[partner.pk, "suspended"])
    assert "Suspend Ana Ficticia?" in page.get(url).content.decode()
    assert "required" in page.post(url, {"reason": " "}).content.decode()
    assert page.post(url, {"reason": "Se mudó"}).url == partner.get_absolute_url()
    text = page.get(partner.get_absolute_url()).content.decode()
    assert "Suspended" in text and "Partner suspended: Se mudó" in text
    assert page.post(url, {"reason": "Otra vez"}).url == partner.get_absolute_url()
    url = reverse("partners:status", args=[partner.pk, "dormido"])
    assert page.post(url, {"reason": "x"}).status_code == 404


def test_a_partner_with_active_loans_is_not_cancelled(browser, officer, loan):
    page, url = browser(officer), reverse("partners:status", args=[loan.partner_id, "cancelled"])
    for answer in (page.get(url), page.post(url, {"reason": "Se retira"})):
        assert "active loans cannot be cancelled" in answer.content.decode()
    assert Partner.objects.get().status == "active"


def test_beyond_what_is_shown_everything_is_still_counted(
    browser, officer, partner, product, monkeypatch
):
    monkeypatch.setattr(record, "MOST_LOANS", 2)
    for number in range(3):
        make_loan(partner, product, number=f"P-{number}")
    text = text_of(browser, officer, partner.get_absolute_url())
    assert text.count("row-link") == 2 and "The first 2 of 3 loans" in text
    assert "S/ 300.00" in text and '<span class="head-count">3</span>' in text


def test_show_all_does_not_offer_what_it_cannot_show(browser, officer, partner, monkeypatch):
    monkeypatch.setattr(record, "MOST_SHOWN", 12)
    for number in range(13):
        change_partner(partner=partner, by=officer, name=f"Ana {number}")
    url = partner.get_absolute_url()
    assert "Show all" in text_of(browser, officer, url)
    text = text_of(browser, officer, f"{url}?all=1")
    assert "Show all" not in text and "The latest 12 are shown." in text


# --- The panel -------------------------------------------------------------------------------


def late(partner):
    since = timezone.localdate() - timedelta(days=5)
    Partner.objects.filter(pk=partner.pk).update(unpaid_since=since, active_loans=2)


def test_an_agent_learns_that_a_contact_is_a_partner_and_nothing_of_the_debt(
    browser, agent, officer, manager, partner
):
    late(partner)
    url = reverse("partners:of_contact", args=[partner.contact_id])
    text = text_of(browser, agent, url)
    assert "S-001" in text and "Officer" in text and "Agency" in text
    for hidden in ("late", "Active loans", partner.get_absolute_url(), "40000001", "Status"):
        assert hidden not in text, hidden
    for person in (officer, manager):
        text = text_of(browser, person, url)
        assert "5 days late" in text and "Active loans" in text
        assert partner.get_absolute_url() in text


def test_a_contact_that_is_no_partner_shows_nothing_or_how_to_make_it_one(
    browser, agent, officer, colleague
):
    contact = Contact.objects.create(name="Beto")
    url = reverse("partners:of_contact", args=[contact.pk])
    assert text_of(browser, agent, url).strip() == ""
    assert f"?contact={contact.pk}" in text_of(browser, officer, url)
    contact.is_group = True
    contact.save()
    assert text_of(browser, officer, url).strip() == ""
    assert browser(colleague("marketer")).get(url).status_code == 403


def test_a_colleagues_contact_is_not_there(browser, colleague, agent, partner):
    Contact.objects.update(owner=colleague("agent", username="otra"))
    url = reverse("partners:of_contact", args=[partner.contact_id])
    assert browser(agent).get(url).status_code == 404


def test_the_contacts_page_asks_for_the_panel(browser, agent, colleague, partner):
    url = reverse("people:contact", args=[partner.contact_id])
    panel = reverse("partners:of_contact", args=[partner.contact_id])
    assert panel in text_of(browser, agent, url)
    assert panel not in text_of(browser, colleague("marketer"), url)


def test_other_ways_to_reach_them_are_shown_beside_the_registered_ones(browser, officer, partner):
    ContactPoint.objects.create(contact=partner.contact, kind="phone", value="+51911000007")
    text = text_of(browser, officer, partner.get_absolute_url())
    assert "1 other way to reach them" in text and "+51 911 000 007" in text
