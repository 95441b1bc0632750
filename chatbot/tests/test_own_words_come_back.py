"""Our own messages, told back to us as if somebody had written them: known, and never answered."""

import json

import pytest
from django.test import Client

from chatbot import lanes, outbox
from chatbot.channels import directory
from chatbot.channels.addresses import webhook_path
from chatbot.journal import Journal
from chatbot.models import InboundEvent
from chatbot.tests.dialects import MaytapiDialect
from chatbot.tests.fakes.neutral import ANA, OWN, TOKEN, NeutralFake, text_element
from chatbot.work import work_off
from crm.conversations.models import Channel, Message
from crm.people.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def fake(db):
    with NeutralFake() as running:
        yield running


def adapter(fake, own):
    secrets = {"token": TOKEN, "endpoint_url": fake.endpoint}
    Channel.objects.create(
        name="Pasarela", provider="neutral", mode="live", external_id=own, credentials=secrets
    )
    directory.forget()


def turn_lanes():
    for lane in lanes.due_lanes():
        lanes.handle_lane(lane)


def make_due():
    InboundEvent.objects.filter(state="pending").update(due_at="2020-01-01T00:00Z")


def deliver(*elements, work=True):
    answer = Client().post(
        "/api/messages",
        json.dumps({"messages": list(elements)}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert answer.status_code == 200
    if work:
        work_off()


@pytest.mark.parametrize("own", [OWN, ""], ids=["own number known", "own number unknown"])
def test_an_adapter_that_mirrors_what_it_sends_starts_no_conversation_with_itself(fake, own):
    adapter(fake, own)
    deliver(text_element("Hola", provider=""))
    for _round in range(3):
        sent = Message.objects.filter(direction="out").exclude(provider_id="")
        mirrored = [
            text_element(one.text, id_=one.provider_id, sender=OWN, recipient=ANA, provider="")
            for one in sent
        ]
        deliver(*mirrored)
    assert list(Message.objects.order_by("id").values_list("direction", flat=True)) == ["in", "out"]
    assert Contact.objects.count() == 1


def test_a_mirror_keeps_nothing_of_the_log_in_it_repeats(fake):
    adapter(fake, "")
    deliver(text_element("DNI 45612378 1990", provider=""))
    said = Message.objects.get(direction="out")
    mirrored = text_element(said.text, id_=said.provider_id, sender=OWN, recipient=ANA, provider="")
    deliver(mirrored | {"quoted": {"text": "DNI 45612378 1990"}})
    event = InboundEvent.objects.latest("pk")
    assert event.state == "done" and "quoted" in event.payload and "45612378" not in event.payload


@pytest.mark.parametrize("comes_back", [True, False], ids=["sent", "not confirmed"])
def test_a_mirror_that_overtakes_its_sending_is_answered_by_nobody(fake, comes_back):
    adapter(fake, "")
    deliver(text_element("Hola", provider=""), work=False)
    turn_lanes()
    book = Journal()
    claims = outbox.claim(book, 32)
    results = [outbox.send(one) for one in claims]
    said = Message.objects.get(direction="out")
    mirrored = text_element(said.text, id_="out-1", sender=OWN, recipient=ANA, provider="")
    if not comes_back:
        Message.objects.filter(pk=said.pk).update(state="unknown")
    deliver(mirrored, work=False)
    turn_lanes()
    if comes_back:
        outbox.settle(results)
    make_due()
    book.close()
    work_off()
    said.refresh_from_db()
    assert (said.state, said.provider_id) == ("sent", "out-1")
    assert list(Message.objects.order_by("id").values_list("direction", flat=True)) == ["in", "out"]
    assert Contact.objects.count() == 1
    deliver(text_element(said.text, provider=""))
    assert Message.objects.filter(direction="in").count() == 2


def test_maytapi_tells_of_what_a_program_sent_by_a_uuid():
    dialect = MaytapiDialect()
    channel = dialect.channel()
    directory.forget()

    def post(body):
        answer = Client().post(webhook_path(channel), json.dumps(body), "application/json")
        assert answer.status_code == 200
        work_off()

    post(dialect.text("false_51911000001@c.us_3EB0A1", ANA))
    ours = Message.objects.get(direction="out")
    named = "a3ff8460-c710-11ee-a8e7-5fbaaf152c1d"
    Message.objects.filter(pk=ours.pk).update(provider_id=named)
    echo = dialect.echo(named, ANA, ours.text)
    del echo["message"]["fromMe"]
    post(echo)
    assert Message.objects.count() == 2


class Forgetful(NeutralFake):
    def accept(self, request, number):
        return 200, {"message_id": "siempre-1"}


def test_an_id_the_adapter_gives_twice_takes_nothing_from_what_was_sent(db):
    with Forgetful() as fake:
        adapter(fake, OWN)
        for text in ("Hola", "¿Sigue en venta?"):
            deliver(text_element(text, id_=text, provider=""))
    sent = Message.objects.filter(direction="out").order_by("id")
    assert [(one.state, one.provider_id) for one in sent] == [
        ("sent", "siempre-1"),
        ("sent", ""),
    ]
    channel = Channel.objects.get()
    assert channel.health == "yellow" and channel.last_error
