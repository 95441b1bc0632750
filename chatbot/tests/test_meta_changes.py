"""What Meta tells of messages that are known: edits, deletions, echoes, history, statuses."""

import itertools
import json
from time import monotonic

import pytest

from chatbot.channels.meta import Meta
from chatbot.models import InboundEvent
from chatbot.tests import provider_bodies as bodies
from chatbot.tests import provider_samples as sample
from chatbot.tests.graph_stub import envelope, message_body
from chatbot.work import work_off
from crm.conversations.models import Conversation, Message
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def take(post, channel, graph):
    """take(body, …) -> everything these bodies set off is done."""

    def send(*bodies):
        for body in bodies:
            assert post(body).status_code == 200
        work_off()

    return send


def of_ana(element):
    return message_body(element, sender=sample.ANA)


def kinds():
    return sorted(InboundEvent.objects.values_list("kind", "state"))


# --- Edits and deletions ---------------------------------------------------------------------


def test_an_edit_replaces_the_words_and_keeps_what_they_were(take):
    take(of_ana(sample.TEXT), of_ana(sample.EDIT))
    message = Message.objects.get(direction="in")
    assert (message.text, message.edited_at.timestamp()) == ("Hola, quiero 2 créditos", 1790000100)
    assert message.revisions.get().text == "Hola, quiero un crédito"


def test_a_deletion_leaves_a_tombstone(take):
    take(of_ana(sample.TEXT), of_ana(sample.REVOKE))
    message = Message.objects.get(direction="in")
    assert (message.text, message.deleted_at.timestamp()) == ("", 1790000101)
    assert message.revisions.get().text == "Hola, quiero un crédito"


def test_a_change_wakes_nobody_and_is_no_message(take, graph):
    take(of_ana(sample.TEXT))
    before = len(graph.sent)
    take(of_ana(sample.EDIT), of_ana(sample.REVOKE))
    assert (Message.objects.filter(direction="in").count(), len(graph.sent)) == (1, before)


def test_a_caption_is_edited_as_well(take):
    picture = {"type": "image", "image": {"id": "501", "caption": "INE reverso"}}
    edit = {"original_message_id": "wamid.IMG1", "message": picture}
    take(of_ana(sample.IMAGE), of_ana({**sample.EDIT, "edit": edit}))
    assert Message.objects.get(direction="in").text == "INE reverso"


@pytest.mark.parametrize(
    "element",
    [
        {**sample.EDIT, "edit": None},
        {**sample.EDIT, "edit": {"original_message_id": "wamid.TXT1"}},
        {**sample.EDIT, "edit": {"original_message_id": "wamid.TXT1", "message": {"type": "text"}}},
        {**sample.EDIT, "edit": {"message": sample.EDIT["edit"]["message"]}},
        {**sample.REVOKE, "revoke": {}},
        {**sample.REVOKE, "revoke": "wamid.TXT1"},
    ],
)
def test_a_change_that_cannot_be_read_changes_nothing(take, element):
    take(of_ana(sample.TEXT), of_ana(element))
    message = Message.objects.get(direction="in")
    assert (message.text, message.deleted_at) == ("Hola, quiero un crédito", None)
    assert InboundEvent.objects.filter(state="ignored").count() == 1


def test_a_change_of_another_author_is_matched_by_its_message(take):
    """Meta's own sample of an edit names a sender whom its contacts do not."""
    take(of_ana(sample.TEXT), message_body({**sample.EDIT, "from": "51911000009"}))
    assert Message.objects.get(direction="in").text == "Hola, quiero 2 créditos"


def test_a_change_made_on_the_phone_app_is_one_too(take):
    take(bodies.ECHO)
    for change, type_ in ((sample.EDIT, "edit"), (sample.REVOKE, "revoke")):
        of_echo = {**change[type_], "original_message_id": "wamid.ECH1"}
        echo = {**change, "from": sample.OFFICE, "to": sample.ANA, type_: of_echo}
        take(envelope(bodies.of_office(message_echoes=[echo]), "smb_message_echoes"))
        message = Message.objects.get()
        assert (message.text, bool(message.deleted_at)) == (
            ("Hola, quiero 2 créditos", False) if type_ == "edit" else ("", True)
        )


def test_the_same_change_in_another_body_is_the_same(take):
    take(of_ana(sample.TEXT), of_ana(sample.EDIT))
    both = of_ana(sample.EDIT)
    both["entry"][0]["changes"][0]["value"]["messages"].append({**sample.EDIT, "id": "wamid.EDT2"})
    take(both)
    assert InboundEvent.objects.filter(kind="edit").count() == 2


# --- Echoes ----------------------------------------------------------------------------------


def test_an_echo_is_ours_and_silences_the_bot(take, graph):
    take(bodies.ECHO)
    echo = Message.objects.get()
    assert (echo.direction, echo.author, echo.state) == ("out", "phone_app", "sent")
    conversation = Conversation.objects.get()
    assert (conversation.owner, conversation.last_inbound_at) == ("queue", None)
    take(of_ana(sample.TEXT))
    assert (Conversation.objects.count(), graph.sent) == (1, [])


@pytest.mark.parametrize("key", ["from", "timestamp", "type", "text"])
def test_an_echo_may_lack_what_strict_schemas_want(take, key):
    [echo] = bodies.ECHO["entry"][0]["changes"][0]["value"]["message_echoes"]
    rest = {name: value for name, value in echo.items() if name != key}
    take(envelope(bodies.of_office(message_echoes=[rest]), "smb_message_echoes"))
    assert Message.objects.get().direction == "out"


def test_an_echo_to_somebody_without_a_number(take):
    [echo] = bodies.ECHO["entry"][0]["changes"][0]["value"]["message_echoes"]
    rest = {**echo, "to_user_id": "MX.1001"}
    del rest["to"]
    take(envelope(bodies.of_office(message_echoes=[rest]), "smb_message_echoes"))
    [address] = Conversation.objects.get().identity.addresses.all()
    assert (address.kind, address.value) == ("user_id", "MX.1001")


# --- History ---------------------------------------------------------------------------------


def test_history_is_stored_and_sets_nothing_off(take, graph):
    take(bodies.HISTORY)
    heard, said = Message.objects.order_by("provider_at")
    assert (heard.direction, heard.text) == ("in", "Hola, quiero un crédito")
    assert (said.direction, said.text, said.state) == ("out", bodies.OLD_ANSWER["text"]["body"],
                                                       "delivered")  # fmt: skip
    talk = Conversation.objects.get()
    assert (talk.waiting_since, talk.last_inbound_at, talk.contact.phone) == (
        None, heard.provider_at, f"+{sample.ANA}")  # fmt: skip
    assert (graph.sent, Lead.objects.exists()) == ([], False)


def test_the_place_of_an_old_file_is_kept_for_the_file_that_follows(take, graph):
    take(bodies.HISTORY)
    assert not Message.objects.filter(provider_id="wamid.OLD3").exists()
    take(bodies.OLD_PICTURE)
    picture = Message.objects.get(provider_id="wamid.OLD3")
    assert (picture.kind, picture.attachments.get().media_id) == ("image", "501")
    assert (Conversation.objects.get().waiting_since, graph.sent) == (None, [])


def test_history_that_is_not_shared_is_kept_as_a_notice(take):
    take(bodies.NO_HISTORY)
    assert kinds() == [("notice", "ignored")]


@pytest.mark.parametrize(
    "own", ["+1 (555) 000-1111", "15550001111", None], ids=["spaced", "digits", "unknown"]
)
def test_old_messages_of_ours_are_known_by_our_number_or_by_the_thread(take, own):
    body = bodies.history(bodies.OLD_WORD, bodies.OLD_ANSWER)
    body["entry"][0]["changes"][0]["value"]["metadata"]["display_phone_number"] = own
    take(body)
    assert sorted(Message.objects.values_list("direction", flat=True)) == ["in", "out"]
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [("SENT", "sent"), ("DELIVERED", "delivered"), ("READ", "read"), ("PLAYED", "read"),
     ("ERROR", "failed"), ("PENDING", "sent"), (None, "sent"), (1, "sent")],
)  # fmt: skip
def test_how_far_an_old_message_of_ours_came(take, status, state):
    take(bodies.history({**bodies.OLD_ANSWER, "history_context": {"status": status}}))
    assert Message.objects.get().state == state


def test_history_of_five_thousand_messages_is_taken_apart_in_time(channel):
    many = [{**bodies.OLD_WORD, "id": f"wamid.OLD{n}"} for n in range(5_000)]
    started = monotonic()
    events = Meta(channel).parse(bodies.history(*many))
    assert monotonic() - started < 1
    assert len({event.key for event in events}) == 5_000


@pytest.mark.parametrize("thread", [None, 1, "x", {}, {"id": sample.ANA, "messages": [None, 1]}])
def test_a_broken_thread_costs_no_neighbour(take, thread):
    body = bodies.history(bodies.OLD_WORD)
    body["entry"][0]["changes"][0]["value"]["history"][0]["threads"].insert(0, thread)
    take(body)
    assert Message.objects.get().provider_id == "wamid.OLD1"


# --- Statuses --------------------------------------------------------------------------------


@pytest.fixture
def ours(queue, graph):
    graph.ids = ["wamid.OUT1"]
    (message,) = queue("Buen día")
    work_off()
    return message


def status(state, **rest):
    return {"id": "wamid.OUT1", "status": state, "timestamp": "1790000200", **rest}


def statuses(*elements):
    return envelope(bodies.of_office(statuses=list(elements)))


def test_what_a_message_costs_is_kept(take, ours):
    take(bodies.STATUSES)
    ours.refresh_from_db()
    assert ours.pricing == {
        "billable": False,
        "pricing_model": "PMP",
        "category": "service",
        "type": "free_customer_service",
    }
    assert (ours.state, ours.read_at.timestamp()) == ("read", 1790000205)


@pytest.mark.parametrize("pricing", [None, [], {}, {"category": 1, "billable": "no"}])
def test_a_price_that_cannot_be_read_is_none(take, ours, pricing):
    take(statuses(status("delivered", pricing=pricing)))
    ours.refresh_from_db()
    assert (ours.state, ours.pricing) == ("delivered", None)


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])))
def test_statuses_in_every_order_end_at_the_furthest(take, ours, order):
    take(*(statuses(status(state)) for state in order))
    ours.refresh_from_db()
    assert ours.state == "read"


def test_a_status_deleted_changes_nothing(take, ours):
    take(statuses(status("deleted")))
    ours.refresh_from_db()
    assert ours.state == "sent"
    assert ("status", "ignored") in kinds()


def test_a_status_without_its_recipient_is_one_all_the_same(take, ours):
    take(statuses(status("failed", errors=[{"code": 131026}])))
    ours.refresh_from_db()
    assert (ours.state, ours.error_code) == ("failed", "131026")
    assert "no WhatsApp" in ours.error_text
    assert ours.conversation.identity.unreachable_at is not None


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ({"code": 131047, "error_data": {"details": "x"}}, "only a template can be sent"),
        ({"code": "131047"}, "only a template can be sent"),
        ({"code": 100, "error_data": {"details": "Parameter y"}}, "(Parameter y)"),
        ({"code": 131999, "error_data": {"details": "Meta's own"}}, "Meta's own"),
        ({"code": 131999, "error_data": "words", "message": "Message"}, "Message"),
        ({"code": 131999, "title": "Title"}, "Title"),
        ({"title": "Title"}, "Title"),
        ({}, ""),
    ],
)
def test_a_failure_says_why_in_words(take, ours, error, text):
    take(statuses(status("failed", errors=[error])))
    ours.refresh_from_db()
    assert ours.state == "failed"
    assert text in ours.error_text


def test_who_wants_no_marketing_is_noted_by_the_failure(take, ours):
    take(statuses(status("failed", errors=[{"code": 131050}])))
    assert Conversation.objects.get().contact.opted_out_at is not None


def test_a_failure_of_the_account_stops_the_channel(take, ours, channel):
    take(statuses(status("failed", errors=[{"code": 131042}])))
    channel.refresh_from_db()
    assert channel.stopped_at is not None
    assert (channel.health, "payment" in channel.last_error) == ("red", True)


def test_each_state_of_a_message_is_an_event_of_its_own(take):
    take(bodies.STATUSES, bodies.STATUSES)
    assert InboundEvent.objects.filter(kind="status").count() == 3
    keys = InboundEvent.objects.filter(kind="status").values_list("key", flat=True)
    assert sorted(keys) == [
        "status:wamid.OUT1:read", "status:wamid.OUT1:sent", "status:wamid.OUT9:failed",
    ]  # fmt: skip


# --- Beside each other -----------------------------------------------------------------------


def test_unknown_lists_beside_known_ones_are_kept(take):
    body = of_ana(sample.TEXT)
    body["entry"][0]["changes"][0]["value"]["auras"] = [{"colour": "green"}]
    take(body)
    assert kinds() == [("message", "done"), ("notice", "ignored")]
    payload = json.loads(InboundEvent.objects.get(kind="notice").payload)
    assert payload["notice"]["rest"] == {"auras": [{"colour": "green"}]}


def test_a_thousand_messages_of_a_thousand_people_are_taken_apart_in_time(channel):
    body = of_ana(sample.TEXT)
    value = body["entry"][0]["changes"][0]["value"]
    people = [str(51911000000 + n) for n in range(2_000)]
    value["contacts"] = [{"profile": {"name": one}, "wa_id": one} for one in people]
    value["messages"] = [{**sample.TEXT, "id": f"wamid.{one}", "from": one} for one in people]
    started = monotonic()
    events = Meta(channel).parse(body)
    assert monotonic() - started < 1
    assert [event.payload["contact"]["wa_id"] for event in events] == people
