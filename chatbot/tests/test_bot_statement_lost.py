"""A statement asked for as a document whose job is lost, killed, or fails again and again."""

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from chatbot.dialog import sessions
from chatbot.intents import statement_paper
from chatbot.models import AskedStatement
from chatbot.tests import test_bot_account
from chatbot.tests.events import apply, echoed
from chatbot.tests.self_service import ANA, MOST_QUERIES, at_once
from crm.conversations import outreach, ownership
from crm.conversations.models import Message
from partners.papers import printing

pytestmark = [pytest.mark.once, pytest.mark.django_db]
loan, press = test_bot_account.loan, test_bot_account.press
FAILED = "No pude preparar el PDF"


class Killed(BaseException):
    """The worker's process ends in the middle of it."""


@pytest.fixture
def killing(monkeypatch):
    begun = []

    def print_pdf(html):
        begun.append(html)
        raise Killed

    monkeypatch.setattr(printing.press, "print_pdf", print_pdf)
    return begun


def lose_job():
    assert OrmQ.objects.all().delete()[0]


def later():
    AskedStatement.objects.filter(settled_at=None).update(due_at=timezone.now())


def swept(chat):
    """What is said of a run of the schedule."""
    before = len(chat.graph.sent)
    with chat.capture(execute=True):
        statement_paper.sweep()
    chat.jobs()
    return [str(one) for one in chat.graph.sent[before:]]


def kill_thrice(chat, killing):
    lose_job()
    for _time in range(statement_paper.MOST_TRIES):
        with pytest.raises(Killed):
            statement_paper.sweep()
        assert chat.jobs() == [] and swept(chat) == []  # somebody may be at work on it
        later()
    assert len(killing) == statement_paper.MOST_TRIES


def shows_failure(chat):
    return chat.dialog.failed_at is not None


def test_a_lost_job_is_made_up_for_once(ask, loan, press):
    ask.tap("statement:pdf")
    assert len(ask.queries) <= MOST_QUERIES
    lose_job()
    assert len(swept(ask)) == 1 and swept(ask) == []
    assert Message.objects.filter(kind="document").count() == 1
    assert not shows_failure(ask)


def test_who_kills_the_job_each_time_is_told_once_and_the_desk_shows_it(ask, loan, killing):
    ask.tap("statement:pdf")
    kill_thrice(ask, killing)
    (said,) = swept(ask)
    assert FAILED in said and shows_failure(ask)
    assert Message.objects.latest("pk").is_private
    later()
    assert swept(ask) == [] and len(killing) == statement_paper.MOST_TRIES


@pytest.mark.parametrize("case", ["logged out", "with a person"])
def test_who_is_not_there_any_more_is_told_nothing_and_the_desk_shows_it(ask, loan, killing, case):
    ask.tap("statement:pdf")
    kill_thrice(ask, killing)
    if case == "logged out":
        sessions.close(ask.talk, timezone.now())
    else:
        ownership.hand_to_queue(conversation=ask.talk)
    assert swept(ask) == [] and shows_failure(ask)
    assert not AskedStatement.objects.filter(settled_at=None).exists()


def test_what_cannot_be_sent_is_sent_later(ask, loan, press, monkeypatch):
    def away(**given):
        raise RuntimeError("away")

    send_files = outreach.send_files
    monkeypatch.setattr(outreach, "send_files", away)
    ask.tap("statement:pdf")
    lose_job()
    assert swept(ask) == []
    monkeypatch.setattr(outreach, "send_files", send_files)
    later()
    assert len(swept(ask)) == 1
    assert Message.objects.filter(kind="document").count() == 1


def test_asked_for_twice_it_fails_once(ask, loan, monkeypatch):
    monkeypatch.setattr(printing.press, "print_pdf", None)
    ask.tap("statement:pdf")
    ask.tap("statement:pdf")
    (said,) = ask.jobs()
    assert FAILED in said and shows_failure(ask)


@pytest.mark.parametrize("by_api", [True, False])
def test_another_program_takes_no_promise_back_as_a_colleague_does(ask, loan, press, by_api):
    ask.tap("statement:pdf")
    apply(ask.talk.channel, echoed("Su cuota vence mañana", by_api=by_api, sender=ANA))
    assert ask.talk.episode.owner == "queue"
    assert len(ask.jobs()) == (1 if by_api else 0)


def test_one_that_is_unwanted_takes_no_newer_one_with_it(ask, loan, press, monkeypatch):
    ask.tap("statement:pdf")
    lose_job()
    sessions.close(ask.talk, timezone.now())
    lock = statement_paper.lock_talk

    def wait_for_who_logs_in_and_asks_again(pk):
        monkeypatch.setattr(statement_paper, "lock_talk", lock)
        ask("12345678 1990")
        ask.tap("statement:pdf")
        return lock(pk)

    monkeypatch.setattr(statement_paper, "lock_talk", wait_for_who_logs_in_and_asks_again)
    statement_paper.sweep()
    assert AskedStatement.objects.filter(settled_at=None).count() == 1
    assert len(ask.jobs()) == 1
    assert Message.objects.filter(kind="document").count() == 1


def test_asked_for_again_after_it_came_it_comes_again(ask, loan, press):
    for _time in range(2):
        ask.tap("statement:pdf")
        ask.jobs()
    assert Message.objects.filter(kind="document").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one(ask, loan, press):
    ask.tap("statement:pdf")
    pk = AskedStatement.objects.get().pk
    at_once(*[lambda: statement_paper.send(pk)] * 2, statement_paper.sweep)
    assert Message.objects.filter(kind="document").count() == 1 and len(press) == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_outlives_its_lease_sends_no_second_one(ask, loan, monkeypatch):
    ask.tap("statement:pdf")
    pk = AskedStatement.objects.get().pk

    def print_pdf(html):
        monkeypatch.setattr(printing.press, "print_pdf", lambda html: b"%PDF-1.7 second")
        later()
        statement_paper.send(pk)
        return b"%PDF-1.7 first"

    monkeypatch.setattr(printing.press, "print_pdf", print_pdf)
    statement_paper.send(pk)
    paper = Message.objects.get(kind="document").attachments.get()
    assert paper.file.read().endswith(b"second")
    folder = paper.file.storage
    assert len(folder.listdir(str(paper.file.name).rpartition("/")[0])[1]) == 1
