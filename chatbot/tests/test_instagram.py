"""Instagram's door, and what a message sets off."""

import json

import pytest

from chatbot.channels import directory
from chatbot.channels.signed import sign
from chatbot.models import InboundEvent
from chatbot.tests.fakes.instagram import (
    ACCOUNT,
    ANA,
    TOKEN,
    InstagramFake,
    body,
    echo_item,
    entry,
    file_item,
    item,
    text_item,
)
from chatbot.work import work_off
from crm.conversations.models import Channel, Conversation, Message
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]

SECRET = "s3cr3t-instagram"


@pytest.fixture
def channel(db):
    return Channel.objects.create(
        name="Instagram de prueba",
        provider="instagram",
        mode=Channel.Mode.LIVE,
        external_id=ACCOUNT,
        credentials={"app_secret": SECRET, "access_token": TOKEN, "verify_token": "sesamo"},
    )


@pytest.fixture
def instagram(settings):
    with InstagramFake() as fake:
        settings.INSTAGRAM_API_URL = fake.url
        yield fake


@pytest.fixture
def knock(client, channel):
    """knock(body) -> the answer to a signed webhook; `signature` instead of the right one."""

    def post(content, signature=None, **headers):
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers["X-Hub-Signature-256"] = sign(SECRET, raw) if signature is None else signature
        door = f"/webhooks/instagram/{channel.uuid}/"
        return client.post(door, raw, content_type="application/json", headers=headers)

    return post


@pytest.fixture
def deliver(knock):
    """deliver(item, …) -> posted, and everything it sets off done."""

    def post(*items):
        assert knock(body(*items)).status_code == 200
        work_off()

    return post


# --- The door --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha1=aa", "sha256=" + "0" * 64, sign("other", b"{}")]
)
def test_another_signature_is_refused_and_nothing_kept(knock, signature):
    assert knock(body(text_item()), signature).status_code == 403
    assert not InboundEvent.objects.exists()


def test_a_body_written_anew_is_not_the_one_that_was_signed(knock):
    raw = json.dumps(body(text_item("¿Hola?"))).encode()
    again = json.dumps(json.loads(raw), ensure_ascii=False).encode()
    assert knock(again, sign(SECRET, raw)).status_code == 403
    assert knock(raw, sign(SECRET, raw)).status_code == 200


def test_without_a_secret_nothing_is_let_in(knock, channel):
    Channel.objects.update(credentials={})
    directory.forget()
    assert knock(body(text_item())).status_code == 403
    assert knock(body(text_item()), sign("", b"")).status_code == 403


def test_the_challenge_comes_back_bare(client, channel):
    mode = {"hub.mode": "subscribe"}
    door = f"/webhooks/instagram/{channel.uuid}/"
    answer = client.get(door, {**mode, "hub.verify_token": "sesamo", "hub.challenge": "99"})
    assert (answer.status_code, answer.content) == (200, b"99")
    assert answer["Content-Type"].split(";")[0] == "text/plain"
    wrong = {**mode, "hub.verify_token": "abrete", "hub.challenge": "99"}
    assert client.get(door, wrong).status_code == 403
    unasked = {"hub.verify_token": "sesamo", "hub.challenge": "99"}
    assert client.get(door, unasked).content == b"99"
    assert client.get(door, unasked | {"hub.mode": "unsubscribe"}).status_code == 403
    assert client.get(door).status_code == 403


def test_without_a_verify_token_every_challenge_is_refused(client, channel):
    Channel.objects.update(credentials={"app_secret": SECRET})
    directory.forget()
    door = f"/webhooks/instagram/{channel.uuid}/"
    query = {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "9"}
    assert client.get(door, query).status_code == 403


@pytest.mark.parametrize("raw", [b"", b"Hola", b"[]", b"1", b"{"])
def test_what_is_no_json_object_is_refused(knock, raw):
    assert knock(raw).status_code == 400


def test_two_accounts_of_one_app_share_an_address(knock, channel, instagram):
    other = Channel.objects.create(
        name="Otra cuenta",
        provider="instagram",
        mode=Channel.Mode.LIVE,
        external_id="178999",
        credentials=channel.credentials,
    )
    content = body(text_item("Una"))
    content["entry"].append(entry(text_item("Otra", recipient="178999"), account="178999"))
    assert knock(content).status_code == 200
    work_off()
    kept = dict(Message.objects.filter(direction="in").values_list("text", "channel__name"))
    assert kept == {"Una": channel.name, "Otra": other.name}


# --- What a message sets off -----------------------------------------------------------------


def test_a_message_is_stored_and_answered(deliver, instagram):
    deliver(text_item("Hola", mid="m_1"))
    message = Message.objects.get(direction="in")
    assert (message.text, message.provider_id) == ("Hola", "m_1")
    address = message.conversation.identity.addresses.get()
    assert (address.kind, address.value) == ("igsid", ANA)
    assert message.conversation.contact.phone == ""
    [sent] = instagram.sent
    assert sent["recipient"] == {"id": ANA}
    answer = Message.objects.get(direction="out")
    assert (answer.state, answer.provider_id) == ("sent", "m_out_1")


def test_the_same_message_is_one_however_often_it_comes(knock, instagram):
    again = text_item("Hola", mid="m_1")
    for content in (body(again, again), body(again), body(text_item("B", mid="m_2"), again)):
        assert knock(content).status_code == 200
        work_off()
    assert Message.objects.filter(direction="in").count() == 2
    assert len(instagram.sent) == 2


def test_a_batch_of_two_people_is_two_conversations(deliver, instagram):
    deliver(text_item("Soy Ana"), text_item("Soy Beto", sender="9002"), None, text_item("Más"))
    texts = {
        one.identity.addresses.get().value: [m.text for m in one.messages.filter(direction="in")]
        for one in Conversation.objects.all()
    }
    assert texts == {ANA: ["Soy Ana", "Más"], "9002": ["Soy Beto"]}
    assert {sent["recipient"]["id"] for sent in instagram.sent} == {ANA, "9002"}


def test_an_answer_from_the_phone_app_is_ours_and_silences_the_bot(deliver, instagram):
    deliver(text_item("Hola"))
    before = len(instagram.sent)
    deliver(echo_item("Le ayudo yo", mid="m_e1"), text_item("Gracias"))
    echo = Message.objects.get(provider_id="m_e1")
    assert (echo.direction, echo.author) == ("out", "phone_app")
    assert Conversation.objects.count() == 1
    assert len(instagram.sent) == before


def test_the_echo_of_our_own_answer_is_that_answer(deliver, instagram):
    deliver(text_item("Hola"))
    ours = Message.objects.get(direction="out")
    deliver(echo_item(ours.text, mid=ours.provider_id))
    assert Message.objects.filter(direction="out").count() == 1


def test_a_read_receipt_lifts_its_message(deliver, instagram):
    deliver(text_item("Hola"))
    deliver(item(read={"mid": "m_out_1"}))
    assert Message.objects.get(direction="out").state == "read"


def test_a_picture_is_announced_and_fetched_from_instagrams_hosts_alone(
    deliver, instagram, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    deliver(file_item("image", "https://x.fbcdn.net.example.org/1.jpg"))
    from chatbot.media import fetch_attachment

    attachment = Message.objects.get(direction="in").attachments.get()
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert attachment.state == "failed"


def test_a_picture_is_fetched(deliver, instagram, settings, tmp_path):
    from chatbot.media import fetch_attachment

    settings.MEDIA_ROOT = tmp_path
    settings.MEDIA_HOSTS = {"instagram": [instagram.url]}
    png = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
    instagram.media["1.png"] = png
    url = f"{instagram.url}/files/1.png?signature={'x' * 300}"
    deliver(file_item("image", url))
    attachment = Message.objects.get(direction="in").attachments.get()
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert (attachment.state, attachment.mime) == ("ready", "image/png")
    [asked] = [request for request in instagram.requests if "/files/" in request.path]
    assert "Authorization" not in asked.headers


def test_comments_wake_nobody(knock, instagram):
    change = {"field": "comments", "value": {"id": "c1", "text": "Info"}}
    assert knock(body(change, name="changes")).status_code == 200
    work_off()
    assert not Message.objects.exists()
    assert InboundEvent.objects.get().state == "ignored"


def test_who_clicks_an_advertisement_is_a_lead_before_they_write(knock, instagram):
    clicked = {"source": "ADS", "type": "OPEN_THREAD", "ad_id": "6045"}
    knock(body(item(referral=clicked)))
    work_off()
    assert not Message.objects.filter(direction="out").exists()
    knock(body(text_item("Hola")))
    work_off()
    lead = Lead.objects.get()
    assert (lead.source, lead.ad_id) == ("ad", "6045")
