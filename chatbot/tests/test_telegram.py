"""Telegram's door, and what an update sets off."""

import json
import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chatbot import presence
from chatbot.channels.telegram import UPDATES, Telegram
from chatbot.models import InboundEvent
from chatbot.tests.fakes import telegram as sample
from chatbot.tests.fakes.telegram import ANA, GROUP, SECRET, SUPERGROUP, TOKEN, TelegramFake
from chatbot.tests.mutants import anything, mutants_of
from chatbot.work import work_off
from crm.conversations.models import (
    Attachment,
    Channel,
    ChannelIdentity,
    Conversation,
    Message,
)
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]
SOAK = os.environ.get("SOAK") == "1"
DOOR = "/chatbot/webhook/telegram/"


@pytest.fixture
def channel(db):
    return Channel.objects.create(
        name="Telegram de prueba",
        provider="telegram",
        mode=Channel.Mode.LIVE,
        default_for="telegram",
        credentials={"access_token": TOKEN, "webhook_secret": SECRET},
    )


@pytest.fixture(autouse=True)
def telegram(settings):
    with TelegramFake() as fake:
        settings.TELEGRAM_API_URL = fake.url
        yield fake


@pytest.fixture
def knock(client, channel):
    """knock(update) -> the answer; `secret` instead of the right one, None for no header."""

    def post(update, secret=SECRET, url=DOOR):
        raw = update if isinstance(update, bytes) else json.dumps(update).encode()
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        return client.post(url, raw, content_type="application/json", headers=headers)

    return post


@pytest.fixture
def deliver(knock):
    """deliver(update, …) -> posted one after the other, and everything they set off done."""

    def post(*updates):
        for update in updates:
            assert knock(update).status_code == 200
        work_off()

    return post


def heard():
    rows = Message.objects.filter(direction="in").order_by("id")
    return list(rows.values_list("kind", "text"))


# --- The door --------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [None, "", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), "ñ"])
def test_a_wrong_secret_is_refused_and_nothing_kept(knock, secret):
    assert knock(sample.written("Hola"), secret).status_code == 403
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("stored", ["", None])
def test_without_a_secret_of_ours_nobody_is_believed(knock, channel, stored):
    Channel.objects.update(credentials={"access_token": TOKEN})
    channel.credentials = {"access_token": TOKEN, "webhook_secret": stored}
    channel.save()
    for secret in (None, "", "None", SECRET):
        assert knock(sample.written("Hola"), secret).status_code == 403


def test_its_own_address_serves_as_well(knock, channel):
    door = f"/webhooks/telegram/{channel.uuid}/"
    assert knock(sample.written("Hola"), url=door).status_code == 200
    assert InboundEvent.objects.count() == 1


def test_a_get_is_no_business_of_telegrams(client, channel):
    assert client.get(DOOR).status_code == 403


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff"])
def test_what_is_no_object_is_refused(knock, body):
    assert knock(body).status_code == 400


# --- What it sets off ------------------------------------------------------------------------


def test_a_text_is_stored_and_answered(deliver, telegram):
    deliver(sample.written("Hola, ¿sigue en venta?"))
    assert heard() == [("text", "Hola, ¿sigue en venta?")]
    answer = Message.objects.get(direction="out")
    assert (answer.state, answer.provider_id) == ("sent", f"{ANA}.9001")
    assert telegram.sent[0]["chat_id"] == str(ANA)
    assert str(Conversation.objects.get().contact) == "Ana Ficticia"


def test_the_same_update_twice_is_one_message(deliver):
    update = sample.written("Hola")
    deliver(update, update)
    deliver(update)
    assert len(heard()) == 1


def test_the_same_message_under_another_number_is_one_message(deliver):
    """A redelivery by another route, or after a quiet week in which Telegram counted anew."""
    update = sample.written("Hola")
    deliver(update, update | {"update_id": 99})
    assert InboundEvent.objects.count() == 2
    assert len(heard()) == 1


def test_equal_numbers_in_two_chats_are_two_messages(deliver):
    deliver(sample.written("Hola", 5), sample.written("Buenas", 5, sender=sample.LUIS))
    assert [text for _, text in heard()] == ["Hola", "Buenas"]


def test_an_album_of_three_pictures_is_three_messages(deliver):
    album = [sample.message(n, photo=sample.PHOTO, media_group_id="13") for n in (20, 21, 22)]
    deliver(*(sample.update(message=one) for one in album))
    assert [kind for kind, _ in heard()] == ["image"] * 3
    assert Attachment.objects.count() == 3
    assert Conversation.objects.count() == 1


def test_an_edit_keeps_what_was_said_before(deliver):
    edited = sample.message(5, text="Adiós", edit_date=sample.message()["date"])
    deliver(sample.written("Hola", 5), sample.update(edited_message=edited))
    message = Message.objects.get(direction="in")
    assert (message.text, message.edited_at is not None) == ("Adiós", True)
    assert [one.text for one in message.revisions.all()] == ["Hola"]


def test_an_edit_may_come_before_its_message(deliver):
    edited = sample.message(5, text="Adiós", edit_date=sample.message()["date"])
    deliver(sample.update(edited_message=edited))
    deliver(sample.written("Hola", 5))
    InboundEvent.objects.update(due_at=Message.objects.get(direction="in").created_at)
    work_off()
    assert Message.objects.get(direction="in").text == "Adiós"


def test_a_tapped_button_is_answered(deliver, channel, telegram):
    """Else it spins for the person. It is a courtesy and no message, done by a job."""
    deliver(sample.tap())
    message = Message.objects.get(direction="in")
    assert (message.kind, message.text) == ("button", "Mi saldo")
    assert message.options == [{"id": "menu:saldo"}]
    presence.acknowledge(channel.pk, "4382")
    assert ("answerCallbackQuery", {"callback_query_id": "4382"}) in telegram.calls


def test_a_blocked_bot_is_noted_until_the_person_writes_again(deliver):
    deliver(sample.written("Hola"), sample.membership("kicked"))
    assert ChannelIdentity.objects.get().unreachable_at is not None
    deliver(sample.membership("member"))
    assert ChannelIdentity.objects.get().unreachable_at is None
    deliver(sample.membership("kicked"), sample.written("Volví", 6))
    assert ChannelIdentity.objects.get().unreachable_at is None


def test_a_forged_contact_proves_no_number(deliver):
    theirs = {"phone_number": "51911000002", "first_name": "Luis", "user_id": sample.LUIS}
    deliver(sample.update(message=sample.message(contact=theirs)))
    assert ChannelIdentity.objects.get().proven_phone == ""
    deliver(sample.update(message=sample.message(6, contact=sample.CARD)))
    assert ChannelIdentity.objects.get().proven_phone == "+51911000001"


def test_a_deep_link_makes_a_lead_of_the_link(deliver):
    deliver(sample.written("/start ad_17"))
    assert Lead.objects.get().source == Lead.Source.LINK


def test_a_group_is_heard_and_never_answered(deliver, telegram):
    deliver(sample.written("Buenas", chat=sample.group()), sample.written("Hola", 6))
    in_group = Conversation.objects.get(is_group=True)
    assert [one.sender for one in in_group.messages.all()] == ["Ana Ficticia"]
    assert [body["chat_id"] for body in telegram.sent] == [str(ANA)]


def test_a_group_that_becomes_a_supergroup_stays_one_conversation(deliver):
    new = sample.group(SUPERGROUP, "supergroup")
    deliver(
        sample.written("Antes", chat=sample.group()),
        sample.update(message=sample.message(6, chat=sample.group(), migrate_to_chat_id=new["id"])),
        sample.update(message=sample.message(1, chat=new, migrate_from_chat_id=GROUP)),
        sample.written("Después", 2, chat=new),
    )
    talk = Conversation.objects.get()
    assert talk.is_group
    kinds = list(talk.messages.order_by("id").values_list("kind", flat=True))
    assert kinds == ["text", "system", "text"]
    assert [one.value for one in talk.identity.addresses.all()] == [str(GROUP), str(SUPERGROUP)]


def test_a_group_nobody_wrote_in_can_move_too(deliver):
    new = sample.group(SUPERGROUP, "supergroup")
    moved = sample.message(6, chat=sample.group(), migrate_to_chat_id=new["id"])
    deliver(sample.update(message=moved), sample.written("Hola", 2, chat=new))
    assert Conversation.objects.get().is_group


def test_every_documented_update_goes_through(deliver):
    deliver(*sample.UPDATES)
    assert not InboundEvent.objects.exclude(error="").exists()
    assert not InboundEvent.objects.filter(state="pending").exists()


# --- Any update ------------------------------------------------------------------------------


documented = mutants_of(sample.UPDATES)
others = st.dictionaries(st.sampled_from(["update_id", *UPDATES]), anything)


@hypothesis_settings(max_examples=10_000 if SOAK else 100, deadline=None)
@given(update=documented | others)
def test_no_update_whatever_raises(update):
    provider = Telegram(Channel(provider="telegram"))
    events = provider.parse(update)
    assert events
    for event in events:
        payload = json.loads(json.dumps(event.payload))
        assert provider.understand(event.kind, payload) == provider.understand(event.kind, payload)


@hypothesis_settings(
    max_examples=1_000 if SOAK else 20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(update=documented)
def test_whatever_comes_is_kept_and_the_next_is_answered(knock, channel, update):
    with transaction.atomic():
        assert knock(update).status_code == 200
        assert knock(sample.written("Soy la vecina", 77, sender=sample.LUIS)).status_code == 200
        work_off()
        assert InboundEvent.objects.count() >= 1
        assert list(InboundEvent.objects.exclude(error="").values_list("error", flat=True)) == []
        assert ("text", "Soy la vecina") in heard()
        transaction.set_rollback(True)
