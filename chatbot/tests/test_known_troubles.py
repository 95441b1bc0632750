"""What comparable systems got wrong, one test each: lost, doubled, out of order, sent unseen."""

import json
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import timezone

from chatbot.channels.signed import sign
from chatbot.models import InboundEvent
from chatbot.tests import dialects
from chatbot.tests.composing import template
from chatbot.tests.conftest import SECRET
from chatbot.tests.graph_stub import message_body, text_body
from chatbot.work import work_off
from crm.conversations import outreach
from crm.conversations.models import Attachment, Conversation, Message
from crm.errors import DeskError
from leads.models import Lead

pytestmark = pytest.mark.django_db
ANA, LUIS = "51911000001", "51911000002"
URL = "/chatbot/webhook/whatsapp/"
META, WHAPI, MAYTAPI = (
    dialects.MetaDialect(),
    dialects.WhapiDialect(),
    dialects.MaytapiDialect(),
)


def element(type_, id_="wamid.1", at=1_790_000_000, **block):
    return {"from": ANA, "id": id_, "timestamp": str(at), "type": type_, **block}


def heard():
    return list(Message.objects.filter(direction="in").values_list("text", flat=True))


def status(id_, state, **more):
    item = {"id": id_, "status": state, "timestamp": "1790000200", **more}
    return META.body(("messages", "statuses", item))


# --- 1 to 6: at the door ---------------------------------------------------------------------


@pytest.mark.parametrize("how", ["bad", "missing", "sha1", "re-serialised", "not hexadecimal"])
def test_01_a_wrong_signature_is_refused_and_nothing_stored(client, channel, how):
    raw = json.dumps(text_body("José", wamid="wamid.1")).encode()
    again = json.dumps(json.loads(raw), ensure_ascii=False).encode()
    given = {
        "bad": sign("otro", raw),
        "missing": "",
        "sha1": "sha1=" + sign(SECRET, raw).removeprefix("sha256=")[:40],
        "re-serialised": sign(SECRET, again),
        "not hexadecimal": "sha256=zz",
    }[how]
    headers = {"X-Hub-Signature-256": given} if given else {}
    answer = client.post(URL, raw, content_type="application/json", headers=headers)
    assert answer.status_code == 403
    assert not InboundEvent.objects.exists()


def test_02_the_same_body_twice_is_one_message(post):
    body = text_body("Hola", wamid="wamid.1")
    for _ in range(2):
        assert post(body).status_code == 200
        work_off()
    assert heard() == ["Hola"]


def test_03_the_same_message_in_another_batch_is_one_message(post):
    post(text_body("Hola", wamid="wamid.1"))
    body = text_body("Hola", wamid="wamid.1")
    body["entry"].append(text_body("Otra", wamid="wamid.2")["entry"][0])
    post(body)
    work_off()
    assert sorted(heard()) == ["Hola", "Otra"]


@pytest.mark.django_db(transaction=True)
def test_04_two_deliveries_at_once_are_one_message(post):
    ready = threading.Barrier(2)

    def deliver():
        ready.wait()
        post(text_body("Hola", wamid="wamid.1"))
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    work_off()
    assert heard() == ["Hola"]


def test_05_a_batch_of_entries_changes_and_messages_reaches_everybody(post):
    entries = []
    for entry in range(2):
        changes = []
        for change in range(2):
            people = (ANA, LUIS, ANA)
            messages = [
                {**element("text", f"wamid.{entry}{change}{n}"), "from": who}
                | {"text": {"body": f"{who}-{entry}{change}{n}"}}
                for n, who in enumerate(people)
            ]
            contacts = [{"profile": {"name": who}, "wa_id": who} for who in (LUIS, ANA)]
            value = message_body({})["entry"][0]["changes"][0]["value"]
            changes.append(
                {
                    "field": "messages",
                    "value": {**value, "contacts": contacts, "messages": messages},
                }
            )
        entries.append({"id": "1", "changes": changes})
    post({"object": "whatsapp_business_account", "entry": entries})
    work_off()
    assert len(heard()) == 12
    for talk in Conversation.objects.all():
        assert {m.text.split("-")[0] for m in talk.messages.filter(direction="in")} == {
            talk.contact.name
        }


def test_06_one_malformed_element_costs_nobody_else_and_is_kept(post):
    body = text_body("Hola", wamid="wamid.1")
    body["entry"][0]["changes"][0]["value"]["messages"].insert(0, {"type": {"x": []}})
    assert post(body).status_code == 200
    work_off()
    assert "Hola" in heard()
    kept = " ".join(InboundEvent.objects.values_list("payload", flat=True))
    assert '{"x": []}' in kept


# --- 7 to 10: order and states ---------------------------------------------------------------


def test_07_an_older_message_that_comes_later_is_shown_in_its_place(post):
    now = int(datetime.now(UTC).timestamp())
    post(text_body("después", wamid="wamid.2", at=now - 10))
    work_off()
    post(text_body("antes", wamid="wamid.1", at=now - 60))
    work_off()
    assert heard() == ["antes", "después"]


@pytest.fixture
def sent(graph, queue):
    (message,) = queue("Buenas")
    work_off()
    message.refresh_from_db()
    return message


def test_08_read_and_then_delivered_stays_read_with_both_times(post, sent):
    times = {"read": 1_790_000_230, "delivered": 1_790_000_210}
    for state, at in times.items():
        post(status(sent.provider_id, state, timestamp=str(at)))
        work_off()
    sent.refresh_from_db()
    assert sent.state == "read"
    told = {"read": sent.read_at, "delivered": sent.delivered_at}
    assert told == {state: datetime.fromtimestamp(at, UTC) for state, at in times.items()}


@pytest.mark.parametrize("order", [("failed", "delivered"), ("delivered", "failed")], ids="-".join)
def test_09_failed_and_delivered_is_delivered_whichever_came_first(post, sent, order):
    for state in order:
        post(status(sent.provider_id, state))
        work_off()
    sent.refresh_from_db()
    assert (sent.state, sent.error_text) == ("delivered", "")


def test_10_a_status_before_the_send_row_knows_its_id_is_applied_later(post, queue):
    (message,) = queue("Buenas")
    Message.objects.filter(pk=message.pk).update(state="sending")
    post(status("wamid.LATER", "read"))
    work_off()
    Message.objects.filter(pk=message.pk).update(state="sent", provider_id="wamid.LATER")
    InboundEvent.objects.update(due_at=timezone.now())
    work_off()
    message.refresh_from_db()
    assert message.state == "read"


# --- 11 to 16: what people send --------------------------------------------------------------


BARE = {
    "list reply without description": (
        element(
            "interactive",
            interactive={"type": "list_reply", "list_reply": {"id": "a", "title": "A"}},
        ),
        "button",
        "A",
    ),
    "document without file name": (element("document", document={"id": "5"}), "document", ""),
    "location without name": (
        element("location", location={"latitude": -12.1, "longitude": -77}),
        "location",
        "-12.1",
    ),
    "contact without name": (
        element("contacts", contacts=[{"phones": [{"phone": "+51 1"}]}]),
        "contacts",
        "+51 1",
    ),
    "reaction without emoji": (
        element("reaction", reaction={"message_id": "wamid.9"}),
        "reaction",
        "",
    ),
    "interactive without body": (element("interactive"), "unsupported", ""),
}


@pytest.mark.parametrize("what", BARE)
def test_11_what_may_be_missing_may_be_missing(post, what):
    given, kind, said = BARE[what]
    post(message_body(given))
    work_off()
    message = Message.objects.get(provider_id="wamid.1")
    assert message.kind == kind and said in message.text
    assert not InboundEvent.objects.exclude(error="").exists()


def test_11_a_status_without_recipient_and_a_message_without_sender(post, sent):
    post(status(sent.provider_id, "delivered"))
    work_off()
    sent.refresh_from_db()
    assert sent.state == "delivered"
    nameless = element("text", "wamid.N", text={"body": "¿Quién soy?"})
    del nameless["from"]
    post(message_body(nameless))
    work_off()
    assert "¿Quién soy?" in heard()


def test_12_an_image_that_meta_could_not_load_is_kept(post):
    errors = [{"code": 131052, "title": "Media download error"}]
    post(message_body(element("image", image={"id": "505"}, errors=errors)))
    work_off()
    attachment = Attachment.objects.get()
    assert attachment.state == "failed"
    assert attachment.message.kind == "image"


def test_13_an_unsupported_first_message_from_an_advertisement_makes_a_lead(post):
    referral = {"source_type": "ad", "source_id": "120", "ctwa_clid": "ARA1"}
    errors = [{"code": 131051, "title": "Message type unknown"}]
    post(message_body(element("unsupported", errors=errors, referral=referral)))
    work_off()
    assert Lead.objects.get().click_id == "ARA1"


def test_14_an_echo_silences_the_bot_and_opens_no_window(post, graph):
    field, name, echo = META.echo("wamid.E", ANA, "Le marco")
    now = str(int(timezone.now().timestamp()))
    post(META.body((field, name, {**echo, "timestamp": now})))
    work_off()
    talk = Conversation.objects.get()
    assert talk.last_inbound_at is None
    said = outreach.send(conversation=talk, text="¿Sigue ahí?", author=Message.Author.COLLEAGUE)
    work_off()
    said.refresh_from_db()
    assert (said.state, graph.sent) == ("held", [])
    post(text_body("Hola", wamid="wamid.1", sender=ANA))
    work_off()
    assert graph.texts() == ["¿Sigue ahí?"]
    assert not Message.objects.filter(author="bot").exists()


def test_15_a_changed_number_stays_the_same_conversation(post, say):
    say("Hola", sender=ANA)
    system = {"type": "user_changed_number", "wa_id": "51911000099", "body": "cambió"}
    post(message_body(element("system", "wamid.S", system=system)))
    work_off()
    say("Soy yo", sender="51911000099")
    talk = Conversation.objects.get()
    assert [a.value for a in talk.identity.addresses.all()] == ["51911000099"]


def test_16_who_stops_marketing_gets_no_marketing_until_they_want_it_again(
    post, say, graph, channel
):
    say("Hola", sender=ANA)
    offer = template(channel, "oferta", "Todo a mitad de precio.", category="MARKETING")
    notice = template(channel, "cita", "Su visita es mañana.", category="UTILITY")

    def send(one):
        work_off()
        talk = Conversation.objects.get()
        author = Message.Author.COLLEAGUE
        outreach.send_template(conversation=talk, template=one, values={}, author=author)
        work_off()

    def wishes(value, at):
        wish = {"wa_id": ANA, "category": "marketing_messages", "value": value}
        post(META.body(("user_preferences", "user_preferences", {**wish, "timestamp": at})))

    wishes("stop", 1_790_000_401)
    with pytest.raises(DeskError):
        send(offer)
    assert Conversation.objects.get().contact.opted_out_at is not None
    send(notice)
    wishes("resume", 1_790_000_402)
    send(offer)
    sent = [one["template"]["name"] for one in graph.sent if one["type"] == "template"]
    assert sent == ["cita", "oferta"]
