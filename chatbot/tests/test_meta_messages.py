"""Every kind of message Meta documents, through the webhook, as the desk keeps it."""

import json
import time

import pytest

from chatbot.models import InboundEvent
from chatbot.tests import provider_samples as sample
from chatbot.tests.desk import browser, person, words
from chatbot.tests.graph_stub import envelope, message_body
from chatbot.work import work_off
from crm.catalog.models import Property
from crm.conversations.models import Attachment, Conversation, Message
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def receive(post, channel, graph):
    """receive(element) -> the Message it became; `graph.sent` says whether the bot answered."""

    def send(element):
        assert post(message_body(element, sender=sample.ANA)).status_code == 200
        work_off()
        assert InboundEvent.objects.get().state == "done"
        return Message.objects.get(direction="in")

    return send


# What it becomes: kind, text, the button's id.
KEPT = [
    (sample.TEXT, "text", "Hola, quiero un crédito", []),
    (sample.AD, "text", "Me interesa", []),
    (sample.PRODUCT, "text", "¿Sigue disponible?", []),
    (sample.IMAGE, "image", "INE frente", []),
    (sample.VIDEO, "video", "", []),
    (sample.DOCUMENT, "document", "", []),
    (sample.NAMELESS_DOCUMENT, "document", "", []),
    (sample.AUDIO, "audio", "", []),
    (sample.STICKER, "sticker", "", []),
    (sample.BROKEN_IMAGE, "image", "", []),
    (sample.PLACE, "location", "19.432600, -99.133200", []),
    (sample.NAMED_PLACE, "location", "Oficina\nCentro 1\n19.432600, -99.133200", []),
    (sample.CARDS, "contacts", "Luis Inventado · +52 1 555 000 3333\n+52 555 000 4444", []),
    (sample.BUTTON, "button", "Sí, continuar", [{"id": "PAY-1"}]),
    (sample.BUTTON_REPLY, "button", "Mi saldo", [{"id": "menu:saldo"}]),
    (sample.LIST_REPLY, "button", "Préstamo 17", [{"id": "loan:17"}]),
    (sample.FORM_REPLY, "text", "monto: 5000", []),
    (sample.EMPTY_INTERACTIVE, "unsupported", "", []),
    (sample.PERMISSION, "button", "You may call me.", []),
    (sample.ORDER, "order", "2 × SKU-9", []),
    (sample.UNSUPPORTED, "unsupported", "", []),
    (sample.FORWARDED, "text", "Mira esto", []),
]
# The same for what is no turn of the person.
SILENT: list[tuple[dict, str, str, list]] = [
    (sample.REACTION, "reaction", "👍", []),
    (sample.UNREACTION, "reaction", "", []),
    (sample.NEW_NUMBER, "system", "Has another number now: 5215550009999.", []),
    (sample.NEW_IDENTITY, "system", "Has another phone now, or installed WhatsApp anew.", []),
    (sample.WELCOME, "system", "Opened the chat for the first time.", []),
]


def name_of(case):
    return case[0]["id"].removeprefix("wamid.")


@pytest.mark.parametrize("case", KEPT + SILENT, ids=name_of)
def test_each_kind_is_kept_as_what_it_is(receive, case):
    element, kind, text, options = case
    message = receive(element)
    assert (message.kind, message.text, message.options) == (kind, text, options)
    assert message.provider_id == element["id"]
    spoken_of = element.get("context") or {"id": element.get("reaction", {}).get("message_id", "")}
    assert message.reply_to == spoken_of.get("id", "")
    assert message.conversation.contact.name == "Ana Ficticia"
    assert message.provider_at == message.shown_at
    if kind == "unsupported":
        assert json.loads(message.raw) == element


@pytest.mark.parametrize("case", KEPT, ids=name_of)
def test_a_turn_of_the_person_is_answered_once(receive, graph, case):
    receive({**case[0], "timestamp": str(int(time.time()))})
    assert len(graph.sent) == 1
    assert Conversation.objects.get().last_inbound_at is not None


@pytest.mark.parametrize("case", SILENT, ids=name_of)
def test_what_is_no_turn_is_not_answered(receive, graph, case):
    receive(case[0])
    conversation = Conversation.objects.get()
    assert graph.sent == []
    assert (conversation.waiting_since, conversation.last_inbound_at) == (None, None)
    assert not Lead.objects.exists()


def test_every_documented_sample_is_tried_here():
    assert [id(case[0]) for case in KEPT + SILENT if case[0] not in sample.MESSAGES] == []
    assert len(KEPT) + len(SILENT) == len(sample.MESSAGES)


# --- Media -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "media_id", "name", "mime"),
    [
        (sample.IMAGE, "501", "", "image/jpeg"),
        (sample.VIDEO, "500", "", "video/mp4"),
        (sample.DOCUMENT, "502", "estado de cuenta.pdf", "application/pdf"),
        (sample.NAMELESS_DOCUMENT, "506", "", "application/pdf"),
        (sample.AUDIO, "503", "", "audio/ogg"),
        (sample.STICKER, "504", "", "image/webp"),
    ],
)
def test_a_file_is_announced_with_its_message(receive, element, media_id, name, mime):
    attachment = receive(element).attachments.get()
    assert (attachment.media_id, attachment.name, attachment.mime) == (media_id, name, mime)
    assert attachment.state == "pending"


def test_a_picture_that_came_broken_is_kept_and_not_fetched(receive):
    attachment = receive(sample.BROKEN_IMAGE).attachments.get()
    assert (attachment.state, attachment.error) == (
        "failed",
        "WhatsApp could not fetch the file.",
    )


def test_media_without_id_is_shown_as_unsupported(receive):
    message = receive({**sample.IMAGE, "image": {"mime_type": "image/jpeg"}})
    assert message.kind == "unsupported"
    assert not Attachment.objects.exists()


# --- What a message brings with it -----------------------------------------------------------


def test_an_advertisement_makes_a_lead_of_its_own_source(receive):
    receive(sample.AD)
    assert Lead.objects.get().source == "ad"


def test_an_unreadable_first_word_from_an_advertisement_makes_a_lead(receive):
    receive({**sample.UNSUPPORTED, "referral": sample.AD["referral"]})
    assert Lead.objects.get().source == "ad"


def test_a_product_from_the_catalogue_names_its_property(receive):
    flat = Property.objects.create(code="SKU-9", title="Mirador Sur", operation="sale")
    receive(sample.PRODUCT)
    assert Lead.objects.get().property == flat


def test_an_order_names_its_property(receive):
    flat = Property.objects.create(code="SKU-9", title="Mirador Sur", operation="sale")
    receive(sample.ORDER)
    assert Lead.objects.get().property == flat


def test_a_call_that_allowed_calls_by_itself_wakes_nobody(receive, graph):
    reply = {"response": "accept", "response_source": "automatic"}
    interactive = {"type": "call_permission_reply", "call_permission_reply": reply}
    assert receive({**sample.PERMISSION, "interactive": interactive}).kind == "button"
    assert graph.sent == []


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('{"flow_token": "t1", "monto": 5000, "ok": true}', "monto: 5000\nok: true"),
        ('{"values": {"calle": "Sur 1"}}', 'values: {"calle": "Sur 1"}'),
        ('{"flow_token": "t1"}', "Sent"),
        ("[1]", "[1]"),
        ("no JSON", "no JSON"),
        ("[" * 50_000, "[" * 50_000),
        (None, "Sent"),
        (17, "Sent"),
    ],
    ids=lambda value: ascii(value)[:12],
)
def test_a_form_is_read_line_by_line(receive, written, text):
    reply = {"name": "flow", "body": "Sent", "response_json": written}
    interactive = {"type": "nfm_reply", "nfm_reply": reply}
    message = receive({**sample.FORM_REPLY, "interactive": interactive})
    assert (message.kind, message.text) == ("text", text)


def test_a_name_of_ones_own_choice_stands_in_for_a_profiles(post, channel, graph):
    body = message_body(sample.TEXT, sender=sample.ANA)
    card = {"profile": {"username": "ana.ficticia"}, "wa_id": sample.ANA}
    body["entry"][0]["changes"][0]["value"]["contacts"] = [card]
    post(body)
    work_off()
    assert Conversation.objects.get().contact.name == "ana.ficticia"


# --- Groups ----------------------------------------------------------------------------------


def test_a_group_is_a_conversation_of_its_own_and_never_answered(post, channel, graph):
    post(message_body({**sample.TEXT, "from": "51911000009"}, sender="51911000009"))
    post(message_body(sample.IN_GROUP, sender=sample.ANA))
    post(message_body({**sample.REACTION, "group_id": "Y2FwaV9ncm91cDox"}, sender=sample.ANA))
    work_off()
    talk = Conversation.objects.get(is_group=True)
    assert [a.value for a in talk.identity.addresses.all()] == ["Y2FwaV9ncm91cDox"]
    first, second = talk.messages.order_by("id")
    assert (first.sender, first.text, second.kind) == ("Ana Ficticia", sample.TEXT["text"]["body"],
                                                       "reaction")  # fmt: skip
    assert talk.messages.filter(direction="out").count() == 0
    assert talk.waiting_since is None


@pytest.mark.parametrize("group", ["s", "x:s", "x~1", "9" * 300])
def test_whatever_a_group_is_called_its_messages_are_kept(post, channel, graph, group):
    post(message_body({**sample.IN_GROUP, "group_id": group}, sender=sample.ANA))
    work_off()
    assert InboundEvent.objects.get().state == "done"
    assert Conversation.objects.get().is_group


def test_a_group_of_an_unnamed_author_is_kept(post, channel, graph):
    element = {**sample.IN_GROUP}
    del element["from"], element["from_user_id"]
    body = message_body(element, sender=sample.ANA)
    body["entry"][0]["changes"][0]["value"]["contacts"] = []
    post(body)
    work_off()
    assert Conversation.objects.get().is_group


# --- Parts that may be missing ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        ({**sample.CARDS, "contacts": [{"phones": [{}]}, {}]}, "contacts"),
        ({**sample.CARDS, "contacts": None}, "contacts"),
        ({**sample.ORDER, "order": {}}, "order"),
        ({**sample.BUTTON, "button": {}}, "button"),
        ({**sample.NEW_NUMBER, "system": {}}, "system"),
        ({**sample.TEXT, "text": {}}, "unsupported"),
        ({**sample.TEXT, "text": "Hola"}, "unsupported"),
        ({**sample.PLACE, "location": {"latitude": 1}}, "unsupported"),
        ({**sample.PLACE, "location": {"latitude": 10**400, "longitude": 1}}, "unsupported"),
        ({**sample.FORM_REPLY, "interactive": {"type": "of tomorrow"}}, "unsupported"),
        ({**sample.TEXT, "type": "hologram"}, "unsupported"),
        ({**sample.TEXT, "type": None}, "unsupported"),
    ],
)
def test_a_part_that_is_missing_costs_no_message(receive, element, kind):
    assert receive(element).kind == kind


def test_a_message_of_nobody_is_kept_as_a_notice(post, channel):
    element = {**sample.TEXT}
    del element["from"], element["from_user_id"]
    body = message_body(element, sender=sample.ANA)
    body["entry"][0]["changes"][0]["value"]["contacts"] = []
    post(body)
    work_off()
    event = InboundEvent.objects.get()
    assert (event.kind, event.state) == ("notice", "ignored")
    assert json.loads(event.payload)["notice"]["messages"] == element


def test_a_message_without_from_is_its_only_contacts(post, channel, graph):
    element = {**sample.TEXT}
    del element["from"], element["from_user_id"]
    post(message_body(element, sender=sample.ANA))
    work_off()
    assert Message.objects.get(direction="in").conversation.contact.phone == f"+{sample.ANA}"


def test_a_status_may_lack_all_but_what_it_is_about(say, post, graph):
    say("Hola")
    message = Message.objects.get(direction="out")
    post(envelope({"statuses": [{"id": message.provider_id, "status": "read"}]}))
    work_off()
    message.refresh_from_db()
    assert message.state == "read" and message.read_at


# --- Batches ---------------------------------------------------------------------------------


def test_a_batch_of_two_people_comes_whole_and_to_the_right_ones(post, channel, graph):
    """2 entries, 2 changes each, 3 messages each, two people mixed in each."""
    people = {"51911000001": "Ana Ficticia", "51911000002": "Beto Inventado"}
    contacts = [{"profile": {"name": name}, "wa_id": id_} for id_, name in people.items()]
    numbers = iter(range(12))

    def change():
        messages = [
            {
                "from": list(people)[n % 2],
                "id": f"wamid.{n}",
                "timestamp": str(1790000000 + n),
                "type": "text",
                "text": {"body": str(n)},
            }
            for n in (next(numbers), next(numbers), next(numbers))
        ]
        value = {"metadata": {"phone_number_id": "100200"}, "contacts": contacts}
        return {"field": "messages", "value": {**value, "messages": messages}}

    entry = [{"id": "900100", "changes": [change(), change()]} for _ in range(2)]
    assert post({"object": "whatsapp_business_account", "entry": entry}).status_code == 200
    work_off()
    for remainder, name in enumerate(people.values()):
        conversation = Conversation.objects.get(contact__name=name)
        texts = conversation.messages.filter(direction="in").order_by("id")
        assert [int(text) for text in texts.values_list("text", flat=True)] == list(
            range(remainder, 12, 2)
        )


def test_an_older_message_that_comes_later_is_shown_in_its_place(post, channel, graph):
    post(message_body({**sample.TEXT, "timestamp": "1790000005"}, sender=sample.ANA))
    work_off()
    late = {**sample.TEXT, "id": "wamid.LATE", "timestamp": "1790000004", "text": {"body": "Antes"}}
    post(message_body(late, sender=sample.ANA))
    work_off()
    shown = Message.objects.filter(direction="in").values_list("text", flat=True)
    assert list(shown) == ["Antes", "Hola, quiero un crédito"]


@pytest.mark.parametrize(
    ("context", "raw"),
    [
        ({"forwarded": True}, '{"forwarded": true}'),
        ({"frequently_forwarded": True}, '{"forwarded": true}'),
        ({"forwarded": False}, ""),
        ({"forwarded": "yes"}, ""),
        ({"id": "wamid.OUT1"}, ""),
        (None, ""),
    ],
)
def test_what_was_forwarded_says_so(receive, context, raw):
    assert receive({**sample.TEXT, "context": context}).raw == raw


def test_what_was_forwarded_and_cannot_be_read_is_kept_whole(receive):
    element = {**sample.UNSUPPORTED, "context": {"forwarded": True}}
    assert json.loads(receive(element).raw) == element


def test_the_desk_shows_what_was_forwarded(receive):
    heard = receive(sample.FORWARDED)
    page = f"/conversations/{heard.conversation_id}/"
    assert "Forwarded" in words(browser(person("administrator")).get(page))
    Message.objects.filter(pk=heard.pk).update(raw="")
    assert "Forwarded" not in words(browser(person("administrator")).get(page))
