"""Answers reach the person where they asked; notes reach nobody."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from crm.conversations.models import Channel, Conversation, Message, MessageTemplate
from crm.errors import DeskError
from partners.models import Partner
from tickets.answering import add_note, reply
from tickets.changes import ThreadChangedError
from tickets.files import stored
from tickets.hearing import hear_waiting
from tickets.models import Ticket
from tickets.standing import close, set_status
from tickets.watching import watch

pytestmark = [pytest.mark.once, pytest.mark.django_db]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
ANSWER = "Tu cuota de S/ 250.00 quedó registrada."


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def sent(talk):
    return list(Message.objects.filter(conversation=talk, direction="out").order_by("id"))


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def word(talk):
    return Message.objects.create(
        conversation=talk, channel=talk.channel, direction="in", author="person",
        state="received", text="El martes", shown_at=timezone.now(),
    )  # fmt: skip


def test_an_answer_goes_out_where_the_ticket_came_from(open_one, clara):
    entry = reply(ticket=open_one, by=clara, text=ANSWER)
    (message,) = sent(open_one.conversation)
    assert message == entry.message and message.state == Message.State.QUEUED
    assert ANSWER in message.text and open_one.number in message.text
    assert (message.author, message.user) == (Message.Author.COLLEAGUE, clara)
    assert (message.purpose, message.values["ticket"]) == ("ticket_answered", open_one.number)
    now = Ticket.objects.get()
    assert now.status == "open" and now.first_response_at is not None
    assert (open_one.status, open_one.version) == (now.status, now.version)


def test_a_note_goes_nowhere(open_one, clara):
    add_note(ticket=open_one, by=clara, text="Llamar mañana")
    assert sent(open_one.conversation) == []
    assert Ticket.objects.get().first_response_at is None


def test_outside_a_session_a_partner_only_hears_that_there_is_an_answer(ticket, clara):
    entry = reply(ticket=ticket, by=clara, text=ANSWER)
    (message,) = sent(ticket.conversation)
    assert ticket.number in message.text and "250" not in message.text
    assert message.author == Message.Author.SYSTEM and not message.is_private
    assert [one["id"] for one in message.options] == [f"ticket:{ticket.pk}"]
    assert entry.is_veiled and entry.text == ANSWER


def test_in_their_session_they_get_the_answer(ticket, clara, ana, in_session):
    in_session(ticket.conversation, ana)
    entry = reply(ticket=ticket, by=clara, text=ANSWER)
    (message,) = sent(ticket.conversation)
    assert ANSWER in message.text and message.is_private and not entry.is_veiled


@pytest.mark.parametrize(
    ("language", "words"), [("en", "answer"), ("pt", "resposta"), ("es", "respuesta")]
)
def test_they_are_told_in_their_language(ticket, clara, ana, language, words):
    ana.contact.language = language
    ana.contact.save()
    reply(ticket=ticket, by=clara, text=ANSWER)
    assert words in sent(ticket.conversation)[0].text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"region": "BR"}, "Seu chamado"),
        ({"language": "pt-BR"}, "Seu chamado"),
        ({"language": "pt_PT", "region": "PE"}, "Seu chamado"),
        ({"language": "qu", "region": "BR"}, "Tu ticket"),
    ],
)
def test_they_are_told_in_the_language_the_chat_speaks_with_them(ticket, clara, ana, facts, words):
    type(ana.contact).objects.filter(pk=ana.contact.pk).update(**facts)
    reply(ticket=Ticket.objects.get(), by=clara, text=ANSWER)
    (message,) = sent(ticket.conversation)
    assert words in message.text


def test_who_has_not_seen_the_newest_is_asked_first(open_one, clara, dora):
    mine, theirs = Ticket.objects.get(), Ticket.objects.get()
    add_note(ticket=theirs, by=dora, text="Ya lo llamé")
    with pytest.raises(ThreadChangedError) as told:
        reply(ticket=mine, by=clara, text=ANSWER, seen=mine.version)
    assert sent(open_one.conversation) == []
    reply(ticket=mine, by=clara, text=ANSWER, seen=told.value.version)
    assert len(sent(open_one.conversation)) == 1


def test_the_clock_does_not_hinder_an_answer(open_one, clara):
    Ticket.objects.update(response_warn_at=open_one.created_at)
    assert watch() == 1
    reply(ticket=open_one, by=clara, text=ANSWER, seen=open_one.version)


@pytest.mark.parametrize("text", ["", "  ", "x" * 5001])
def test_no_words_or_endless_ones_are_refused(open_one, clara, text):
    for say in (reply, add_note):
        with pytest.raises(DeskError):
            say(ticket=open_one, by=clara, text=text)
    assert not open_one.messages.exists()


def test_what_is_done_is_not_answered(open_one, clara):
    close(ticket=open_one, by=clara)
    with pytest.raises(DeskError):
        reply(ticket=open_one, by=clara, text=ANSWER)


def test_an_answer_while_it_waits_leaves_it_waiting(open_one, clara):
    set_status(ticket=open_one, status="waiting", by=clara)
    reply(ticket=open_one, by=clara, text=ANSWER)
    assert Ticket.objects.get().status == "waiting"


def test_whom_no_chat_reaches_cannot_be_answered(open_one, clara):
    Channel.objects.update(is_active=False)
    with pytest.raises(DeskError):
        reply(ticket=open_one, by=clara, text=ANSWER)
    assert not open_one.messages.exists()


def test_a_picture_goes_with_the_answer(open_one, clara):
    with stored([SimpleUploadedFile("plano.png", PNG)]) as files:
        entry = reply(ticket=open_one, by=clara, text=ANSWER, files=files)
    picture, words = sent(open_one.conversation)
    assert (picture.kind, words.text.startswith(ANSWER)) == ("image", True)
    (file,) = entry.files.all()
    assert file.is_here and file.stored.read() == PNG and file.name == "plano.png"


def test_a_picture_for_a_partner_waits_here_until_they_are_known(ticket, clara):
    with stored([SimpleUploadedFile("plano.png", PNG)]) as files:
        entry = reply(ticket=ticket, by=clara, text="", files=files)
    (message,) = sent(ticket.conversation)
    assert not message.attachments.exists()
    assert entry.files.get().stored.read() == PNG


def test_a_note_can_have_a_file(open_one, clara):
    with stored([SimpleUploadedFile("plano.png", PNG)]) as files:
        entry = add_note(ticket=open_one, by=clara, text="", files=files)
    assert entry.files.get().stored.read() == PNG


@pytest.mark.parametrize("content", [b"", b"<html>", b"MZ programa"])
def test_other_files_are_refused(open_one, clara, content):
    with pytest.raises(DeskError), stored([SimpleUploadedFile("a.png", content)]):
        raise AssertionError("taken")


def test_a_refused_answer_leaves_no_file(open_one, clara, tmp_path):
    close(ticket=open_one, by=clara)
    with pytest.raises(DeskError), stored([SimpleUploadedFile("plano.png", PNG)]) as files:
        reply(ticket=open_one, by=clara, text=ANSWER, files=files)
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


@pytest.mark.parametrize("own", ["none", "switched off"])
def test_where_it_was_said_it_is_spoken_of_from_then_on(open_one, clara, channel, talk_with, own):
    asked = open_one.conversation
    elsewhere = Channel.objects.create(name="Otro", provider="simulator", external_id="otro",
                                       mode="live", credentials=channel.credentials)  # fmt: skip
    there = talk_with(open_one.contact, "51911000009", on=elsewhere)
    if own == "none":
        Ticket.objects.update(conversation=None)
    else:
        Channel.objects.filter(pk=asked.channel_id).update(is_active=False)
    Conversation.objects.filter(pk=there.pk).update(last_message_at=timezone.now())
    entry = reply(ticket=fresh(open_one), by=clara, text="¿Qué día?")
    assert entry.message.conversation == there == fresh(open_one).conversation
    set_status(ticket=fresh(open_one), status="waiting", by=clara)
    heard = hear_waiting(message=word(there))
    assert heard == open_one and heard.status == "open"


@pytest.mark.usefixtures("in_english")
def test_who_was_deregistered_is_not_sent_to_log_in(ticket, ana, clara, browser, talk_with):
    """They never could. A new ticket of theirs is answered like anybody's."""
    Partner.objects.update(status="cancelled")
    with pytest.raises(DeskError, match="deregistered"):
        reply(ticket=fresh(ticket), by=clara, text=ANSWER)
    page = browser(clara)
    text = page.get(ticket.get_absolute_url()).content.decode()
    assert "reach them another way" in text and 'value="public" autocomplete="off" disabled' in text
    body = {"subject": "Carta", "description": "Pide su carta", "priority": 3}
    page.post(f"{reverse('tickets:create')}?contact={ana.contact_id}", body)
    made = Ticket.objects.latest("pk")
    assert made.partner == ana and not made.is_private
    assert not reply(ticket=made, by=clara, text=ANSWER).is_veiled


def in_states(entry, *states):
    for message, state in zip(entry.sent.order_by("pk"), states, strict=True):
        Message.objects.filter(pk=message.pk).update(state=state)


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (("failed", "read"), "Not delivered"),
        (("held", "sent"), "Kept until it may be sent"),
        (("sent", "unknown"), "Not confirmed"),
        (("sent", "cancelled"), "Cancelled"),
        (("delivered", "read"), "Delivered"),
    ],
)
def test_of_what_went_out_the_worst_is_shown(open_one, clara, browser, states, shown):
    with stored([SimpleUploadedFile("plano.png", PNG)]) as files:
        entry = reply(ticket=open_one, by=clara, text=ANSWER, files=files)
    in_states(entry, *states)
    page = browser(clara).get(open_one.get_absolute_url()).content.decode()
    foot = page.partition(f'id="entry-{entry.pk}"')[2].partition("entry-foot")[2]
    assert shown in foot.partition("</p>")[0]


def test_what_a_template_carried_in_place_of_several_is_the_first_response(open_one, clara):
    entry = reply(ticket=open_one, by=clara, text="x" * 5000)
    Ticket.objects.update(first_response_at=None)  # it was kept
    watch()
    assert fresh(open_one).first_response_at is None
    first = entry.sent.earliest("pk")
    in_states(entry, "sent", *["cancelled"] * (entry.sent.count() - 1))
    at = timezone.now()
    Message.objects.filter(pk=first.pk).update(sent_at=at)
    watch()
    assert fresh(open_one).first_response_at == at and entry.message != first


def test_what_a_template_took_the_place_of_is_not_cancelled(open_one, clara):
    entry = reply(ticket=open_one, by=clara, text="x" * 5000)
    first, *others = entry.sent.order_by("pk")
    template = MessageTemplate.objects.create(
        channel=first.channel, name="respondido", language="es", status="APPROVED", components=[]
    )
    in_states(entry, "sent", *["cancelled"] * len(others))
    Message.objects.filter(pk=first.pk).update(template=template)
    assert others and fresh(open_one).messages.get().fate == first
