"""What comes while a question is open, and is no answer to it: served, said beside it, not kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.dialog import speaking
from chatbot.dialog.timeouts import leave_expired
from chatbot.models import Dialog, InboundEvent, PartnerSession
from chatbot.tests.self_service import at, jpeg, make_loan
from crm.conversations.models import Episode, Message
from crm.people.followups import FollowUp
from crm.people.models import Contact
from tickets.models import Ticket

pytestmark = [pytest.mark.once, pytest.mark.django_db]
DEBT = ("intent:account_statement", "Estado de cuenta")


@pytest.fixture
def two(ana, product):
    return [make_loan(ana, product, number) for number in ("P-000005", "P-000006")]


def voice(chat):
    return chat.element({"type": "audio", "audio": {"id": "9", "mime_type": "audio/ogg"}})


def wishes():
    return list(FollowUp.objects.values_list("text", flat=True))


# --- Which hour suits them -------------------------------------------------------------------


@pytest.mark.parametrize("step", ["when", "wish"])
def test_asked_for_an_hour_one_may_want_something_else(chat, each, villa, step):
    chat("quiero visitar Villa Marina")
    if step == "wish":
        chat("Otro momento")
    rows = [
        ("mi deuda", "1990"),
        ("quiero hablar con un asesor", "asesor"),
        ("menú", "puedo hacer"),
        ("ayuda", "puedo hacer"),
        ("crear ticket", "asunto"),
        ("ya pagué", "1990"),
        ("cuál es el precio?", "180,000"),
        ("no", "Entendido"),
        ("no gracias, ninguna", "Entendido"),
        ("quiero visitar Villa Marina", "Villa Marina"),
    ]
    for text, answer in each(rows):
        assert at(chat) == ("visit", step)
        assert any(answer in one for one in chat(text)), text
        assert not FollowUp.objects.exists()


def test_what_says_a_time_is_noted(chat, each, villa):
    chat("quiero visitar Villa Marina")
    texts = [
        "el lunes después del trabajo",
        "quiero ir el sábado en la tarde",
        "no, mejor el domingo",
        "cuando puedan",
        "a las 9pm",
        "Buenas tardes, el viernes por la noche",
    ]
    for text in each(texts):
        chat(text)
        assert wishes() == [text]


@pytest.mark.parametrize("step", ["when", "wish"])
def test_a_wish_keeps_no_more_of_who_they_are_than_its_message(chat, villa, step):
    chat("quiero visitar Villa Marina")
    if step == "wish":
        chat("Otro momento")
    chat("el sábado en la tarde, mi celular es 987654321, 12345678 1990")
    kept = "el sábado en la tarde, mi celular es •••••••••, •••••••• ••••"
    assert wishes() == [kept]
    assert Message.objects.filter(text=kept).exists()


@pytest.mark.parametrize("step", ["when", "wish"])
def test_a_polite_word_is_no_wish_and_leaves_the_question_open(chat, each, villa, step):
    chat("quiero visitar Villa Marina")
    if step == "wish":
        chat("Otro momento")
    for text in each(["buenas tardes", "gracias", "hola"]):
        (said,) = chat(text)
        assert "No entendí" not in said
        assert (at(chat), wishes()) == (("visit", step), [])


def test_an_hour_tapped_twice_is_said_to_be_booked(chat, villa):
    chat("quiero visitar Villa Marina")
    hour = chat.options[0]
    chat.tap(*hour)
    assert at(chat) == ("who", "tell")
    (said,) = chat.tap(*hour)
    assert "ya está reservada" in said and "Villa Marina" in said
    assert at(chat) == ("who", "tell") and FollowUp.objects.count() == 1
    chat("ana@example.org")
    assert Contact.objects.filter(points__value="ana@example.org").exists()


def test_an_hour_tapped_after_all_is_booked(chat, villa):
    chat("quiero visitar Villa Marina")
    hour, other = chat.options[0], chat.options[-1]
    chat.tap(*other)
    chat.tap(*other)
    assert at(chat) == ("visit", "wish") and not FollowUp.objects.exists()
    chat.tap(*hour)
    assert FollowUp.objects.get().is_agreed


# --- What is tapped is no text ---------------------------------------------------------------


def test_a_button_pressed_twice_is_no_description(ask, ana):
    ask("tengo un reclamo por mi saldo")
    for _ in range(2):
        (said,) = ask.tap("ticket_use:said", "Usar mi mensaje")
        assert "tengo un reclamo por mi saldo" in said
    assert not Ticket.objects.exists()
    ask("No cuadra con mi voucher")
    assert Ticket.objects.get().description == "No cuadra con mi voucher"


@pytest.mark.parametrize("before", [("crear ticket",), ("crear ticket", "Asunto")], ids=len)
def test_a_button_of_the_menu_is_no_text_of_a_ticket(ask, ana, two, before):
    for words in before:
        ask(words)
    (said,) = ask.tap(*DEBT)
    assert "préstamos en total" in said and at(ask) == ("", "")
    assert not Ticket.objects.exists()


def test_a_button_of_the_menu_is_no_wish_for_a_visit(ask, villa, two):
    ask("quiero visitar Villa Marina")
    ask("Otro momento")
    (said,) = ask.tap(*DEBT)
    assert "préstamos en total" in said and wishes() == []


def test_the_title_of_an_old_button_is_text_where_any_text_is_asked_for(ask, ana):
    ask("menú")
    ask("crear ticket")
    ask("Enviar comprobante")
    ask("2")
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.description) == ("Enviar comprobante", "2")


def test_go_on_pressed_twice_is_no_word_about_the_ticket(ask, ana):
    for words in ("crear ticket", "Asunto", "Algo pasa"):
        ask(words)
    ticket = Ticket.objects.get()
    for _ in range(2):
        ask.tap(f"ticket_more:{ticket.pk}", "Añadir un mensaje")
    assert at(ask) == ("ticket", "more") and not ticket.messages.exists()


# --- "El segundo" ------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["¿puedo cancelar todo?", "¿cuándo vence mi cuota?"])
def test_a_place_after_a_reply_that_lists_loans_is_that_loan(ask, two, words):
    ask(words)
    (said,) = ask("el segundo")
    assert "P-000006" in said and "P-000005" not in said
    assert ask.talk.owner == Episode.Owner.BOT


def test_a_place_after_something_else_is_a_button_again(ask, two):
    ask("¿puedo cancelar todo?")
    ask("menú")
    (said,) = ask("el segundo")
    assert "P-000005" in said and "P-000006" in said


@pytest.mark.parametrize("words", ["el último", "el segundo"])
def test_nobody_is_logged_out_or_handed_over_by_a_place(ask, two, words):
    ask("menú" if words == "el último" else "el préstamo 5")
    ask("¿puedo cancelar todo el préstamo 5?") if words == "el segundo" else None
    ask(words)
    assert ask.talk.owner == Episode.Owner.BOT
    assert PartnerSession.objects.get().closed_at is None


# --- A quarter of an hour later --------------------------------------------------------------


def time_out():
    Dialog.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("hour", ["1", "el lunes después del trabajo"])
def test_a_question_that_need_not_be_answered_is_left_without_a_word(chat, villa, hour):
    chat("quiero visitar Villa Marina")
    chat(hour)
    since = chat.talk.waiting_since
    assert at(chat) == ("who", "tell") and since is not None
    time_out()
    assert leave_expired() == 1
    assert chat.jobs() == [] and at(chat) == ("", "")
    assert chat.talk.waiting_since == since


def test_nor_is_who_comes_late_told_that_it_was_left(chat, villa):
    chat("quiero visitar Villa Marina")
    chat("1")
    since = chat.talk.waiting_since
    time_out()
    (said,) = chat("asdf qwer zxcv el perro azul")
    assert "15 minutos" not in said and chat.talk.waiting_since == since


def test_another_question_left_open_ends_nobodys_waiting(chat, villa):
    chat("me interesa Villa Marina")
    since = chat.talk.waiting_since
    assert since is not None
    Dialog.objects.update(name="create_ticket", step="subject")
    time_out()
    assert leave_expired() == 1
    (said,) = chat.jobs()
    assert "15 minutos" in said and chat.talk.waiting_since == since


def test_a_late_word_makes_nobody_wait_who_did_not(chat):
    chat("crear ticket")
    time_out()
    said = chat("menú")
    assert "15 minutos" in said[0] and chat.talk.waiting_since is None


# --- Files, sounds and small talk beside a question -------------------------------------------


def test_a_picture_at_the_log_in_is_asked_about(chat, ana):
    chat("ya pagué")
    (said,) = chat.picture(jpeg())
    assert "comprobante" in said and at(chat) == ("visitor_file", "is_it")


def test_a_picture_at_another_question_is_the_receipt_it_says_it_is(ask, two):
    ask("detalle de préstamo")
    ask.picture(jpeg(), caption="Monto 500")
    assert at(ask) == ("upload_receipt", "day")


def test_a_picture_instead_of_a_name_is_asked_about(chat, villa):
    chat("quiero visitar Villa Marina")
    chat("1")
    assert at(chat) == ("who", "tell")
    (said,) = chat.picture(jpeg())
    assert "comprobante" in said


@pytest.mark.parametrize(
    ("words", "asked"),
    [("mi deuda", ("login", "data")), ("quiero agendar una visita", ("visit", "which"))],
)
def test_what_is_said_beside_a_question_is_no_misunderstanding(chat, ana, villa, words, asked):
    chat(words)
    for _ in range(2):
        assert "escuchar" in voice(chat)[0]
        assert "Hola" in chat("Hola")[0]
        assert "gusto" in chat("gracias")[0]
    assert at(chat) == asked and chat.dialog.misunderstood == 0
    assert chat.talk.owner == Episode.Owner.BOT


def test_in_a_session_too_and_the_answer_still_counts(ask, two):
    ask("detalle de préstamo")
    for words in ("Hola", "gracias"):
        ask(words)
    assert at(ask) == ("loan_detail", "which")
    assert "P-000006" in ask("P-000006")[0]


# --- Replies that cannot be said --------------------------------------------------------------


def test_a_picture_that_cannot_be_read_is_left_out(chat, villa, monkeypatch):
    def unreadable(*args, **kwargs):
        raise OSError("the disk is gone")

    monkeypatch.setattr(speaking.default_storage, "exists", unreadable)
    villa.photos.create(image="casa.png")
    said = chat("me interesa Villa Marina")
    assert any("Villa Marina" in one for one in said) and chat.dialog.failed_at is None


def test_a_reply_that_cannot_be_said_undoes_nothing_else(ask, ana):
    ask("crear ticket")
    ask("Asunto")
    ask("Algo pasa")
    ticket = Ticket.objects.get()
    # Longer than any message may be.
    ticket.messages.create(kind="public", text="x" * 25_000)
    before = Message.objects.filter(direction="in").count()
    (said,) = ask("mis tickets")
    assert "falló" in said
    (word,) = ask("mis tickets")
    assert "volvió a fallar" in word and ask.talk.owner == Episode.Owner.QUEUE
    assert Message.objects.filter(direction="in").count() == before + 2
    assert ask.dialog.failure == "DeskError" and ask.talk.waiting_since is not None
    assert not InboundEvent.objects.exclude(state="done").exists()
