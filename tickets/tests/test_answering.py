"""Answers reach the person where they asked; notes reach nobody."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.conversations.models import Channel, Message
from crm.errors import DeskError
from tickets.answering import add_note, reply
from tickets.changes import ThreadChangedError
from tickets.files import stored
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
