"""What comes of what is brought to `POST /api/messages`: people, echoes, changes, files."""

import pytest

from chatbot.models import InboundEvent
from chatbot.tests import neutral_desk
from chatbot.tests.fakes.neutral import (
    ANA,
    OWN,
    NeutralFake,
    element,
    status_element,
    text_element,
)
from chatbot.work import work_off
from crm.conversations.models import ChannelIdentity, Conversation, Message
from crm.people.models import Contact, ContactPoint

pytestmark = [pytest.mark.once, pytest.mark.django_db]
adapter, channel = neutral_desk.adapter, neutral_desk.channel
knock = neutral_desk.knock
BETO = "51911000002"


@pytest.fixture
def deliver(knock):
    def post(*elements):
        assert knock({"messages": list(elements)}).status_code == 200
        work_off()

    return post


# --- What comes of it ------------------------------------------------------------------------


def test_a_new_address_is_one_of_everything(knock, adapter):
    for _ in range(2):
        assert knock(text_element("Hola", id_="n-1")).status_code == 200
        work_off()
    identity = ChannelIdentity.objects.get()
    assert identity.contact.name == "Ana Ficticia"
    assert identity.contact.phone
    assert Conversation.objects.get().episode.closed_at is None
    assert Message.objects.filter(direction="in").count() == 1
    [sent] = adapter.sent
    assert sent["recipient"] == ANA
    answer = Message.objects.get(direction="out")
    assert (answer.state, answer.provider_id) == ("sent", "out-1")


def test_what_we_wrote_elsewhere_is_outgoing_and_no_new_person(deliver, adapter):
    deliver(text_element("Hola"))
    deliver(text_element("Le ayudo yo", id_="e-1", sender=f"+{OWN}", recipient=ANA))
    echo = Message.objects.get(provider_id="e-1")
    assert (echo.direction, echo.author) == ("out", "phone_app")
    assert (Conversation.objects.count(), ChannelIdentity.objects.count()) == (1, 1)
    before = len(adapter.sent)
    deliver(text_element("Gracias"))
    assert len(adapter.sent) == before


def test_the_echo_of_our_own_answer_is_that_answer(deliver, adapter):
    deliver(text_element("Hola"))
    ours = Message.objects.get(direction="out")
    deliver(text_element(ours.text, id_=ours.provider_id, sender=OWN, recipient=ANA))
    assert Message.objects.filter(direction="out").count() == 1


@pytest.mark.parametrize(
    ("states", "last"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["delivered", "failed"], "delivered"),
        (["failed"], "failed"),
        (["failed", "delivered"], "delivered"),
    ],
)
def test_statuses_move_forward_in_any_order(deliver, adapter, states, last):
    deliver(text_element("Hola"))
    for state in states:
        deliver(status_element("out-1", state, error="No existe"))
    message = Message.objects.get(direction="out")
    assert message.state == last
    assert message.error_text == ("No existe" if last == "failed" else "")


def test_of_a_long_code_the_beginning_is_kept(deliver, adapter):
    """More than the column holds would be an error of the database, and the message stay "sent"."""
    deliver(text_element("Hola"))
    deliver(status_element("out-1", "failed", error="No existe", code="SIN_BUZON_" * 6))
    message = Message.objects.get(direction="out")
    assert (message.state, message.error_code) == ("failed", "SIN_BUZON_" * 4)


def test_an_attempt_names_a_message_whose_id_never_came(deliver, adapter):
    adapter.behaviour = ["malformed"]
    deliver(text_element("Hola"))
    message = Message.objects.get(direction="out")
    assert message.state == "unknown"
    deliver(status_element("out-9", "delivered", attempt=adapter.sent[0]["id"]))
    message.refresh_from_db()
    assert (message.state, message.provider_id) == ("delivered", "out-9")


def test_a_status_of_what_they_wrote_changes_nothing(deliver, adapter):
    deliver(text_element("Hola", id_="n-1"))
    deliver(status_element("n-1", "read"), text_element("¿Sigue ahí?"))
    assert Message.objects.get(provider_id="n-1").state == "received"
    assert list(InboundEvent.objects.exclude(error="")) == []


def test_edits_and_deletions_are_applied(deliver, adapter):
    deliver(text_element("Ola", id_="n-1"))
    deliver(element("edit", message={"id": "n-1", "text": "Hola"}))
    message = Message.objects.get(provider_id="n-1")
    assert message.text == "Hola"
    assert [old.text for old in message.revisions.all()] == ["Ola"]
    deliver(element("deletion", message={"id": "n-1"}))
    message.refresh_from_db()
    assert (message.text, message.deleted_at is None) == ("", False)
    assert [old.text for old in message.revisions.all()] == ["Ola", "Hola"]


@pytest.mark.parametrize("type_", ["edit", "deletion"])
def test_nobody_changes_what_another_wrote(deliver, adapter, type_):
    deliver(text_element("Soy Ana", id_="5"))
    ours = Message.objects.get(direction="out")
    before = ours.text
    for id_ in ("5", ours.provider_id):
        deliver(element(type_, sender=BETO, message={"id": id_, "text": "Pague a otra cuenta"}))
    deliver(element(type_, message={"id": ours.provider_id, "text": "Pague a otra cuenta"}))
    texts = Message.objects.order_by("id").values_list("text", "deleted_at")
    assert list(texts) == [("Soy Ana", None), (before, None)]


def test_our_own_message_is_changed_as_ours(deliver, adapter):
    deliver(text_element("Hola"))
    ours = Message.objects.get(direction="out")
    edited = {"id": ours.provider_id, "text": "Le llamo a las 5"}
    deliver(element("edit", sender=OWN, recipient=BETO, message=edited))
    ours.refresh_from_db()
    assert ours.text != "Le llamo a las 5"
    deliver(
        element("edit", sender=f"+{OWN}", recipient=f"+{ANA}", message=edited, at=1_800_000_000)
    )
    ours.refresh_from_db()
    assert ours.text == "Le llamo a las 5"


def test_an_edit_that_names_nobody_is_applied(deliver, adapter):
    deliver(text_element("Ola", id_="n-1"))
    deliver(element("edit", sender=None, recipient=None, message={"id": "n-1", "text": "Hola"}))
    assert Message.objects.get(provider_id="n-1").text == "Hola"


@pytest.mark.parametrize("group", [None, {"id": "g-1"}])
def test_in_a_group_an_edit_need_not_name_it(deliver, adapter, group):
    deliver(text_element("Ola a todos", id_="n-1", group={"id": "g-1", "name": "Vecinos"}))
    deliver(element("edit", group=group, message={"id": "n-1", "text": "Hola a todos"}))
    assert Message.objects.get(provider_id="n-1").text == "Hola a todos"


def test_an_edit_before_its_message_waits_for_it(deliver, adapter):
    deliver(element("edit", message={"id": "n-1", "text": "Hola"}))
    deliver(text_element("Ola", id_="n-1"))
    InboundEvent.objects.filter(state="pending").update(due_at="2020-01-01T00:00Z")
    work_off()
    assert Message.objects.get(provider_id="n-1").text == "Hola"


def test_who_has_a_tilde_in_their_id_is_held_up_by_nothing(deliver, adapter):
    deliver(text_element("Uno", sender="ana~x"))
    deliver(element("edit", sender="ana~x", message={"id": "never", "text": "Otra cosa"}))
    deliver(text_element("Dos", sender="ana~x"))
    told = Message.objects.filter(direction="in").order_by("id").values_list("text", flat=True)
    assert list(told) == ["Uno", "Dos"]
    InboundEvent.objects.filter(state="pending").update(due_at="2020-01-01T00:00Z")
    work_off()
    waiting = InboundEvent.objects.get(state="pending")
    assert waiting.looks >= 2 and waiting.lane.endswith(f"ana~x~{waiting.pk}")


def test_in_a_group_nobody_is_answered(deliver, adapter):
    group = {"id": "g-1", "name": "Vecinos"}
    deliver(text_element("Hola a todos", group=group))
    deliver(text_element("Hola", group=group, sender="51911000002", name="Beto"))
    conversation = Conversation.objects.get()
    assert conversation.is_group and conversation.contact.name == "Vecinos"
    senders = conversation.messages.order_by("id").values_list("sender", flat=True)
    assert list(senders) == ["Ana Ficticia", "Beto"]
    assert adapter.sent == []


def test_a_group_called_like_a_person_is_not_that_persons_thread(deliver, adapter):
    vk = {"provider": "vk"}
    deliver(text_element("En privado", sender="123456789") | vk)
    group = {"id": "123456789", "name": "Vecinos"}
    deliver(text_element("En el grupo", sender="777", group=group) | vk)
    private, shared = Message.objects.filter(direction="in").order_by("id")
    assert (private.conversation.is_group, shared.conversation.is_group) == (False, True)
    assert {(sent["recipient"], sent["provider"]) for sent in adapter.sent} == {("123456789", "vk")}


def test_two_providers_that_count_alike_have_people_of_their_own(deliver, adapter):
    deliver(
        text_element("Soy Ana", sender="777") | {"provider": "discord"},
        text_element("Soy Beto", sender="777") | {"provider": "vk"},
    )
    assert Conversation.objects.count() == 2
    answered = {(sent["recipient"], sent["provider"]) for sent in adapter.sent}
    assert answered == {("777", "discord"), ("777", "vk")}


def test_two_providers_that_number_messages_alike_lose_none(deliver, channel):
    ana = text_element("Soy Ana", id_="5", sender="777") | {"provider": "discord"}
    beto = text_element("Soy Beto", id_="5", sender="888") | {"provider": "vk"}
    deliver(ana, beto, ana)
    deliver(beto)
    told = Message.objects.filter(direction="in").order_by("id")
    assert [(one.text, one.provider_id) for one in told] == [("Soy Ana", "5"), ("Soy Beto", "")]
    channel.refresh_from_db()
    assert channel.health == "yellow" and channel.last_error


def test_two_people_with_one_id_lose_nothing(deliver, knock):
    ana = text_element("Soy Ana", id_="5")
    beto = text_element("Soy Beto", id_="5", sender="51911000002")
    deliver(ana, beto)
    deliver(beto, ana)
    told = Message.objects.filter(direction="in").order_by("id")
    assert [(one.text, one.provider_id) for one in told] == [("Soy Ana", "5"), ("Soy Beto", "")]


@pytest.mark.parametrize("sender", [ANA, "51911000002"])
def test_an_id_the_adapter_gave_one_of_ours_hides_nobodys_message(deliver, adapter, sender):
    deliver(text_element("Hola"))
    ours = Message.objects.get(direction="out")
    deliver(text_element("¿Sigue en venta?", id_=ours.provider_id, sender=sender))
    told = Message.objects.get(text="¿Sigue en venta?")
    assert (told.direction, told.provider_id) == ("in", "")
    ours.refresh_from_db()
    assert ours.provider_id


def test_in_a_group_two_of_one_name_are_two(deliver, client):
    group = {"id": "g-1", "name": "Vecinos"}
    said = text_element("¿Vienen?", id_="q-1", group=group)
    again = text_element("Sí", group=group, sender="51911000002")
    deliver(said, again)
    senders = Message.objects.order_by("id").values_list("sender", "sender_address")
    assert list(senders) == [("Ana Ficticia", ANA), ("Ana Ficticia", "51911000002")]


def test_digits_of_an_unknown_provider_prove_no_number(deliver):
    typed = {"kind": "phone", "value": "+33612345678", "raw": "", "primary": True}
    ContactPoint.objects.create(contact=Contact.objects.create(name="Ana Socia"), **typed)
    deliver(text_element("Hola", sender="33612345678") | {"provider": "correo"})
    assert Conversation.objects.get().contact.name != "Ana Socia"


def test_a_batch_of_two_people_is_two_conversations(deliver, adapter):
    deliver(text_element("Soy Ana"), {"type": "message"}, text_element("Soy B", sender="b@x.pe"))
    assert Conversation.objects.count() == 2
    assert {sent["recipient"] for sent in adapter.sent} == {ANA, "b@x.pe"}


# --- Files -----------------------------------------------------------------------------------

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


@pytest.fixture
def fetched(deliver, settings, tmp_path):
    from chatbot.media import fetch_attachment

    settings.MEDIA_ROOT = tmp_path

    def fetch(url):
        deliver(element(message={"id": "n-1", "media": [{"url": url, "mime": "image/png"}]}))
        attachment = Message.objects.get(provider_id="n-1").attachments.get()
        fetch_attachment(attachment.pk)
        attachment.refresh_from_db()
        return attachment

    return fetch


def test_the_adapters_own_files_are_fetched_with_the_token(fetched, adapter):
    adapter.media["1.png"] = PNG
    attachment = fetched(f"{adapter.url}/files/1.png")
    assert (attachment.state, attachment.mime) == ("ready", "image/png")


def test_files_of_an_entered_host_are_fetched_without_it(fetched, channel, adapter):
    with NeutralFake() as other:
        other.media["1.png"] = PNG
        other.knows = lambda request: True
        channel.credentials = {**channel.credentials, "media_hosts": f" a.example , {other.url}"}
        channel.save()
        assert fetched(f"{other.url}/files/1.png").state == "ready"
        assert "Authorization" not in other.requests[-1].headers


@pytest.mark.parametrize("url", ["https://example.org/1.png", "http://127.0.0.1:9/1.png"])
def test_files_of_strangers_are_not(fetched, url):
    assert fetched(url).state == "failed"
