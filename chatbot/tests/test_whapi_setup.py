"""Registering at WHAPI, and what it has on record."""

import pytest

from chatbot.channels.addresses import webhook_path
from chatbot.channels.errors import ChannelError
from chatbot.channels.whapi import Whapi
from chatbot.tests.fakes import whapi as fake
from chatbot.tests.fakes.whapi import CHANNEL, SECRET, TOKEN, WhapiFake
from crm.conversations.models import Channel

pytestmark = pytest.mark.once


@pytest.fixture
def whapi(settings):
    with WhapiFake() as started:
        settings.WHAPI_BASE_URL = started.url
        settings.PROVIDER_TIMEOUT = (2, 2)
        yield started


@pytest.fixture
def row():
    secrets = {"access_token": TOKEN, "webhook_secret": SECRET}
    return Channel(provider="whapi", external_id=CHANNEL, credentials=secrets)


# --- Setting it up ---------------------------------------------------------------------------


def test_registering_sets_the_webhook_with_its_secret(whapi, row):
    url = "https://desk.example/webhooks/whapi/x/"
    Whapi(row).register(url)
    [hook] = whapi.settings["webhooks"]
    assert (hook["url"], hook["mode"]) == (url, "body")
    assert hook["headers"] == {"X-Webhook-Secret": SECRET}
    wanted = {(one["type"], one["method"]) for one in hook["events"]}
    assert {("messages", "delete"), ("statuses", "put"), ("channel", "post")} <= wanted
    assert Whapi(row).on_record() == url


def test_registering_leaves_other_systems_their_webhooks(whapi, row):
    url = f"https://desk.example{webhook_path(row)}"
    other = {"url": "https://crm.example/hook", "mode": "path", "headers": {"X-Key": "k"}}
    before = [
        other,
        {"url": url.rstrip("/"), "mode": "method"},
        {"url": f"https://tunnel.example{webhook_path(row)}"},  # ours, at an earlier address
        {"url": None},
        "x",
    ]
    whapi.settings = {"webhooks": before}
    for _ in range(2):
        Whapi(row).register(url)
        kept, ours = whapi.settings["webhooks"]
        assert kept == other
        assert (ours["url"], ours["mode"]) == (url, "body")


def test_what_is_on_record_cannot_be_read_so_nothing_is_changed(whapi, row):
    row.credentials = {**row.credentials, "access_token": "otro-token"}
    with pytest.raises(ChannelError):
        Whapi(row).register("https://desk.example/x/")
    assert [request.method for request in whapi.requests] == ["GET"]


def test_without_a_secret_nothing_is_registered(whapi, row):
    row.credentials = {"access_token": TOKEN}
    with pytest.raises(ChannelError):
        Whapi(row).register("https://desk.example/x/")
    assert whapi.requests == []


@pytest.mark.parametrize("hooks", [None, [], "x", [7], [{"url": None}], [{}]])
def test_nothing_on_record_is_nothing(whapi, row, hooks):
    whapi.settings = {"webhooks": hooks}
    assert Whapi(row).on_record() == ""


def test_a_check_says_who_is_linked(whapi, row):
    assert Whapi(row).check() == "Oficina Demo · 51999000222"


@pytest.mark.parametrize("word", ["QR", "STOP", "LAUNCH", "ERROR"])
def test_a_check_fails_where_the_phone_is_not_linked(whapi, row, word):
    whapi.health = fake.health_body(word)["health"]
    with pytest.raises(ChannelError) as caught:
        Whapi(row).check()
    assert caught.value.code == word


@pytest.mark.parametrize("health", [{}, {"status": None}, {"status": {"text": 7}}])
def test_a_check_without_an_answer_fails(whapi, row, health):
    whapi.health = health
    with pytest.raises(ChannelError):
        Whapi(row).check()


def test_a_wrong_token_fails_the_check(whapi, row):
    row.credentials["access_token"] = "otro"
    with pytest.raises(ChannelError) as caught:
        Whapi(row).check()
    assert caught.value.stop
