"""The phone in a real browser: its menus by mouse and by keyboard, and what they post."""

import os

import pytest

from chatbot.tests import test_simulator
from chatbot.tests.desk import browser, conversation, person, say
from chatbot.tests.test_simulator import NUMBER
from chatbot.work import work_off
from crm.conversations import window
from crm.conversations.models import Attachment, Conversation, Message
from crm.tests.chromium import launch

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.serial,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]
media_folder, simulated = test_simulator.media_folder, test_simulator.simulated


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
def page(chromium, live_server, simulated):
    """The phone's page, open; what the console complains about fails."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    cookie = browser(person("administrator")).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    opened, complaints = context.new_page(), []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{live_server.url}/simulator/?phone={NUMBER}")
    yield opened
    context.close()
    assert not complaints


@pytest.fixture
def ours(simulated):
    return say(conversation(simulated, "Rosa Ficticia", NUMBER), "¿El sábado o el domingo?")


def worked_off(page, what):
    """Wait until the webhook has taken it, and let the worker do its part."""
    expect(page.locator("#phone-pending [data-taken]:visible").last).to_be_visible()
    work_off()
    expect(page.locator("#phone-thread")).to_contain_text(what)


def in_menu(page, bubble, name):
    page.locator(".said").filter(has_text=bubble).locator(".said-more").click()
    page.locator("#phone-said").locator(name).click()


def heard():
    return Message.objects.filter(direction="in").latest("id")


def settled(page, check):
    """Until `check()` holds: what changes a message shows no bubble of its own."""
    for _ in range(50):
        work_off()
        if check():
            return
        page.wait_for_timeout(100)
    raise AssertionError(check)


def test_by_keyboard_one_writes_as_yesterday(page):
    box = page.get_by_role("textbox", name="Mensaje")
    box.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    for _ in range(7):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-yesterday-on]")).to_be_visible()
    page.keyboard.type("Hola")
    page.keyboard.press("Enter")
    worked_off(page, "Hola")
    assert not window.is_open(Conversation.objects.get())


@pytest.mark.parametrize(
    ("kind", "file", "content"),
    [("document", "contrato.pdf", b"%PDF-1.4\n"), ("audio", "nota.mp3", b"ID3\x03" + b"\0" * 60)],
)
def test_a_file_is_chosen_from_the_menu(page, kind, file, content):
    page.locator(".phone-plus").click()
    with page.expect_file_chooser() as chooser:
        page.locator(f"[data-file={kind}]").click()
    chooser.value.set_files({"name": file, "mimeType": "", "buffer": content})
    expect(page.locator("#phone-pending [data-taken]:visible")).to_be_visible()
    settled(page, Message.objects.filter(kind=kind).exists)


def test_what_needs_no_file_goes_at_once(page):
    for kind, stored in (("voice", "audio"), ("location", "location"), ("contacts", "contacts")):
        page.locator(".phone-plus").click()
        page.locator(f"[data-send={kind}]").click()
        settled(page, Message.objects.filter(kind=stored).exists)
    assert Attachment.objects.count() == 1


def test_a_message_of_ours_is_answered_and_reacted_to(page, ours):
    in_menu(page, ours.text, "[data-do=quote]")
    page.keyboard.type("El domingo")
    page.keyboard.press("Enter")
    worked_off(page, "El domingo")
    assert heard().reply_to == ours.provider_id
    expect(page.locator("[data-about]")).to_be_hidden()
    reactions = Message.objects.filter(kind="reaction")
    for times, standing in ((1, 1), (2, 0)):
        menu = page.locator(".said-desk").filter(has_text=ours.text).locator(".said-more").first
        menu.click()
        page.locator("#phone-said [data-emoji]").first.click()
        settled(page, lambda times=times: reactions.count() == times)
        expect(page.locator(".said-reactions")).to_have_count(standing)


def test_an_own_message_is_changed_then_taken_back(page):
    page.get_by_role("textbox", name="Mensaje").fill("El lunes")
    page.keyboard.press("Enter")
    worked_off(page, "El lunes")
    page.get_by_role("textbox", name="Mensaje").fill("a medias")
    in_menu(page, "El lunes", "[data-do=edit]")
    box = page.get_by_role("textbox", name="Mensaje")
    expect(box).to_have_value("El lunes")
    box.fill("El martes")
    page.keyboard.press("Enter")
    expect(box).to_have_value("a medias")
    settled(page, lambda: heard().text == "El martes")
    expect(page.locator("#phone-thread")).to_contain_text("El martes")
    in_menu(page, "El martes", "[data-do=deletion]")
    settled(page, lambda: heard().deleted_at is not None)
    expect(page.locator(".said-gone")).to_be_visible()


def test_the_arrows_go_from_message_to_message_and_escape_comes_back(page, ours):
    say(ours.conversation, "¿O el lunes?")
    expect(page.locator(".said-more")).to_have_count(2)
    last = page.locator(".said-more").last
    last.focus()
    page.keyboard.press("ArrowUp")
    first = page.locator(".said-more").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#phone-said [data-emoji]").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(first).to_be_focused()
