"""What holds for every channel: one contract, as many dialects as there are providers."""

import copy
import itertools
import json
import threading

import pytest
from django.db import connection
from django.test import Client

from chatbot.channels import directory
from chatbot.channels.addresses import webhook_path
from chatbot.channels.registry import CHANNELS
from chatbot.models import InboundEvent
from chatbot.tests.dialects import DIALECTS
from chatbot.work import work_off
from crm.conversations.models import Channel, Conversation, Message

ANA, LUIS = "51911000001", "51911000002"
STATES = ("sent", "delivered", "read", "failed")


@pytest.fixture(params=DIALECTS, ids=lambda one: one.slug)
def dialect(request):
    return request.param


def those_that(tell):
    """Only the channels of which `tell(dialect)` has something to say."""
    able = [one for one in DIALECTS if tell(one) is not None]
    return pytest.mark.parametrize("dialect", able, indirect=True, ids=lambda one: one.slug)


proven = those_that(lambda one: one.forged(b""))
echoing = those_that(lambda one: one.echo("x", ANA, "x"))
reporting = those_that(lambda one: one.status("x", "read"))
reporting_failures = those_that(lambda one: one.status("x", "failed"))
editing = those_that(lambda one: one.edit("x", ANA, "x"))
deleting = those_that(lambda one: one.deletion("x", ANA))


@pytest.fixture
def desk(db, dialect):
    return Desk(dialect)


class Desk:
    """A channel of one provider, and the provider's requests to it."""

    def __init__(self, dialect):
        self.dialect = dialect
        self.channel = dialect.channel()
        directory.forget()

    def post(self, body, headers=None, client=None):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = self.dialect.headers(raw) if headers is None else headers
        return (client or Client()).post(
            webhook_path(self.channel), raw, content_type="application/json", headers=headers
        )

    def tell(self, *elements):
        """All elements, in as few bodies as the provider would use; then the worker's turn."""
        bodies = [elements] if self.dialect.batches else [(one,) for one in elements]
        for some in bodies:
            assert self.post(self.dialect.body(*some)).status_code == 200
        work_off()

    def heard(self):
        rows = Message.objects.filter(direction="in").exclude(kind="unsupported")
        return list(rows.order_by("shown_at", "id").values_list("text", flat=True))

    def sent(self, id_="OUT-AAAA-1"):
        """A message of ours that the provider has taken."""
        self.tell(self.dialect.text("uno", ANA))
        Message.objects.filter(direction="out").delete()
        talk = Conversation.objects.get()
        return Message.objects.create(
            conversation=talk,
            channel=self.channel,
            direction="out",
            author="bot",
            text="Buenas",
            state="sent",
            provider_id=id_,
            shown_at=talk.last_shown_at,
        )


def failed():
    events = InboundEvent.objects.exclude(state__in=["done", "ignored"])
    return list(events.values_list("key", "state", "error"))


def test_every_channel_has_a_dialect():
    assert {one.slug for one in DIALECTS} == {one.slug for one in CHANNELS}


# --- Authenticity ----------------------------------------------------------------------------


@proven
@pytest.mark.once
def test_a_forged_body_is_refused_and_nothing_of_it_kept(desk, dialect):
    raw = json.dumps(dialect.body(dialect.text("uno", ANA))).encode()
    for headers in (dialect.forged(raw), {}):
        assert desk.post(raw, headers).status_code == 403
    assert not InboundEvent.objects.exists()


@proven
@pytest.mark.once
def test_without_a_secret_of_ours_nothing_is_accepted(desk, dialect, settings):
    settings.DEBUG = False
    raw = json.dumps(dialect.body(dialect.text("uno", ANA))).encode()
    Channel.objects.update(credentials={})
    directory.forget()
    assert desk.post(raw).status_code == 403


@pytest.mark.parametrize("raw", [b"", b"nada", b"[]", b"[1]", b"null", b'"x"', b"\xff\xfe"])
@pytest.mark.once
def test_what_is_no_object_is_refused(desk, raw):
    assert desk.post(raw).status_code in (400, 403)
    assert not InboundEvent.objects.exists()


# --- Once ------------------------------------------------------------------------------------


def test_one_message_becomes_a_conversation_and_an_answer(desk, dialect):
    desk.tell(dialect.text("uno", ANA, "Hola, ¿sigue en venta?"))
    assert desk.heard() == ["Hola, ¿sigue en venta?"]
    message = Message.objects.get(direction="in")
    assert message.provider_id == dialect.stored_id("uno", ANA)
    assert Message.objects.filter(direction="out", author="bot").count() == 1


def test_the_same_body_twice_and_in_another_one_is_one_message(desk, dialect):
    one = dialect.text("uno", ANA)
    desk.tell(one)
    desk.tell(one)
    desk.tell(dialect.text("dos", ANA, "Otra"), one)
    assert desk.heard() == ["Hola", "Otra"]


@pytest.mark.django_db(transaction=True)
def test_delivered_at_once_by_two_requests_it_is_one_message(dialect):
    desk = Desk(dialect)
    body = dialect.body(dialect.text("uno", ANA))
    ready = threading.Barrier(4)
    codes = []

    def deliver():
        ready.wait()
        codes.append(desk.post(body).status_code)
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    work_off()
    assert codes == [200] * 4
    assert desk.heard() == ["Hola"]


# --- Neighbours ------------------------------------------------------------------------------


def test_two_people_in_one_body_are_two_conversations(desk, dialect):
    desk.tell(
        dialect.text("uno", ANA, "De Ana"),
        dialect.text("dos", LUIS, "De Luis"),
        dialect.text("tres", ANA, "Otra de Ana", at=1_790_000_005),
    )
    said = {
        tuple(talk.messages.filter(direction="in").values_list("text", flat=True))
        for talk in Conversation.objects.all()
    }
    assert said == {("De Ana", "Otra de Ana"), ("De Luis",)}


@pytest.mark.once
def test_a_malformed_element_costs_its_neighbours_nothing(desk, dialect):
    desk.tell(dialect.text("uno", ANA), dialect.broken(), dialect.text("dos", LUIS))
    assert desk.heard() == ["Hola", "Hola"]
    assert failed() == []
    assert InboundEvent.objects.filter(kind="notice").exists()


def test_a_type_nobody_knows_is_kept_raw(desk, dialect):
    desk.tell(dialect.unknown("uno", ANA), dialect.text("dos", ANA))
    assert desk.heard() == ["Hola"]
    assert failed() == []
    stored = " ".join(InboundEvent.objects.values_list("payload", flat=True))
    assert "hologram" in stored


UNREADABLE = (("unsupported", "text"), ("unsupported", "type"))


def without(element, path):
    """A copy of the element (or of the dict among its parts) that lacks this key."""
    copied = copy.deepcopy(element)
    parts = copied if isinstance(copied, tuple) else (copied,)
    place = next(part for part in parts if isinstance(part, dict))
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return copied


@pytest.mark.once
def test_each_optional_key_may_be_missing(desk, dialect):
    for number, path in enumerate(dialect.OPTIONAL):
        before = list(Message.objects.values_list("pk", flat=True))
        lacking = without(dialect.text(f"uno{number}", ANA), path)
        desk.tell(lacking, dialect.text(f"dos{number}", LUIS))
        assert failed() == [], path
        arrived = Message.objects.filter(direction="in").exclude(pk__in=before)
        assert arrived.count() == 2, path
        one = arrived.exclude(provider_id=dialect.stored_id(f"dos{number}", LUIS)).get()
        assert one.conversation.identity.addresses.filter(value__endswith=ANA).exists(), path
        # Without its words, or not saying what it is, a message is shown all the same.
        assert one.text == "Hola" or (one.kind, path[-1]) in UNREADABLE, path


# --- What we said ----------------------------------------------------------------------------


@echoing
def test_an_echo_is_ours_is_never_answered_and_opens_no_window(desk, dialect):
    desk.tell(dialect.echo("eco", ANA, "Le marco en 5 min"))
    message = Message.objects.get()
    assert (message.direction, message.author) == ("out", "phone_app")
    assert message.conversation.last_inbound_at is None
    assert message.conversation.owner == "queue"
    desk.tell(dialect.text("uno", ANA))
    assert Message.objects.filter(author="bot").count() == 0
    assert Conversation.objects.count() == 1


@reporting
@pytest.mark.parametrize("order", list(itertools.permutations(STATES[:3])), ids="-".join)
@pytest.mark.once
def test_statuses_in_every_order_end_at_the_furthest(desk, dialect, order):
    told = [state for state in order if dialect.status("x", state) is not None]
    message = desk.sent()
    for state in told:
        desk.tell(dialect.status(message.provider_id, state))
    message.refresh_from_db()
    assert message.state == "read"
    assert all(getattr(message, f"{state}_at") for state in told)


@reporting_failures
def test_a_failure_shows_unless_it_was_delivered(desk, dialect):
    message = desk.sent()
    desk.tell(dialect.status(message.provider_id, "failed"))
    message.refresh_from_db()
    assert message.state == "failed"
    desk.tell(dialect.status(message.provider_id, "delivered"))
    message.refresh_from_db()
    assert message.state == "delivered"


@reporting
def test_a_status_before_its_message_is_applied_later(desk, dialect):
    message = desk.sent("")
    desk.tell(dialect.status("OUT-AAAA-9", "read"))
    Message.objects.filter(pk=message.pk).update(provider_id="OUT-AAAA-9")
    InboundEvent.objects.filter(state="pending").update(due_at="2020-01-01T00:00Z")
    work_off()
    message.refresh_from_db()
    assert message.state == "read"


# --- Afterwards ------------------------------------------------------------------------------


@editing
def test_an_edit_is_applied_and_what_was_said_kept(desk, dialect):
    desk.tell(dialect.text("uno", ANA, "Quiero uno"))
    desk.tell(dialect.edit("uno", ANA, "Quiero dos"))
    message = Message.objects.get(direction="in")
    assert message.text == "Quiero dos"
    assert [one.text for one in message.revisions.all()] == ["Quiero uno"]
    assert Message.objects.filter(author="bot").count() == 1


@editing
def test_an_edit_that_comes_first_waits_for_its_message(desk, dialect):
    desk.tell(dialect.edit("uno", ANA, "Quiero dos"))
    desk.tell(dialect.text("uno", ANA, "Quiero uno"))
    InboundEvent.objects.filter(state="pending").update(due_at="2020-01-01T00:00Z")
    work_off()
    assert desk.heard() == ["Quiero dos"]
    assert failed() == []


@deleting
def test_a_deletion_leaves_a_tombstone(desk, dialect):
    desk.tell(dialect.text("uno", ANA, "Ups"))
    desk.tell(dialect.deletion("uno", ANA))
    message = Message.objects.get(direction="in")
    assert message.deleted_at is not None
    assert message.text == ""
