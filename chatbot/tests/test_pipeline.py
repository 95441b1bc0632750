"""From a webhook to a lead, an answer, and its ticks."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from chatbot.channels import directory
from chatbot.channels.environment import sync_default_channel
from chatbot.models import DeliveryAttempt, InboundEvent
from chatbot.outage import is_away
from chatbot.tests.graph_stub import envelope, text_body
from chatbot.work import work_off
from crm.catalog.models import Property
from crm.conversations import outreach, ownership
from crm.conversations.models import Channel, Conversation, Message
from crm.people.models import Note
from leads.models import Lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def villa():
    return Property.objects.create(code="VM-01", title="Villa Marina", operation="sale")


def status_body(message, *states):
    rows = [
        {"id": message.provider_id, "status": state, "timestamp": "1790000200"} for state in states
    ]
    return envelope({"metadata": {"phone_number_id": "100200"}, "statuses": rows})


def test_a_message_becomes_a_lead_and_is_answered(say, graph, villa):
    say("Hola, me interesa la propiedad Villa Marina")
    lead = Lead.objects.get()
    assert (lead.property, lead.status, lead.source) == (villa, "new", "direct")
    assert lead.contact.name == "Ana Ficticia"
    assert lead.contact.phone == "+51911000001"
    assert lead.last_text == "Hola, me interesa la propiedad Villa Marina"
    [sent] = graph.sent
    assert sent["to"] == "51911000001"
    assert "Villa Marina" in sent["interactive"]["body"]["text"]
    assert graph.headers[0]["Authorization"] == "Bearer token-de-prueba"
    answer = Message.objects.get(direction="out")
    assert (answer.state, answer.author) == ("sent", "bot")
    assert answer.provider_id.startswith("wamid.STUB")
    assert str(DeliveryAttempt.objects.get().pk) == sent["biz_opaque_callback_data"]


def test_statuses_lift_a_message_and_never_lower_it(say, post, graph):
    say("Hola")
    message = Message.objects.get(direction="out")
    post(status_body(message, "read"))
    work_off()
    post(status_body(message, "delivered", "sent"))
    work_off()
    message.refresh_from_db()
    assert message.state == "read"
    assert message.sent_at and message.delivered_at and message.read_at


@pytest.mark.usefixtures("in_english")
def test_failed_shows_why_and_a_later_delivery_clears_it(say, post, graph):
    say("Hola")
    message = Message.objects.get(direction="out")
    body = status_body(message, "failed")
    body["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"] = [
        {"code": 131047, "title": "Re-engagement message", "error_data": {"details": "24 hours"}}
    ]
    post(body)
    work_off()
    message.refresh_from_db()
    assert (message.state, message.error_code) == ("failed", "131047")
    assert message.error_text.startswith("More than 24 hours have passed")
    post(status_body(message, "delivered"))
    work_off()
    message.refresh_from_db()
    assert (message.state, message.error_code) == ("delivered", "")


def test_a_status_before_its_message_waits_for_it(say, post, channel, graph):
    post(
        envelope({"statuses": [{"id": "wamid.LATER", "status": "read", "timestamp": "1790000200"}]})
    )
    work_off()
    assert InboundEvent.objects.get().state == "pending"
    say("Hola")
    Message.objects.filter(direction="out").update(provider_id="wamid.LATER")
    InboundEvent.objects.filter(kind="status").update(due_at="2020-01-01T00:00:00Z")
    work_off()
    assert Message.objects.get(direction="out").state == "read"


def test_a_redelivery_in_the_same_or_another_body_changes_nothing(post, channel, graph):
    one = text_body("Hola", wamid="wamid.A")
    both = text_body("Hola", wamid="wamid.A")
    value = both["entry"][0]["changes"][0]["value"]
    value["messages"].append({**value["messages"][0], "id": "wamid.B", "text": {"body": "Otra"}})
    for body in (one, one, both, both):
        assert post(body).status_code == 200
        work_off()
    post(one)
    work_off()
    assert list(Message.objects.filter(direction="in").values_list("text", flat=True)) == [
        "Hola",
        "Otra",
    ]
    assert len(graph.sent) == 2


def test_one_person_is_one_conversation_by_number_and_by_user_id(post, channel, graph):
    first = text_body("Hola", wamid="wamid.1")
    message = first["entry"][0]["changes"][0]["value"]["messages"][0]
    message["from_user_id"] = "PE.1001"
    post(first)
    work_off()
    second = text_body("Sigo aquí", wamid="wamid.2")
    message = second["entry"][0]["changes"][0]["value"]["messages"][0]
    del message["from"]
    message["from_user_id"] = "PE.1001"
    post(second)
    work_off()
    conversation = Conversation.objects.get()
    assert conversation.messages.filter(direction="in").count() == 2


def test_a_person_without_a_phone_is_possible(post, channel, graph):
    body = text_body("Hola", wamid="wamid.1")
    value = body["entry"][0]["changes"][0]["value"]
    del value["messages"][0]["from"]
    value["messages"][0]["from_user_id"] = "PE.1001"
    value["contacts"] = [{"profile": {"name": "Beto", "username": "beto"}, "user_id": "PE.1001"}]
    post(body)
    work_off()
    assert Conversation.objects.get().contact.name == "Beto"
    assert Conversation.objects.get().contact.phone == ""
    assert graph.sent[0]["recipient"] == "PE.1001"
    assert "to" not in graph.sent[0]


def test_interest_without_a_property_is_offered_some_to_tap_on(say, post, graph, villa):
    say("Quisiera información de precios")
    buttons = graph.sent[0]["interactive"]["action"]["buttons"]
    assert [b["reply"] for b in buttons] == [{"id": "property:VM-01", "title": "Villa Marina"}]
    tapped = text_body("", wamid="wamid.TAP")
    tapped["entry"][0]["changes"][0]["value"]["messages"][0] |= {
        "type": "interactive",
        "interactive": {"type": "button_reply", "button_reply": buttons[0]["reply"]},
    }
    post(tapped)
    work_off()
    assert Lead.objects.get().property == villa


def test_the_bot_is_silent_while_a_person_answers(say, graph, villa, django_user_model):
    say("Hola")
    conversation = Conversation.objects.get()
    ownership.claim(conversation=conversation, user=django_user_model.objects.create_user("alice"))
    say("¿Hola?")
    assert len(graph.sent) == 1
    conversation.refresh_from_db()
    assert conversation.waiting_since is not None


def test_a_reaction_knows_its_message_and_wakes_nobody(say, post, graph):
    say("Hola")
    answer = Message.objects.get(direction="out")
    reaction = text_body("", wamid="wamid.REA")
    reaction["entry"][0]["changes"][0]["value"]["messages"][0] |= {
        "type": "reaction",
        "reaction": {"message_id": answer.provider_id, "emoji": "👍"},
    }
    post(reaction)
    work_off()
    kept = Message.objects.get(kind="reaction")
    assert (kept.reply_to, kept.text) == (answer.provider_id, "👍")
    assert len(graph.sent) == 1


def test_the_bots_word_does_not_end_the_waiting_a_colleagues_does(say, graph, villa):
    say("Hola, me interesa Villa Marina")
    conversation = Conversation.objects.get()
    assert (conversation.owner, conversation.last_direction) == ("bot", "out")
    assert conversation.waiting_since is not None
    outreach.send(conversation=conversation, text="Buenas", author=Message.Author.COLLEAGUE)
    conversation.refresh_from_db()
    assert conversation.waiting_since is None
    assert conversation.episode.first_response_at is not None


def test_what_comes_for_a_channel_that_is_off_is_kept_for_it_and_not_answered(post, channel, graph):
    off = Channel.objects.create(
        name="Otro", provider="meta", external_id="444", credentials=channel.credentials,
        mode="live", is_active=False,
    )  # fmt: skip
    directory.forget()
    post(text_body("Hola", wamid="wamid.OFF", number="444"))
    work_off()
    assert Message.objects.get().channel == off
    assert graph.sent == []


def test_an_unknown_number_loses_no_customer_and_the_channel_says_so(post, channel, graph):
    post(text_body("Hola", wamid="wamid.STRAY", number="999"))
    work_off()
    assert Message.objects.get(direction="in").channel == channel
    channel.refresh_from_db()
    assert channel.health == "yellow"
    assert "999" in channel.last_error


def test_an_unknown_number_hides_nothing_that_does_not_work(post, channel, graph):
    Channel.objects.update(health="red", last_error="The account is locked")
    post(text_body("Hola", wamid="wamid.STRAY", number="999"))
    work_off()
    channel.refresh_from_db()
    assert (channel.health, channel.last_error) == ("red", "The account is locked")


def test_an_answer_in_the_same_second_stands_below_what_it_answers(say, graph):
    at = int(time.time())
    say("Hola", at=at)
    say("sí", at=at)
    shown = list(Message.objects.order_by("shown_at", "id").values_list("direction", flat=True))
    first_answer = Message.objects.filter(direction="out").earliest("id")
    second = Message.objects.get(text="sí")
    if first_answer.shown_at.timestamp() < at + 1:
        assert shown == ["in", "out", "in", "out"]
        assert second.shown_at > first_answer.shown_at


def test_code_that_is_ahead_of_its_tables_sets_nothing_aside():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_note RENAME TO people_note_away")
        try:
            with pytest.raises(DatabaseError) as raised, transaction.atomic():
                Note.objects.count()
            assert is_away(raised.value)
        finally:
            cursor.execute("ALTER TABLE people_note_away RENAME TO people_note")


def test_a_new_token_does_not_undo_a_dry_run(settings, db):
    settings.WHATSAPP = {
        "access_token": "uno", "phone_number_id": "1", "business_account_id": "",
        "verify_token": "", "app_secret": "",
    }  # fmt: skip
    assert sync_default_channel().mode == "live"
    Channel.objects.update(mode="dry_run")
    settings.WHATSAPP = {**settings.WHATSAPP, "access_token": "dos"}
    channel = sync_default_channel()
    assert (channel.mode, channel.secret("access_token")) == ("dry_run", "dos")


def test_messages_of_one_second_stay_in_order_whenever_they_are_answered(say, post, graph):
    """Others of the same second are handled while and after the bot's answers are shown."""
    at = int(time.time()) - 1
    for number in (1, 2, 3):
        say(f"Mensaje {number}", at=at)
        earlier = timedelta(seconds=0.3) if number == 1 else timedelta(0)
        answer = Message.objects.filter(direction="out").latest("id")
        moved = datetime.fromtimestamp(at, UTC) + timedelta(seconds=number) - earlier
        Message.objects.filter(pk=answer.pk).update(shown_at=moved)
        Conversation.objects.update(last_shown_at=moved)
    heard = Message.objects.filter(direction="in").order_by("shown_at", "id")
    assert [message.text for message in heard] == ["Mensaje 1", "Mensaje 2", "Mensaje 3"]
