"""A new loan, a loan's page and an import in a real browser, on a desk and on a phone."""

import os

import pytest
from django.urls import reverse

from crm.imports.models import Import
from crm.imports.tests.files import checked, people
from crm.people.models import Contact
from crm.tests.chromium import launch
from partners.tests.conftest import make_loan

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.serial,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("in_english"),
]
WIDTHS = (390, 1440)
LONG = "Ana" + "ficticia" * 24


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
    """Open an address as an officer."""
    contexts = []

    def open_(path, width=1440):
        context = chromium.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        cookie = browser(officer).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()


def test_what_was_typed_of_a_refused_loan_stays(opened, partner, product):
    """Also where the mistake belongs to no field: a number that is taken."""
    make_loan(partner, product, number="P-001")
    page = opened(reverse("partners:loan_create", args=[partner.pk]))
    page.select_option("[name=product]", str(product.pk))
    typed = {"principal": "900", "terms": "24", "first_due": "2031-05-17", "number": "P-001"}
    for name, value in typed.items():
        page.fill(f"[name={name}]", value)
    page.fill("[name=disbursed_on]", "2031-04-10")
    page.click("#loan-form button[type=submit]")
    expect(page.locator("#loan-form .form-errors")).to_be_visible()
    for name, value in typed.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_name_without_end_makes_no_page_wider(opened, loan, partner, product, width):
    Contact.objects.filter(pk=partner.contact_id).update(name=LONG[:190])
    pages = ("detail", "loan_create", "statement")
    for path in [
        loan.get_absolute_url(),
        *(reverse(f"partners:{one}", args=[partner.pk]) for one in pages),
    ]:
        page = opened(path, width)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path


@pytest.mark.parametrize("width", WIDTHS)
def test_the_calculators_fields_lie_beside_each_other(opened, loan, width):
    page = opened(loan.get_absolute_url(), width)
    day, amount = (page.locator(f".calculator-form [name=calc-{one}]") for one in ("on", "amount"))
    first, second = day.bounding_box(), amount.bounding_box()
    beside = first["x"] + first["width"] <= second["x"]
    assert beside or first["y"] + first["height"] <= second["y"]


def test_the_button_that_stops_an_import_keeps_the_focus(opened, officer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    one = checked("partners", people(3), officer)
    Import.objects.filter(pk=one.pk).update(state="checking", position=0)
    page = opened(one.get_absolute_url())
    stop = page.get_by_role("button", name="Stop checking")
    stop.focus()
    with page.expect_response(lambda answer: answer.url.endswith(one.get_absolute_url())):
        pass
    page.wait_for_timeout(300)
    expect(stop).to_be_focused()
