"""Two colleagues on one ticket, each in a real browser: who sees whom, and what is asked before
something is sent; the board by mouse; chosen rows that survive a renewed list."""

import os
import re
import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.tests.chromium import launch
from crm.tests.people import PASSWORD
from tickets.models import CannedReply, Ticket, TicketMessage
from tickets.opening import open_ticket

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.serial,
    pytest.mark.once,
    pytest.mark.usefixtures("in_english"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def chromium():
    # Playwright keeps an event loop in this thread; Django would take our own queries for async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as started:
        launched = launch(started)
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def opened(chromium, live_server):
    """opened(person, path): their browser there; what the console complains about fails."""
    complaints, contexts = [], []

    def open_(person, path):
        context = chromium.new_context(viewport={"width": 1366, "height": 800})
        contexts.append(context)
        client = Client()
        client.post("/accounts/login/", {"login": person.username, "password": PASSWORD})
        for name, value in (
            ("sessionid", client.cookies["sessionid"].value),
            ("django_language", "en"),
        ):
            context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_ours(said) else None)
        page.goto(live_server.url + path)
        return page

    yield open_
    for context in contexts:
        for page in context.pages:
            page.evaluate("0")  # what it has said until now is heard
    heard = list(complaints)  # an answer that comes while a page is being closed finds it half gone
    for context in contexts:
        context.close()
    assert not heard


def _is_ours(said):
    expected = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
    return said.type in ("error", "warning") and not any(one in said.text for one in expected)


def test_within_three_seconds_each_sees_the_others_name(opened, clara, dora, open_one):
    path = open_one.get_absolute_url()
    hers = opened(clara, path)
    expect(hers.locator("#here")).to_be_hidden()
    theirs = opened(dora, path)
    began = time.monotonic()
    expect(theirs.locator("#here")).to_contain_text("Clara", timeout=3000)
    expect(hers.locator("#here")).to_contain_text("Dora", timeout=3000)
    assert time.monotonic() - began < 3
    theirs.goto(theirs.url.replace(path, reverse("tickets:list")))
    expect(hers.locator("#here")).to_be_hidden(timeout=9000)


def test_sending_on_a_thread_that_changed_asks_first_and_keeps_text_and_files(
    opened, clara, dora, open_one
):
    hers, theirs = (opened(one, open_one.get_absolute_url()) for one in (clara, dora))
    hers.locator("#say-text").fill("Mi respuesta larga")
    theirs.get_by_label("Internal note").check(force=True)
    theirs.locator("#say-text").fill("No le escribas: ya lo llamé")
    theirs.get_by_role("button", name="Save the note").click()
    expect(theirs.locator("#thread .entry-note")).to_be_visible()
    expect(theirs.locator("#say-text")).to_have_value("")
    # It appears by itself, and is asked about all the same.
    expect(hers.locator("#thread .entry-note")).to_be_visible(timeout=4000)
    expect(hers.locator(".thread-news")).to_be_visible()
    hers.get_by_role("button", name="Send", exact=True).click()
    asked = hers.locator("#say-ask .say-news")
    expect(asked).to_contain_text("ya lo llamé")
    expect(hers.locator("#say-text")).to_have_value("Mi respuesta larga")
    assert not TicketMessage.objects.filter(kind="public").exists()
    hers.get_by_role("button", name="Send all the same").click()
    expect(hers.locator("#thread .entry-public")).to_contain_text("Mi respuesta larga")
    expect(hers.locator("#say-text")).to_have_value("")
    expect(asked).to_be_hidden()
    # What she has seen by now is not asked about again.
    hers.locator("#say-text").fill("Otra cosa")
    hers.locator("#say-text").press("Control+Enter")
    expect(hers.locator("#thread .entry-public")).to_have_count(2)
    assert TicketMessage.objects.filter(kind="public").count() == 2


def test_going_on_writing_counts_as_having_seen_it(opened, clara, dora, open_one):
    hers, theirs = (opened(one, open_one.get_absolute_url()) for one in (clara, dora))
    theirs.locator("#ticket-priority").select_option("1")
    expect(theirs.locator("#toasts")).to_contain_text("Priority: Urgent")
    hers.locator("#say-text").fill("Listo")
    hers.get_by_role("button", name="Send", exact=True).click()
    expect(hers.locator("#say-ask")).to_contain_text("Urgent")
    hers.get_by_role("button", name="Go on writing").click()
    hers.get_by_role("button", name="Send", exact=True).click()
    expect(hers.locator("#thread .entry-public")).to_contain_text("Listo")


def test_a_thread_that_is_being_renewed_does_not_take_away_what_is_sent_meanwhile(
    opened, clara, open_one
):
    """What was asked for before one sent shows the thread as it was: it is not waited for."""
    page, held = opened(clara, open_one.get_absolute_url()), []

    def hold(route):
        if route.request.headers.get("hx-target") != "thread" or len(held):
            return route.continue_()
        return held.append((route, route.fetch()))

    page.route(re.compile(rf"{open_one.get_absolute_url()}(\?|$)"), hold)
    Ticket.objects.update(changed_at=timezone.now())
    while not held:
        page.wait_for_timeout(100)
    with page.expect_event("requestfailed", lambda request: request.method == "GET"):
        page.locator("#say-text").fill("Listo")
        page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#thread .entry-public")).to_contain_text("Listo")


def test_sent_twice_by_keys_the_first_sending_goes_on(opened, clara, open_one):
    page, sent = opened(clara, open_one.get_absolute_url()), []

    def hold(route):
        sent.append(route)
        if len(sent) > 1:
            route.continue_()

    page.route(re.compile(r"/say/"), hold)
    page.locator("#say-text").fill("Listo")
    for _ in range(3):
        page.locator("#say-text").press("Control+Enter")
    page.wait_for_timeout(100)
    assert len(sent) == 1
    sent[0].continue_()
    expect(page.locator("#thread .entry-public")).to_contain_text("Listo")
    expect(page.locator("#toasts")).to_contain_text("sent")


def test_a_canned_reply_comes_into_the_text_and_a_draft_outlives_the_page(opened, clara, open_one):
    CannedReply.objects.create(title="Saludo", text="Hola {{ nombre }},")
    page = opened(clara, open_one.get_absolute_url())
    page.locator("#say-canned").select_option(label="Saludo")
    expect(page.locator("#say-text")).to_have_value("Hola Paula,")
    page.locator("#say-text").press_sequentially(" ya vamos")
    page.reload()
    expect(page.locator("#say-text")).to_have_value("Hola Paula, ya vamos")
    expect(page.get_by_role("radio", name="Answer the person")).to_be_checked()
    page.get_by_role("radio", name="Internal note").check()
    page.reload()
    expect(page.locator("#say-text")).to_have_value("Hola Paula, ya vamos")
    expect(page.get_by_role("radio", name="Internal note")).to_be_checked()
    for number in (1, 2):
        page.get_by_role("button", name="Save the note").click()
        expect(page.locator("#thread .entry-note")).to_have_count(number)
        page.locator("#say-text").fill("Hola Paula, ya vamos")


def test_a_card_is_dragged_and_before_the_person_is_told_one_is_asked(opened, clara, open_one):
    page = opened(clara, reverse("tickets:board"))
    card = page.locator(f'[data-card="{open_one.pk}"]')
    card.drag_to(page.locator('[data-column="waiting"]'))
    expect(page.locator('[data-column="waiting"] .board-card')).to_have_count(1)
    assert Ticket.objects.get().status == "waiting"
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    card.get_by_role("button", name="Move to: Resolved").click()
    expect(page.locator('[data-column="waiting"] .board-card')).to_have_count(1)
    assert "The person is told" in asked[0] and Ticket.objects.get().status == "waiting"
    page.once("dialog", lambda dialog: dialog.accept())
    card.get_by_role("button", name="Move to: Resolved").focus()
    page.keyboard.press("Enter")
    expect(page.locator('[data-column="resolved"] .board-card')).to_have_count(1)


def test_chosen_rows_stay_chosen_when_the_list_renews_itself(opened, clara, paula, open_one):
    page = opened(clara, reverse("tickets:list"))
    expect(page.locator("#bulk")).to_be_hidden()
    page.get_by_label(f"Choose {open_one.number}").check()
    expect(page.locator("#bulk")).to_contain_text("1 chosen")
    open_ticket(contact=paula, subject="Recién llegado", description="x")
    expect(page.get_by_text("Recién llegado")).to_be_visible(timeout=6000)
    expect(page.get_by_label(f"Choose {open_one.number}")).to_be_checked()
    page.get_by_role("button", name="Close", exact=True).first.click()
    expect(page.locator("#toasts")).to_contain_text("1 ticket was changed")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone")
    expect(page.get_by_text(open_one.number)).to_be_visible()


def test_a_view_is_kept_as_the_list_stands_now(opened, clara, open_one):
    page = opened(clara, reverse("tickets:list"))
    page.locator("#id_priority").select_option("1")
    page.wait_for_url("**priority=1")
    page.get_by_role("button", name="Save this view").click()
    page.get_by_label("Name of the view").fill("Urgentes")
    page.get_by_label("Name of the view").press("Enter")
    link = page.get_by_role("link", name="Urgentes")
    expect(link).to_have_attribute("href", f"{reverse('tickets:list')}?priority=1")
    expect(link).to_have_attribute("aria-current", "true")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete the view").click()
    expect(link).to_have_count(0)


def test_in_spanish_too_the_filters_stand_in_one_line(opened, clara, live_server):
    page = opened(clara, reverse("tickets:list"))
    spanish = {"name": "django_language", "value": "es", "url": live_server.url}
    page.context.add_cookies([spanish])
    page.reload()
    expect(page.locator("#filters")).to_contain_text("Cualquier plazo")
    filters = page.locator("#filters .filter").all()
    assert len(filters) == 6
    assert len({one.bounding_box()["y"] for one in filters}) == 1
