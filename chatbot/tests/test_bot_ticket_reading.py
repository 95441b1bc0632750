"""Answers that were only announced: their files go once, whatever becomes of the job, and their
words in so many replies as they need."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_q.models import OrmQ

from chatbot.intents import ticket_files
from chatbot.models import PartnerSession
from chatbot.tests import tickets_known
from chatbot.tests.self_service import MOST_QUERIES, jpeg
from chatbot.tests.tickets_known import answered
from chatbot.work import work_off
from crm.conversations.models import Attachment, Message
from tickets.files import stored
from tickets.models import TicketFile, TicketMessage

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara, made = tickets_known.clara, tickets_known.made


def out_of_session():
    PartnerSession.objects.update(closed_at=timezone.now())


@pytest.fixture
def read(made, ask, clara, ana):
    """An answer with two files, read by Ana a moment ago; its job is in the queue."""
    out_of_session()
    given = [SimpleUploadedFile(name, jpeg()) for name in ("plano.jpg", "foto.jpg")]
    with stored(given) as files:
        answered(ask, made, clara, files=files)
    ask.log_in(ana)
    ask("mis tickets")
    assert len(ask.queries) <= MOST_QUERIES
    return TicketMessage.objects.get(is_veiled=True)


def pictures():
    work_off()
    return Message.objects.filter(direction="out", kind="image").count()


def stored_files(settings):
    return sum(one.is_file() for one in Path(settings.MEDIA_ROOT).rglob("*"))


def test_the_job_twice_and_the_sweep_send_them_once(read, ask, settings):
    before = stored_files(settings)
    for _ in range(2):
        ticket_files.send(read.pk, ask.talk.pk)
        ticket_files.sweep()
    ask.jobs()
    assert pictures() == 2 == read.sent.filter(kind="image").count()
    assert stored_files(settings) == before + 2


def test_a_lost_job_is_made_up_for_by_the_sweep(read, ask):
    OrmQ.objects.all().delete()
    ticket_files.sweep()
    assert pictures() == 2


def test_files_of_who_logged_out_before_they_went_are_sent_the_next_time(read, ask, ana, settings):
    before = stored_files(settings)
    ask("cerrar sesión")
    ask.jobs()
    ticket_files.sweep()
    assert pictures() == 0 and stored_files(settings) == before
    ask.log_in(ana)
    ticket_files.sweep()
    assert pictures() == 2


def test_nothing_is_copied_for_who_is_not_logged_in(read, ask, settings, monkeypatch):
    """The sweep asks every minute as long as a session stands somewhere."""
    ask("cerrar sesión")
    before, copies = stored_files(settings), []
    save = FileSystemStorage.save

    def keep(*a, **k):
        return (copies.append(1), save(*a, **k))[1]

    monkeypatch.setattr(FileSystemStorage, "save", keep)
    ticket_files.send(read.pk, ask.talk.pk)
    assert (copies, stored_files(settings)) == ([], before)
    assert TicketMessage.objects.get(pk=read.pk).files_owed_since is not None


def test_one_answer_whose_files_fail_holds_back_no_other(read, ask, clara, ana, caplog):
    """Its folder is one: no copy can be made of it."""
    OrmQ.objects.all().delete()
    now = timezone.now()
    first = TicketMessage.objects.create(
        ticket=read.ticket,
        kind="public",
        is_veiled=True,
        files_owed_since=now - timedelta(minutes=9),
    )
    Path(default_storage.path("Ana Ficticia")).mkdir()
    TicketFile.objects.create(
        ticket=read.ticket, entry=first, own="Ana Ficticia", own_mime="image/jpeg"
    )
    ticket_files.sweep()
    assert pictures() == 2
    assert f"answer {first.pk}" in caplog.text and "Ana" not in caplog.text


def test_a_file_that_fails_leaves_no_copies_and_holds_the_others_back_for_a_while(
    read, ask, settings, caplog
):
    OrmQ.objects.all().delete()
    folder = Path(default_storage.path("Ana Ficticia"))
    folder.mkdir()
    TicketFile.objects.filter(pk=TicketFile.objects.latest("pk").pk).update(own="Ana Ficticia")
    before = stored_files(settings)
    for _ in range(2):
        ticket_files.sweep()
    assert (pictures(), stored_files(settings)) == (0, before)
    TicketMessage.objects.filter(pk=read.pk).update(
        files_owed_since=timezone.now() - timedelta(minutes=61)
    )
    ticket_files.sweep()
    assert (pictures(), stored_files(settings)) == (1, before + 1)
    assert "is lost: IsADirectoryError" in caplog.text and "Ana" not in caplog.text


def test_a_file_that_is_gone_holds_back_no_other(read, ask):
    gone = TicketFile.objects.first()
    gone.stored.storage.delete(gone.stored.name)
    ask.jobs()
    assert pictures() == 1 == Attachment.objects.filter(message__direction="out").count()


def test_files_answer_nobodys_wish_for_a_person(read, ask):
    ask("quiero hablar con un asesor")
    assert ask.talk.waiting_since is not None
    ask.jobs()
    assert pictures() == 2 and ask.talk.waiting_since is not None
    assert ask.talk.episode.first_response_at is None


def test_answers_too_long_for_one_reply_are_told_in_several(made, ask):
    TicketMessage.objects.bulk_create(
        TicketMessage(
            ticket=made, kind="public", text=f"Número {number}. " + "a" * 4900, is_veiled=True
        )
        for number in range(10)
    )
    told, rounds, choice = set(), 0, ""
    while choice != "ticket_more":
        before = Message.objects.latest("pk").pk
        ask.tap(f"ticket:{made.pk}")
        # Long words are portions, which the provider gets one by one.
        said = list(ask.talk.messages.filter(pk__gt=before, author="bot").order_by("pk"))
        told |= {n for n in range(10) for one in said if f"Número {n}." in one.text}
        choice = said[-1].options[0]["id"].partition(":")[0]
        assert ("Hay más respuestas" in said[-1].text) == (choice == "ticket")
        rounds += 1
    assert (told, rounds) == (set(range(10)), 4)
    assert not made.messages.filter(read_at=None).exists()
