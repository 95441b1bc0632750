"""Several apps of Meta's on one installation: whose secret proves a body, and for whom."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatbot.channels import directory
from chatbot.channels.meta import Meta, sign
from chatbot.models import InboundEvent
from chatbot.tests import provider_bodies
from chatbot.tests.conftest import SECRET
from chatbot.tests.graph_stub import text_body
from chatbot.work import work_off
from crm.conversations.models import Channel, Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]

OTHER_SECRET = "another-apps-secret"


@pytest.fixture
def other(channel):
    """A number of another app, at an address of its own."""
    return Channel.objects.create(
        name="Otra app",
        provider="meta",
        external_id="100900",
        credentials={"app_secret": OTHER_SECRET, "verify_token": "abrete"},
    )


@pytest.fixture
def knock(client):
    """knock(channel, body, secret) -> the HTTP status of a body posted to this channel's URL."""

    def post(channel, body, secret):
        raw = json.dumps(body).encode()
        headers = {"X-Hub-Signature-256": sign(secret, raw)}
        url = f"/webhooks/meta/{channel.uuid}/"
        return client.post(url, raw, content_type="application/json", headers=headers).status_code

    return post


def body_for(*channels):
    first, *rest = [
        text_body("Hola", wamid=f"wamid.{one.pk}", number=one.external_id) for one in channels
    ]
    for body in rest:
        first["entry"] += body["entry"]
    return first


def test_each_app_proves_its_own_bodies(knock, channel, other):
    assert knock(channel, body_for(channel), SECRET) == 200
    assert knock(other, body_for(other), OTHER_SECRET) == 200
    work_off()
    kept = Message.objects.filter(direction="in").values_list("channel_id", flat=True)
    assert sorted(kept) == sorted([channel.pk, other.pk])


@pytest.mark.parametrize("secret", [SECRET, OTHER_SECRET])
@pytest.mark.parametrize("at_home", [True, False])
def test_a_body_that_mixes_apps_is_refused_whole(knock, channel, other, secret, at_home):
    for body in (body_for(channel, other), body_for(other, channel)):
        assert knock(channel if at_home else other, body, secret) == 403
    assert not InboundEvent.objects.exists()


def test_at_one_address_each_app_proves_its_own_numbers(client, knock, channel, other):
    for one, secret in ((channel, SECRET), (other, OTHER_SECRET)):
        raw = json.dumps(body_for(one)).encode()
        headers = {"X-Hub-Signature-256": sign(secret, raw)}
        door = "/chatbot/webhook/whatsapp/"
        answer = client.post(door, raw, content_type="application/json", headers=headers)
        assert answer.status_code == 200
        assert knock(other, body_for(one), secret) == 200
    work_off()
    kept = Message.objects.filter(direction="in").values_list("channel_id", flat=True)
    assert sorted(kept) == sorted([channel.pk, other.pk])


@pytest.mark.parametrize("number", ["", "999"])
def test_what_another_app_signs_and_names_nobody_is_not_this_addresss(
    knock, channel, other, number
):
    body = text_body("Hola", wamid="wamid.1", number=number)
    assert knock(channel, body, OTHER_SECRET) == 403
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("raw", [b"no JSON", b"[" * 50_000, b'{"entry": [', b"[]", b"\xff\xfe\x00"])
def test_of_what_no_app_has_signed_nothing_is_read(client, channel, other, raw):
    """Wrongly signed it is 403 whatever it is; rightly signed, by whichever app, 400."""
    for secret, status in (("nobodys", 403), (SECRET, 400), (OTHER_SECRET, 400)):
        answer = client.post(
            f"/webhooks/meta/{channel.uuid}/",
            raw,
            content_type="application/json",
            headers={"X-Hub-Signature-256": sign(secret, raw)},
        )
        assert answer.status_code == status


def test_the_other_apps_body_costs_one_statement_too(knock, channel, other):
    directory.snapshot()
    with CaptureQueriesContext(connection) as queries:
        assert knock(channel, body_for(other), OTHER_SECRET) == 200
    assert [query["sql"].split()[0] for query in queries] == ["INSERT"]


# --- Numbers that are switched off -----------------------------------------------------------


@pytest.fixture
def sibling(channel):
    """A second number of the same app."""
    return Channel.objects.create(
        name="Hermana", provider="meta", external_id="100901", credentials=channel.credentials
    )


@pytest.mark.parametrize("door", ["own", "default", "older"])
def test_an_address_goes_on_for_the_others_when_its_own_channel_is_switched_off(
    client, channel, sibling, door
):
    Channel.objects.filter(pk=channel.pk).update(is_active=False, older_path="/api/v1/hooks/wa")
    directory.forget()
    urls = {
        "own": f"/webhooks/meta/{channel.uuid}/",
        "default": "/chatbot/webhook/whatsapp/",
        "older": "/api/v1/hooks/wa",
    }

    def post(body):
        raw = json.dumps(body).encode()
        headers = {"X-Hub-Signature-256": sign(SECRET, raw)}
        return client.post(urls[door], raw, content_type="application/json", headers=headers)

    assert post(body_for(sibling)).status_code == 200
    refused = post(body_for(channel))
    assert (refused.status_code, refused.content) == (403, b"channel switched off")
    assert InboundEvent.objects.get().channel == sibling


def test_who_has_an_app_of_their_own_cannot_speak_for_anothers_number(knock, channel, other):
    """Rightly signed, at its own address, and naming a number that is not its app's."""
    assert knock(other, body_for(channel), OTHER_SECRET) == 403
    assert knock(channel, body_for(channel), OTHER_SECRET) == 403
    assert not InboundEvent.objects.exists()


def test_statuses_and_old_messages_of_another_apps_number_are_refused_too(knock, channel, other):
    for name in ("statuses", "message_echoes", "errors", "user_preferences", "state_sync"):
        body = body_for(channel)
        value = body["entry"][0]["changes"][0]["value"]
        value[name] = [value.pop("messages")[0] | {"status": "read", "to": "51911000001"}]
        assert knock(other, body, OTHER_SECRET) == 403, name
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    ("debug", "demo", "let_in"),
    [(False, False, False), (True, False, False), (False, True, False), (True, True, True)],
)
def test_without_a_secret_only_a_developers_demo_lets_anything_in(settings, debug, demo, let_in):
    settings.DEBUG, settings.DEMO = debug, demo
    bare = Meta(Channel(provider="meta", credentials={}))
    assert bare.verify({"X-Hub-Signature-256": sign("", b"{}")}, b"{}") is let_in
    assert bare.verify({}, b"{}") is let_in


def test_without_a_secret_of_its_own_a_number_is_spoken_for_by_nobody(
    knock, channel, other, settings
):
    settings.DEBUG = settings.DEMO = True
    Channel.objects.filter(pk=other.pk).update(credentials={})
    assert knock(channel, body_for(other), SECRET) == 403
    assert knock(other, body_for(channel), "") == 403


def test_each_apps_word_answers_only_at_its_own_address(client, channel, other):
    for one, word in ((channel, "sesamo"), (other, "abrete")):
        for given in ("sesamo", "abrete", ""):
            query = {"hub.mode": "subscribe", "hub.verify_token": given, "hub.challenge": "99"}
            answer = client.get(f"/webhooks/meta/{one.uuid}/", query)
            assert answer.status_code == (200 if given == word else 403)
            assert (answer.content == b"99") is (given == word)


def test_news_of_an_account_reach_all_its_numbers_and_no_others(post, channel):
    def number(name, external_id, **credentials):
        mine = {**channel.credentials, "business_account_id": "900100", **credentials}
        return Channel.objects.create(
            name=name, provider="meta", external_id=external_id, credentials=mine
        )

    channel.credentials = {**channel.credentials, "business_account_id": "900100"}
    channel.save()
    sibling = number("La misma cuenta", "200")
    stranger = number("Otra cuenta", "300", business_account_id="900200")
    foreign = number("Otra app", "400", app_secret="otro")
    directory.forget()
    value = {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}],
    }
    entry = {"id": "900100", "changes": [{"field": "account_update", "value": value}]}
    assert post({"object": "whatsapp_business_account", "entry": [entry]}).status_code == 200
    work_off()
    health = dict(Channel.objects.values_list("pk", "health"))
    assert health[channel.pk] == health[sibling.pk] == "red"
    assert health[stranger.pk] == health[foreign.pk] == "unknown"


def test_news_of_another_apps_account_reach_its_channel(knock, channel, other):
    other.credentials = {**other.credentials, "business_account_id": "900200"}
    other.save()
    directory.forget()
    body = provider_bodies.template_event("PAUSED", message_template_name="una")
    body["entry"][0]["id"] = "900200"
    assert knock(channel, body, OTHER_SECRET) == 200
    work_off()
    for one, health in ((other, "red"), (channel, "unknown")):
        one.refresh_from_db()
        assert one.health == health
    assert knock(channel, body, "nobodys") == 403
