"""Tickets by chat: made once, with or without a session, and followed."""

from itertools import product

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from chatbot.models import Dialog, PartnerSession
from chatbot.tests import people_known, test_bot_telegram, tickets_known
from chatbot.tests.fakes import telegram as sample
from chatbot.tests.graph_stub import text_body
from chatbot.tests.people_known import merged
from chatbot.tests.self_service import MOST_QUERIES, at_once, jpeg, restarted
from chatbot.tests.tickets_known import ANSWER, BESIDE, PROBLEM, WORDS, answered, fresh, is_over
from chatbot.work import work_off
from leads.models import Lead
from partners.models import Partner
from tickets.answering import reply
from tickets.models import Ticket
from tickets.opening import open_ticket
from tickets.standing import resolve, set_status

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara, made = tickets_known.clara, tickets_known.made
stranger, prospects = tickets_known.stranger, tickets_known.prospects
tell, twice = people_known.tell, people_known.twice
telegram, tell_telegram = test_bot_telegram.telegram, test_bot_telegram.tell
keyboard = test_bot_telegram.keyboard


# --- Made -------------------------------------------------------------------------------------


def test_who_has_a_complaint_is_asked_the_subject(ask, clara, each):
    complaints = [
        "crear ticket",
        "Soporte",
        "tengo un reclamo por mi saldo",
        "Necesito ayuda con un pago",
    ]
    for words in each(complaints):
        (said,) = ask(words)
        assert "asunto" in said and not Ticket.objects.exists()
        assert (ask.dialog.name, ask.dialog.step) == ("create_ticket", "subject")


def test_who_taps_on_complaint_or_question_is_not_pitied(ask, clara):
    assert "Lamento" in ask("tengo un reclamo por mi saldo")[0]
    ask("cancelar")
    (said,) = ask.tap("intent:create_ticket", "Reclamo o consulta")
    assert "Lamento" not in said and "asunto" in said


def test_small_talk_is_no_description(ask, clara):
    for words in ("crear ticket", PROBLEM):
        ask(words)
    for words in ("ok", "gracias", "hola", "un momento", "espera", "permíteme", "bien", "no sé"):
        (said,) = ask(words)
        assert PROBLEM in said and not Ticket.objects.exists(), words
    ask(WORDS)
    assert Ticket.objects.get().description == WORDS


def test_who_cannot_say_what_happened_gets_a_person(ask, clara):
    for words in ("crear ticket", PROBLEM, "no sé", "no sé", "no sé"):
        ask(words)
    assert ask.talk.waiting_since is not None and not Ticket.objects.exists()


def test_subject_then_description_then_its_number(ask, clara, ana):
    ask("crear ticket")
    (said,) = ask(PROBLEM)
    assert PROBLEM in said and ask.dialog.data["subject"] == PROBLEM
    (said,) = ask(WORDS)
    ticket = Ticket.objects.get()
    assert ticket.number in said and is_over(ask)
    assert (ticket.subject, ticket.description) == (PROBLEM, WORDS)
    assert (ticket.priority, ticket.category, ticket.status) == (3, "payment", "new")
    assert (ticket.partner, ticket.contact, ticket.assignee) == (ana, ana.contact, clara)
    assert ticket.conversation == ask.talk and ticket.is_private


def test_a_whole_sentence_may_be_the_subject(ask, clara):
    ask("tengo un reclamo por mi saldo")
    assert ("ticket_use:said", "Usar mi mensaje") in ask.options
    ask.tap("ticket_use:said")
    ask(WORDS)
    assert Ticket.objects.get().subject == "tengo un reclamo por mi saldo"


def test_what_they_wrote_first_is_kept_where_the_subject_is_another(ask, clara, each):
    first = "tengo un reclamo: me cobraron dos veces la cuota de octubre"
    ask(first)
    for typed in each([("fue por yape",), ("no", "fue por yape")]):
        for words in typed:
            ask(words)
        restarted()
        ask(WORDS)
        ticket = Ticket.objects.get()
        assert (ticket.subject, ticket.description) == ("fue por yape", f"{first}\n{WORDS}")


def test_of_a_long_message_what_the_subject_cannot_hold_is_kept(ask, clara):
    first = "tengo un reclamo: " + "me cobraron dos veces la misma cuota " * 6 + "en octubre"
    for words in (first, "sí", WORDS):
        ask(words)
    ticket = Ticket.objects.get()
    assert first.startswith(ticket.subject) and ticket.description == f"{first}\n{WORDS}"


def test_any_question_can_be_left(ask, clara, each):
    ways = product([("crear ticket",), ("crear ticket", PROBLEM)], ["cancelar", "menú"])
    for after, words in each(ways):
        for one in after:
            ask(one)
        ask(words)
        assert is_over(ask) and not Ticket.objects.exists()


def test_what_merely_sounds_like_something_else_is_the_description(ask, clara, each):
    ask("crear ticket")
    ask(PROBLEM)
    for words in each(["quiero cancelar una cuota", "mi deuda está mal"]):
        ask(words)
        assert Ticket.objects.get().description == words


def test_a_failure_says_so_and_leaves_and_a_retry_makes_one(ask, clara, monkeypatch):
    ask("crear ticket")
    ask(PROBLEM)
    with monkeypatch.context() as broken:
        broken.setattr(Ticket, "save", _fails)
        (said,) = ask(WORDS)
    assert "falló" in said and is_over(ask) and not Ticket.objects.exists()
    assert Dialog.objects.get().failed_at is not None
    for words in ("crear ticket", PROBLEM, WORDS):
        ask(words)
    assert Ticket.objects.count() == 1


def _fails(*args, **kwargs):
    raise IntegrityError("the disk is full")


def test_the_same_webhook_twice_makes_one(ask, post, clara):
    ask("crear ticket")
    ask(PROBLEM)
    body = text_body(WORDS, wamid="wamid.again", sender=ask.sender)
    for _ in range(2):
        post(body)
        work_off()
    assert Ticket.objects.count() == 1


def test_two_messages_at_one_instant_make_one_and_the_second_word_is_not_lost(ask, say, clara):
    ask("crear ticket")
    ask(PROBLEM)
    say(WORDS, sender=ask.sender, work=False)
    said = ask(BESIDE)
    ticket = Ticket.objects.get()
    assert len(said) == 2 and all(ticket.number in one for one in said)


def test_a_picture_comes_before_with_or_after_the_words(ask, clara):
    ask("crear ticket")
    ask(PROBLEM)
    (said,) = ask.picture(jpeg())
    assert "palabras" in said and not Ticket.objects.exists()
    ask.picture(jpeg("red"), caption=WORDS)
    ticket = Ticket.objects.get()
    assert ticket.files.count() == 2 and ticket.description == WORDS
    assert [id_ for id_, _title in ask.options] == [f"ticket_picture:{ticket.pk}"]
    ask.tap(f"ticket_picture:{ticket.pk}")
    (said,) = ask.picture(jpeg("blue"))
    assert ticket.number in said and ticket.files.count() == 3
    assert is_over(ask)


def test_a_sound_is_no_description(ask, clara):
    ask("crear ticket")
    ask(PROBLEM)
    ask.element({"type": "audio", "audio": {"id": "77", "mime_type": "audio/ogg"}})
    assert ask.dialog.step == "description" and not Ticket.objects.exists()


def test_who_is_not_logged_in_can_have_one_too(prospects, stranger):
    assert prospects.partner is None and not prospects.is_private
    assert prospects.contact == stranger.talk.contact and prospects.assignee is not None
    assert not Lead.objects.exists()


def test_from_a_partners_phone_it_is_theirs_though_nobody_logged_in(chat, ana, clara):
    for words in ("tengo un problema", PROBLEM, WORDS):
        said = chat(words)
    made = Ticket.objects.get()
    assert (made.partner, made.agency, made.assignee) == (ana, ana.agency, clara)
    assert made.is_private and made.number in said[0] and ana.number not in said[0]
    (sent,) = answered(chat, made, clara)
    assert made.number in str(sent) and "250.00" not in str(sent)
    assert "250" not in "".join(chat("mis tickets"))
    chat.log_in(ana)
    assert ANSWER in "".join(chat("mis tickets"))


def test_who_is_no_partner_any_more_is_answered_like_anybody(chat, ana, clara):
    Partner.objects.update(status="cancelled")
    for words in ("tengo un problema", PROBLEM, WORDS):
        chat(words)
    assert not Ticket.objects.get().is_private


def test_who_is_a_partner_may_say_so_first(chat, clara):
    chat("crear ticket")
    assert [id_ for id_, _title in chat.options] == ["intent:authenticate"]
    chat.tap("intent:authenticate")
    assert chat.dialog.name == "login"


# --- Followed ---------------------------------------------------------------------------------


def test_how_it_stands_and_when_it_was_answered(made, ask, clara):
    (said,) = ask("mis tickets")
    assert made.number in said and "recibido" in said and "Todavía no hay respuesta" in said
    answered(ask, made, clara)
    (said,) = ask("mis tickets")
    assert ANSWER in said and "en atención" in said


def test_several_are_listed_and_one_is_shown(made, ask, clara, ana):
    second = open_ticket(contact=ana.contact, partner=ana, subject="Otro", description="Más")
    (said,) = ask("mis tickets")
    assert made.number in said and second.number in said and "sin respuesta" in said
    assert {id_ for id_, _title in ask.options} == {f"ticket:{made.pk}", f"ticket:{second.pk}"}
    (said,) = ask.tap(f"ticket:{second.pk}")
    assert second.number in said and made.number not in said


def test_of_somebody_elses_ticket_nothing_is_said(made, other):
    (said,) = other("mis tickets")
    assert "No tienes" in said
    for id_ in (f"ticket:{made.pk}", "ticket:999999", "ticket:x", f"ticket_more:{made.pk}",
                f"ticket_rating:{made.pk}.5", f"ticket_about:{made.pk}.1"):  # fmt: skip
        (said,) = other.tap(id_)
        assert "No encontré" in said and made.number not in said
    assert fresh(made).satisfaction is None


def test_without_a_session_who_they_are_is_asked_with_and_without_tickets(made, ask, other):
    PartnerSession.objects.update(closed_at=timezone.now())
    assert ask("mis tickets") == other("mis tickets")
    assert ask.tap(f"ticket:{made.pk}") == other.tap("ticket:999999")
    assert made.number not in "".join(map(str, ask.graph.sent[-4:]))


def test_a_prospects_own_is_shown_without_asking_who_they_are(prospects, stranger, clara):
    (said,) = stranger("mis tickets")
    assert prospects.number in said and prospects.subject in said


# --- Restarts, and two at once ----------------------------------------------------------------


def test_a_restart_in_the_middle_of_every_step(ask, clara):
    for words in ("tengo un reclamo por mi saldo", "sí", WORDS):
        restarted()
        ask(words)
    ticket = Ticket.objects.get()
    assert ticket.subject == "tengo un reclamo por mi saldo"
    restarted()
    ask.tap(f"ticket_picture:{ticket.pk}")
    restarted()
    ask.picture(jpeg())
    assert ticket.files.count() == 1
    resolve(ticket=fresh(ticket), by=clara)
    restarted()
    ask.tap(f"ticket_reopen:{ticket.pk}")
    restarted()
    ask("Me siguen cobrando doble")
    assert fresh(ticket).status == "open"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_the_description_twice_and_two_workers_make_one(post, ask, clara):
    ask("crear ticket")
    ask(PROBLEM)
    for number in range(2):
        post(text_body(WORDS, wamid=f"wamid.twice{number}", sender=ask.sender))
    at_once(work_off, work_off)
    assert Ticket.objects.get().description == WORDS


# --- At Telegram ------------------------------------------------------------------------------


def test_at_telegram_by_keyboards(tell_telegram, clara):
    (body,) = tell_telegram(sample.tap("intent:create_ticket"))
    assert "asunto" in body["text"]
    tell_telegram(sample.written(PROBLEM))
    (body,) = tell_telegram(sample.written(WORDS))
    ticket = Ticket.objects.get()
    assert ticket.number in body["text"]
    assert keyboard(body) == [(f"ticket_picture:{ticket.pk}", "Añadir una foto")]
    resolve(ticket=ticket, by=clara)
    tell_telegram(sample.tap(f"ticket_rating:{ticket.pk}.5"))
    assert fresh(ticket).satisfaction == 5


# --- Around it --------------------------------------------------------------------------------


def test_two_threads_that_become_one_take_the_ticket_along(twice, channel, clara):
    _by_id, by_number = twice
    ticket = open_ticket(
        contact=by_number.contact, conversation=by_number, subject="Visita", description="Nadie"
    )
    kept = merged(channel)
    assert kept != by_number and fresh(ticket).conversation == kept


def test_every_word_is_there_in_every_language(made, ask, clara, each):
    for language in each(["es", "pt", "en"]):
        talk = ask.talk
        talk.contact.language = language
        talk.contact.save()
        heard = [*ask("mis tickets"), *ask("crear ticket"), *ask(PROBLEM), *ask(WORDS)]
        assert len(heard) == 4 and all(one and "{{" not in one for one in heard)


def test_no_message_asks_much_of_the_database(ask, ana, clara):
    open_ticket(contact=ana.contact, partner=ana, subject="Otro", description="Más")
    for words in ("crear ticket", PROBLEM, WORDS, "mis tickets", "soporte", "Otro", "Otro más",
                  "mis tickets"):  # fmt: skip
        ask(words)
        assert len(ask.queries) <= MOST_QUERIES, words
    made = Ticket.objects.latest("pk")
    reply(ticket=made, by=clara, text=ANSWER)
    set_status(ticket=made, status="waiting", by=clara)
    ask("Fue en la agencia del centro, el martes")
    # Time that stood still goes on: the calendar is read besides.
    assert len(ask.queries) <= MOST_QUERIES + 2
