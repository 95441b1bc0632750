"""A wrong secret is told where somebody sees it; a stranger who knocks changes nothing."""

import json

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatbot import refusals
from chatbot.channels import directory
from chatbot.channels.signed import sign
from chatbot.tests.conftest import SECRET
from chatbot.tests.desk import browser, words
from chatbot.tests.graph_stub import text_body
from crm.conversations.models import Channel

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def knock(client, channel):
    """knock(secret) -> the HTTP status of a body that is signed with it."""

    def send(secret="old-secret", **headers):
        raw = json.dumps(text_body("Hola", wamid="wamid.1")).encode()
        headers = {"X-Hub-Signature-256": sign(secret, raw), **headers}
        url = f"/webhooks/meta/{channel.uuid}/"
        return client.post(url, raw, content_type="application/json", headers=headers).status_code

    return send


@pytest.fixture
def always(monkeypatch):
    """No minute between two looks."""
    monkeypatch.setattr(refusals, "EVERY", 0)


def standing(channel):
    channel.refresh_from_db()
    return channel.health, channel.last_error


def test_a_wrong_secret_turns_the_channel_yellow_and_says_why(knock, channel, manager):
    assert knock() == 403
    health, said = standing(channel)
    assert health == "yellow"
    assert said.startswith("Refused 1 body with a wrong signature since")
    assert said in words(browser(manager).get(f"/channels/{channel.pk}/"))


def test_it_says_how_many_and_since_when(knock, channel, always):
    for _ in range(12):
        knock()
    assert standing(channel)[1].startswith("Refused 12 bodies with a wrong signature since")


def test_a_flood_of_rubbish_is_written_down_once_a_minute(knock, channel):
    directory.snapshot()
    with CaptureQueriesContext(connection) as queries:
        for _ in range(50):
            assert knock() == 403
    verbs = [query["sql"].split()[0] for query in queries]
    assert verbs.count("UPDATE") == 1
    assert len(verbs) <= 2  # and the channels are read again


def test_what_is_rightly_signed_takes_it_back(knock, channel):
    knock()
    assert knock(SECRET) == 200
    assert standing(channel) == ("unknown", "")


def test_who_was_green_is_green_again(knock, channel):
    Channel.objects.update(health="green", checked_at=timezone.now())
    directory.forget()
    knock()
    assert standing(channel)[0] == "yellow"
    assert knock(SECRET) == 200
    assert standing(channel) == ("green", "")


def test_a_stranger_leaves_a_channel_that_works_as_it_is(knock, channel, always):
    knock()
    for _ in range(3):
        assert knock(SECRET) == 200
        knock()
        assert standing(channel) == ("unknown", "")


def test_a_secret_that_is_wrong_from_now_on_is_told_of_nonetheless(knock, channel, always):
    assert knock(SECRET) == 200
    for _ in range(3):
        knock()
    assert standing(channel)[0] == "yellow"


@pytest.mark.parametrize("health", ["red", "yellow"])
def test_what_somebody_must_see_first_is_not_hidden(knock, channel, always, health):
    Channel.objects.update(health=health, last_error="The account is locked")
    directory.forget()
    for _ in range(3):
        knock()
    assert knock(SECRET) == 200
    assert standing(channel) == (health, "The account is locked")


def test_a_channel_switched_off_hears_nothing_of_it(knock, channel):
    Channel.objects.update(is_active=False)
    directory.forget()
    assert knock() == 403
    assert standing(channel) == ("unknown", "")


def test_it_is_said_in_the_offices_language(knock, channel, settings):
    settings.LANGUAGE_CODE = "en"
    assert knock(**{"Accept-Language": "es"}) == 403
    assert standing(channel)[1].startswith("Refused")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("secret", "status"), [("old-secret", 403), (SECRET, 200)])
def test_what_cannot_be_noted_changes_no_answer(knock, channel, always, secret, status):
    def no_updates(execute, sql, params, many, context):
        if sql.startswith("UPDATE"):
            raise OperationalError("away")
        return execute(sql, params, many, context)

    knock()
    with connection.execute_wrapper(no_updates):
        assert knock(secret) == status
    assert standing(channel)[0] == "yellow"
