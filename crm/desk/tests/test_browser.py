"""The shell in a real browser: keyboard, filters, toasts, colours, live parts, a lost line."""

import os
import re

import pytest
from django.test import Client

from crm.desk.tests import samples
from crm.people.models import User
from crm.tests.chromium import launch
from crm.tests.people import PASSWORD

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.serial,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("things"),
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
def opened(chromium, live_server, colleague):
    """Open a logged-in page of a size and colour; what the console complains about fails."""
    colleague("administrator", username="ada", first_name="Ada")
    complaints, contexts = [], []

    def open_(path="/", width=1366, height=768, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        client = Client()
        client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_ours(said) else None)
        page.goto(live_server.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints


def _is_ours(said):
    """Warnings and errors, but not that a request failed where the test cut the line."""
    return said.type in ("error", "warning") and "Failed to load resource" not in said.text


@pytest.fixture
def crowd(db):
    User.objects.bulk_create(User(username=f"x{number:03}") for number in range(40))


def test_search_by_keyboard_alone(opened):
    page = opened()
    page.keyboard.press("Control+k")
    page.keyboard.type("villa")
    expect(page.locator("#search-results .hit-title")).to_have_count(4)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator('[aria-selected="true"]')).to_contain_text("villa 1")
    page.keyboard.press("Escape")
    expect(page.locator("#search-results")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/thing/0/")


def test_search_goes_to_its_page_on_enter(opened):
    page = opened()
    page.keyboard.press("Control+k")
    page.keyboard.type("villa")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=villa")


def test_filters_and_sort_stand_in_the_address_and_back_takes_them_away(opened, crowd):
    page = opened("/things/")
    expect(page.locator("tbody tr")).to_have_count(25)
    page.locator("select[name=is_staff]").select_option("True")
    page.wait_for_url("**/things/?is_staff=True")
    expect(page.locator(".empty-state")).to_be_visible()
    page.locator(".chip").click()
    page.wait_for_url(re.compile(r"/things/\??$"))
    expect(page.locator("select[name=is_staff]")).to_have_value("")
    page.get_by_role("link", name="2", exact=True).click()
    page.wait_for_url("**page=2**")
    expect(page.locator("tbody tr")).to_have_count(15)
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(25)


def test_a_live_list_renews_itself_and_leaves_what_one_writes(opened, crowd, monkeypatch):
    page = opened("/things/")
    box = page.locator("#search")
    box.fill("a medias")
    User.objects.create(username="x-nueva")
    monkeypatch.setitem(samples.versions, "things", "8")
    expect(page.get_by_role("link", name="x-nueva")).to_be_visible(timeout=5000)
    expect(box).to_have_value("a medias")
    expect(box).to_be_focused()
    assert page.url.endswith("/things/")


def test_an_empty_list_fills_by_itself(opened, monkeypatch):
    monkeypatch.setitem(samples.versions, "things", "")
    page = opened("/things/")
    expect(page.locator(".empty-state")).to_be_visible()
    page.wait_for_timeout(1500)
    User.objects.create(username="x-primera")
    monkeypatch.setitem(samples.versions, "things", "1")
    expect(page.get_by_role("link", name="x-primera")).to_be_visible(timeout=5000)


def test_a_toast_says_what_was_done_and_offers_the_way_back(opened):
    page = opened("/saved/")
    page.goto(page.url.replace("/saved/", "/profile/"))
    toast = page.locator("[data-toast]").first
    toast.hover()  # which also keeps it there
    expect(toast).to_contain_text("Saved <b>it</b>")
    toast.get_by_role("button").first.click()
    page.wait_for_url("**/profile/")


def test_a_toast_leaves_after_six_seconds(opened):
    page = opened("/saved/")
    page.clock.install(time=0)
    page.clock.pause_at(3600)  # from here on time passes only where it says so
    page.goto(page.url.replace("/saved/", "/profile/"))
    toasts = page.locator("[data-toast]:not(.leaving)")
    expect(toasts).to_have_count(2)
    page.clock.run_for(5_900)
    expect(toasts).to_have_count(2)
    page.clock.run_for(300)
    expect(page.locator("[data-toast]")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_system_until_one_chooses(opened, scheme):
    page = opened(color_scheme=scheme)
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", scheme)
    page.locator("[data-theme-toggle]").first.click()
    other = "light" if scheme == "dark" else "dark"
    expect(root).to_have_attribute("data-bs-theme", other)
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", other)


def test_the_sidebar_stays_collapsed(opened):
    page = opened()
    wide = page.locator(".sidebar").bounding_box()["width"]
    page.locator("[data-sidebar-toggle]").click()
    page.reload()
    assert page.locator(".sidebar").bounding_box()["width"] < wide / 2
    expect(page.locator("[data-sidebar-toggle]")).to_have_attribute("aria-pressed", "true")


def test_a_lost_line_says_so_and_recovers(opened, crowd):
    page = opened("/things/")
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#connection")).to_be_hidden(timeout=5000)


@pytest.mark.parametrize("path", ["/", "/things/", "/profile/", "/search/?q=villa", "/nowhere/"])
def test_nothing_is_wider_than_the_screen(opened, crowd, path):
    """With a row of far too long texts, one of them without a gap to break at."""
    words, unbroken = "Guadalupe de los Ángeles " * 6, "interminable" * 12
    User.objects.filter(username="x000").update(
        username="x" + unbroken, email=unbroken, first_name=words, last_name=words
    )
    page = opened(path, width=390, height=844)
    expect(page.locator(".bottombar")).to_be_visible()
    expect(page.locator(".sidebar")).to_be_hidden()
    for width in (390, 768, 1024, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_tab_skips_to_the_content(opened):
    page = opened()
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_title_says_first_what_waits(opened):
    page = opened("/profile/")
    expect(page).to_have_title(re.compile(r"^\(99\+\) .* · Ventanilla$"))


def test_a_page_works_without_scripts(opened, crowd):
    page = opened("/things/?is_staff=False", java_script_enabled=False)
    expect(page.locator("tbody tr")).to_have_count(25)
    page.get_by_role("link", name="2", exact=True).click()
    page.wait_for_url("**/things/?is_staff=False&page=2")
