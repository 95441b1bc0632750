"""Receipts by chat: buttons pressed twice, or late, and pictures sent before the log-in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.models import ConfirmedReceipt, PartnerSession
from chatbot.tests.self_service import BETO, MOST_QUERIES, Chat, jpeg, make_loan
from crm.conversations.models import Message
from partners.models import Receipt

pytestmark = [pytest.mark.once, pytest.mark.django_db]
CAPTION = "Monto: 500\nFecha: 2025-01-15"
RIGHT = "12345678 1990"


@pytest.fixture
def loans(ana, product):
    return [make_loan(ana, product, f"P-00000{number}") for number in (1, 2)]


def tap(chat, title):
    """The button of that title is pressed; its id."""
    id_ = next(id_ for id_, shown in chat.options if shown.startswith(title))
    chat.tap(id_, title)
    return id_


def again(chat, id_):
    """What is answered where it is pressed once more; the question that was open stays so."""
    before = (chat.dialog.name, chat.dialog.step, chat.dialog.data)
    said = chat.tap(id_)
    assert (chat.dialog.name, chat.dialog.step, chat.dialog.data) == before
    assert len(chat.queries) <= MOST_QUERIES
    return said


# --- Pressed twice ----------------------------------------------------------------------------


def test_a_button_pressed_twice_asks_the_next_question_once_more(ask, loans):
    ask.picture(jpeg(), "Monto: 450")
    for title, question in (
        ("Hoy", "¿De cuál préstamo"),
        ("P-000002", "¿Está bien?"),
        ("No", "¿Qué corregimos?"),
        ("El monto", "¿De cuánto fue"),
    ):
        (said,) = again(ask, tap(ask, title))
        assert question in said
    ask("460")
    tap(ask, "Sí")
    row = ConfirmedReceipt.objects.get()
    assert (row.amount, row.loan) == (460, loans[1])


def test_yesterday_and_another_day_pressed_twice(ask, loans):
    ask.picture(jpeg(), "Monto: 450")
    assert "¿De cuál préstamo" in again(ask, tap(ask, "Ayer"))[0]
    tap(ask, "No sé")
    tap(ask, "No")
    assert "¿Qué día pagaste?" in again(ask, tap(ask, "La fecha"))[0]


def test_a_button_of_an_older_picture_asks_the_newer_ones_question(ask, loans):
    ask.picture(jpeg(), CAPTION)
    tap(ask, "P-000001")
    yes = tap(ask, "Sí")
    ask.picture(jpeg("red"), "Monto: 20")
    told, question = again(ask, yes)
    assert "Ya me lo confirmaste" in told and "¿Qué día pagaste?" in question
    ask("cancelar")
    ask.picture(jpeg("red"), "Monto: 20")
    ask("ayer")
    loan = ask.options[0][0]
    ask("cancelar")
    ask.picture(jpeg("blue"))
    assert "¿De cuánto fue" in again(ask, loan)[0]
    assert ConfirmedReceipt.objects.count() == 1


def test_a_button_of_an_older_picture_where_a_new_one_is_waited_for(ask, loans):
    ask.picture(jpeg(), "Monto: 20")
    today = ask.options[0][0]
    ask("cancelar")
    ask("quiero enviar mi comprobante de 300 soles")
    assert "S/ 300.00" in again(ask, today)[0]


def test_a_voice_note_leaves_what_is_to_be_put_right_open(ask, loans):
    ask.picture(jpeg(), CAPTION)
    tap(ask, "P-000001")
    tap(ask, "No")
    ask.element({"type": "audio", "audio": {"id": "9", "mime_type": "audio/ogg", "sha256": "x"}})
    assert ask.dialog.step == "mend"


def test_a_visitors_yes_pressed_twice_leaves_the_log_in_open(chat, loans):
    chat.picture(jpeg())
    yes = tap(chat, "Sí")
    for words in (yes, "Sí"):
        (said,) = again(chat, yes) if words == yes else chat("Sí")
        assert said.startswith("Para mostrarte eso necesito saber quién eres")
    _welcome, before, question = chat(RIGHT)
    assert "hace un momento" in before and "¿De cuánto" in question


def test_a_visitors_button_of_an_older_picture_asks_of_the_newer_one(chat, loans):
    chat.picture(jpeg())
    old = chat.options[0][0]
    chat.picture(jpeg("red"))
    assert "¿Es un comprobante" in again(chat, old)[0]


def test_where_a_code_is_waited_for_a_second_yes_asks_for_the_code_again(
    post, graph, channel, django_capture_on_commit_callbacks, loans
):
    stranger = Chat(post, graph, django_capture_on_commit_callbacks, BETO)
    stranger.picture(jpeg())
    yes = tap(stranger, "Sí")
    stranger(RIGHT)
    assert stranger.dialog.step == "code"
    (said,) = again(stranger, yes)
    assert "El código tiene 6 dígitos" in said
    assert "El código tiene 6 dígitos" in stranger("Sí")[0]
    assert stranger.dialog.misunderstood == 1


def test_a_log_in_button_pressed_twice_keeps_what_was_wanted(chat, loans):
    chat("crear ticket")
    authenticate = tap(chat, "Soy socio")
    (said,) = again(chat, authenticate)
    assert "necesito saber quién eres" in said
    assert chat.dialog.data == {"then": "create_ticket"}


def test_an_old_button_where_something_else_is_asked_points_to_that(chat, loans):
    chat.picture(jpeg())
    no = next(id_ for id_, title in chat.options if title == "No")
    tap(chat, "No")
    (said,) = chat.tap(no)
    assert said == "Esa pregunta ya se cerró. ¿Qué quieres hacer?" and chat.options
    chat("crear ticket")
    sent = len(chat.graph.sent)
    (said,) = again(chat, no)
    assert said == "Esa pregunta ya se cerró. Respóndeme lo último que te pregunté, por favor."
    assert "interactive" not in chat.graph.sent[sent]


def test_an_old_receipts_button_leaves_another_subjects_question_open(ask, loans):
    ask.picture(jpeg(), CAPTION)
    tap(ask, "P-000001")
    yes = tap(ask, "Sí")
    ask("crear ticket")
    assert "Ya me lo confirmaste" in again(ask, yes)[0]


def test_the_button_of_a_picture_that_was_not_kept_says_so(ask, loans):
    ask.picture(b"GIF89a" + bytes(40), CAPTION)  # it calls itself a JPEG
    tap(ask, "P-000001")
    yes = tap(ask, "Sí")
    assert "No puedo aceptar ese archivo" in ask.jobs()[0]
    (said,) = again(ask, yes)
    assert said.startswith("No puedo aceptar ese archivo")
    ask.picture(jpeg("red"), "Monto: 20")
    told, question = again(ask, yes)
    assert told == said and "¿Qué día pagaste?" in question


# --- Sent before the log-in -------------------------------------------------------------------


@pytest.mark.parametrize("way", ["tapped", "said"])
def test_a_picture_that_is_no_receipt_is_none_after_the_log_in(chat, loans, way):
    chat.picture(jpeg())
    tap(chat, "No") if way == "tapped" else chat("no es")
    assert chat.dialog.name == ""
    chat("ya pagué")
    _welcome, question = chat(RIGHT)
    assert "Envíame una foto" in question and chat.dialog.step == "file"
    assert "¿De cuánto" in chat.picture(jpeg("red"))[0]


def test_of_two_the_one_that_was_not_refused_is_taken(chat, loans):
    chat.picture(jpeg())
    first = chat.dialog.data["file"]
    chat.picture(jpeg("red"))
    tap(chat, "No")
    chat("ya pagué")
    chat(RIGHT)
    assert chat.dialog.data["file"] == first


def test_a_newer_picture_takes_the_place_of_one_sent_before_the_log_in(chat, loans):
    chat.picture(jpeg())
    tap(chat, "Sí")
    chat(RIGHT)
    guessed = chat.dialog.data["file"]
    (question,) = chat.picture(jpeg("red"), "Monto: 40")
    assert "¿Qué día pagaste?" in question and chat.dialog.data["file"] != guessed
    # What was begun with is finished first, as ever.
    assert "uno en uno" in chat.picture(jpeg("blue"))[0]


def test_words_beside_a_picture_sent_before_the_log_in_are_read(chat, loans):
    (login,) = chat.picture(jpeg(), CAPTION)
    assert RIGHT in login
    _welcome, before, question = chat(RIGHT)
    assert "hace un momento" in before and "¿De cuál préstamo" in question
    tap(chat, "P-000001")
    tap(chat, "Sí")
    chat.jobs()
    receipt = Receipt.objects.get()
    assert (receipt.amount, f"{receipt.paid_on:%d/%m/%Y}") == (500, "15/01/2025")


@pytest.mark.parametrize("leaving", [("cancelar",), ("no", "dejarlo"), ("cerrar sesion",)])
def test_a_picture_that_was_given_up_is_no_other_payment(chat, loans, leaving):
    chat.picture(jpeg(), "pago S/ 430 ayer prestamo 2")
    chat(RIGHT)
    for words in leaving:
        chat(words)
    if leaving == ("cerrar sesion",):
        chat("cancelar")
        chat("quiero ingresar")
        chat(RIGHT)
    chat("pagué 200 hoy")
    assert "file" not in chat.dialog.data and chat.dialog.step == "file"


def test_what_gives_up_no_picture_leaves_it_for_after_the_log_in(chat, each, loans):
    chat.picture(jpeg(), "pago S/ 430")
    rows = ["cancelado", "cancele", "ya cancelé", "déjame ver", "me equivoqué"]
    for words in each(rows):
        chat(words)
        chat(RIGHT)
        chat("enviar comprobante")
        assert chat.dialog.data["amount"] == "430.00"


def test_the_oldest_picture_that_may_be_taken_is_given_up_too(chat, loans):
    chat.picture(jpeg(), "pago S/ 430 ayer prestamo 2")
    ago = timezone.now() - timedelta(minutes=32)
    Message.objects.update(created_at=ago)
    chat(RIGHT)
    PartnerSession.objects.update(opened_at=ago + timedelta(minutes=22))
    chat("cancelar")
    chat("pagué 200 hoy")
    assert chat.dialog.step == "file"


def test_a_picture_given_up_before_the_log_in_is_not_taken_after_it(chat, each, loans):
    chat.picture(jpeg(), "pago S/ 430 ayer prestamo 2")
    rows = ["cancelar", "cancele por favor", "mejor cancele", "cancele la operacion"]
    for words in each(rows):
        chat(words)
        chat("pagué 200 hoy")
        chat(RIGHT)
        assert "file" not in chat.dialog.data and chat.dialog.step == "file"
