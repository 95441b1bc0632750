"""`POST /api/messages`: who is let in, and what is taken."""

import pytest

from chatbot.channels import directory
from chatbot.models import InboundEvent
from chatbot.tests import neutral_desk
from chatbot.tests.fakes.neutral import (
    OWN,
    TOKEN,
    status_element,
    text_element,
)
from chatbot.tests.neutral_desk import DOOR
from crm.conversations.models import Channel

pytestmark = [pytest.mark.once, pytest.mark.django_db]
adapter, channel = neutral_desk.adapter, neutral_desk.channel
knock = neutral_desk.knock


# --- Who is let in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization",
    [None, "", TOKEN, f"Basic {TOKEN}", "Bearer", "Bearer ", f"Bearer {TOKEN}x", "Bearer ñ"],
)
def test_a_stranger_is_refused_and_nothing_kept(knock, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = knock(text_element(), token=None, **headers)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("credentials", [{}, {"token": ""}, {"token": None}])
def test_a_channel_without_a_token_lets_nobody_in(knock, credentials):
    Channel.objects.update(credentials=credentials)
    directory.forget()
    for token in ("", "None", TOKEN):
        assert knock(text_element(), token).status_code == 401


def test_a_token_of_another_kind_of_channel_opens_nothing(knock):
    Channel.objects.update(provider="whapi")
    directory.forget()
    assert knock(text_element()).status_code == 401


def test_a_channel_switched_off_takes_nothing(knock):
    Channel.objects.update(is_active=False)
    directory.forget()
    assert knock(text_element()).status_code == 403
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_nothing_but_a_post_is_taken(client, channel, method):
    answer = getattr(client, method)(DOOR, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 405


@pytest.mark.parametrize("url", [DOOR, f"{DOOR}/"])
def test_no_slash_is_asked_for(knock, url):
    assert knock(text_element(), url=url).status_code == 200


def test_the_scheme_is_written_anyhow(knock):
    headers = {"Authorization": f"bearer  {TOKEN}"}
    assert knock(text_element(), token=None, **headers).status_code == 200


def test_the_ordinary_webhook_is_the_same_door(knock, channel, client):
    url = f"/webhooks/neutral/{channel.uuid}/"
    assert knock(text_element(), url=url).status_code == 200
    assert knock(text_element(), "otro", url=url).status_code == 403
    assert knock(text_element(), None, url=url).status_code == 403
    assert client.get(url).status_code == 403
    assert InboundEvent.objects.count() == 1


def test_each_token_opens_its_own_channel(knock, channel, adapter):
    other = Channel.objects.create(
        name="Otro", provider="neutral", external_id="51999000222", credentials={"token": "otra"}
    )
    assert knock(text_element("Hola"), "otra").status_code == 200
    # It may name another channel's number: it is its own all the same.
    assert knock(text_element("Hola", recipient=OWN), "otra").status_code == 200
    assert set(InboundEvent.objects.values_list("channel", flat=True)) == {other.pk}


# --- What is taken ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw", [b"", b"Hola", b"{", b"[]", b"[{}]", b"1", b"null", b"\xff", b"NaN"]
)
def test_what_is_no_json_object_is_refused(knock, raw):
    assert knock(raw).status_code == 400
    assert not InboundEvent.objects.exists()


def test_too_much_is_refused(knock, settings):
    settings.WEBHOOK_MAX_BYTES = 1000
    assert knock(text_element("x" * 1000)).status_code == 413


def test_two_hundred_means_stored(knock):
    assert knock({"messages": [text_element(), None, text_element()]}).status_code == 200
    kinds = InboundEvent.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["message", "notice", "message"]


def test_a_database_away_asks_for_another_try(knock, monkeypatch):
    from django.db import OperationalError

    def away():
        raise OperationalError

    monkeypatch.setattr(directory, "snapshot", away)
    answer = knock(text_element())
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


# --- What the 200 says -----------------------------------------------------------------------


@pytest.mark.parametrize("url", [DOOR, None])
def test_the_answer_names_what_it_did_not_understand(knock, channel, url):
    url = url or f"/webhooks/neutral/{channel.uuid}/"
    content = {
        "messages": [text_element("Hola"), {"type": "paloma"}, 7, status_element("o-1", "read")]
    }
    answer = knock(content, url=url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json() == {"stored": 4, "not_understood": [1, 2]}
    assert knock(content, url=url).json() == answer.json()  # a repetition is told the same


def test_one_element_alone_is_the_first(knock):
    assert knock(text_element("Hola")).json() == {"stored": 1, "not_understood": []}
    assert knock({"type": "paloma"}).json() == {"stored": 1, "not_understood": [0]}
    assert knock({}).json() == {"stored": 1, "not_understood": [0]}
