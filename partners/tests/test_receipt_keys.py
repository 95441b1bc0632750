"""Reviewing receipts in a real browser, by keyboard alone, and on a phone."""

import os

import pytest
from django.urls import reverse

from crm.people.models import Contact
from crm.tests.chromium import launch
from partners.models import Payment, Receipt
from partners.receipts import submit_receipt
from partners.tests import proofs
from partners.tests.conftest import make_loan
from partners.tests.reviewing import FACTS

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.serial,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("in_english"),
]


@pytest.fixture(scope="module")
def chromium():
    # Playwright keeps an event loop in this thread; Django would take our own queries for async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as started:
        browser = launch(started)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def opened(chromium, live_server, browser, officer):
    """Open a receipt as an officer; what the console complains about fails."""
    complaints, contexts = [], []

    def open_(receipt, width=1366, height=768):
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        cookie = browser(officer).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_ours(said) else None)
        page.goto(live_server.url + receipt.get_absolute_url())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints


def _is_ours(said):
    return said.type in ("error", "warning")


@pytest.fixture
def two(partner, loan, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return [
        submit_receipt(
            partner=partner,
            file=proofs.picture(colour=colour, size=(600, 900)),
            loan=loan,
            **(FACTS | {"reference": colour}),
        )
        for colour in ("white", "red")
    ]


def at(page, receipt):
    page.wait_for_url(f"**{receipt.get_absolute_url()}")
    # The key that approves waits until the picture was there to be seen.
    page.wait_for_timeout(1000)


def test_a_queue_is_worked_off_by_keyboard_alone(opened, two):
    page = opened(two[0])
    at(page, two[0])
    page.keyboard.press("n")
    at(page, two[1])
    page.keyboard.press("k")
    at(page, two[0])
    page.keyboard.press("r")
    expect(page.locator("input[name=reason]").first).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    at(page, two[1])
    page.keyboard.press("a")
    page.wait_for_url(f"**{reverse('partners:receipts')}")
    expect(page.locator(".empty-state")).to_contain_text("Nothing waits")
    assert Receipt.objects.get(pk=two[0].pk).status == "rejected"
    assert Payment.objects.get().reference == "red"


def test_who_types_twice_approves_once(opened, two):
    page = opened(two[0])
    at(page, two[0])
    page.keyboard.type("aaa")
    page.wait_for_url(f"**{two[1].get_absolute_url()}")
    page.keyboard.type("a")  # unseen
    expect(page.locator(".viewer-stage img")).to_be_visible()
    assert Payment.objects.count() == 1


def test_keys_do_nothing_while_one_types(opened, two):
    page = opened(two[0])
    at(page, two[0])
    page.locator("#id_reference").fill("")
    page.keyboard.type("ankr")
    expect(page.locator("#id_reference")).to_have_value("ankr")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    at(page, two[1])
    assert not Payment.objects.exists()


def test_the_picture_grows_and_shrinks(opened, two):
    page = opened(two[0])
    at(page, two[0])
    shown = page.locator(".viewer-stage img")
    fit = shown.bounding_box()["width"]
    page.keyboard.press("+")
    page.get_by_role("button", name="Larger").click()
    assert shown.bounding_box()["width"] > fit * 1.9
    page.keyboard.press("-")
    assert fit * 1.3 < shown.bounding_box()["width"] < fit * 1.5
    page.keyboard.press("0")
    assert shown.bounding_box()["width"] == fit
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_on_a_phone_what_is_wrong_is_in_sight(opened, two):
    page = opened(two[0], 390, 844)
    at(page, two[0])
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.locator("#id_amount").fill("")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#id_amount")).to_be_focused()
    expect(page.locator("#id_amount")).to_be_in_viewport()


def test_the_amount_says_the_currency_of_the_loan_that_is_chosen(opened, two, partner, product):
    dollars = make_loan(partner, product, number="P-002", currency="USD")
    page = opened(two[0])
    label = page.locator("label[for=id_amount]")
    expect(label).to_have_text("Amount in PEN")
    page.select_option("#id_loan", str(dollars.pk))
    expect(label).to_have_text("Amount in USD")
    page.select_option("#id_loan", "")
    expect(label).to_have_text("Amount")


@pytest.mark.parametrize("width", [390, 1440])
def test_no_word_without_end_makes_the_pages_wider(opened, two, partner, width):
    Contact.objects.filter(pk=partner.contact_id).update(name="Ficticia" * 24)
    Receipt.objects.update(reference="9" * 60)
    page = opened(two[0], width, 844)
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= width
    page.goto(page.url.partition("/partners/")[0] + reverse("partners:receipts"))
    assert page.evaluate(wide) <= width
