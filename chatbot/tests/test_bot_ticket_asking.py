""" "Is it about that ticket?": which yes or no is one to that, and when it is asked again."""

from datetime import timedelta
from itertools import cycle, product

import pytest
from django.utils import timezone

from chatbot.tests import tickets_known
from chatbot.tests.self_service import jpeg
from chatbot.tests.tickets_known import answered, fresh
from chatbot.tests.visits_known import moment, working_day
from crm.conversations.models import Message
from crm.people.followups import FollowUp
from tickets.models import Ticket, TicketMessage
from tickets.standing import set_status

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara, made = tickets_known.clara, tickets_known.made
done = tickets_known.done
NOT_THAT = ("ticket_new:", "intent:help")


def said_of(ticket):
    rows = ticket.messages.filter(kind="person").order_by("pk")
    return list(rows.values_list("text", flat=True))


def refuse(ask):
    """Tapped on the answer that it is not about that ticket."""
    return ask.tap(next(id_ for id_, _title in ask.options if id_.startswith(NOT_THAT)))


def a_while_ago():
    before = timezone.now() - timedelta(minutes=16)
    Message.objects.update(created_at=before)


# --- Asked again -------------------------------------------------------------------------------


def test_words_of_something_new_are_never_the_old_ones(done, ask, each):
    for typed in each(["", "no"]):
        ask("no me han devuelto nada")
        if typed:
            ask(typed)
        else:
            refuse(ask)
        ask("Pedí la devolución en marzo")
        said = ask("sí") + ask("sí")
        assert f"*{done.number}*?" not in "".join(said)
        assert fresh(done).is_done and said_of(done) == []


def test_a_question_that_was_answered_is_not_asked_again(made, ask, each):
    for answer in each(["", "no", "sí"]):
        ask("la app")
        if answer:
            ask(answer)
        else:
            refuse(ask)
        for words in ("sí", "hola", "sí"):
            assert f"*{made.number}*?" not in "".join(ask(words)), words
        assert said_of(made) == (["la app"] if answer == "sí" else [])


def test_a_no_with_a_reason_is_not_asked_about(made, ask, each):
    ask("la app")
    for no in each(["no, es otra cosa", "no es sobre eso", "nada que ver", "not that"]):
        for words in (no, "sí"):
            assert f"*{made.number}*?" not in "".join(ask(words)), words
        assert said_of(made) == []


def test_nor_are_the_words_of_a_complaint_lost(done, ask, each):
    ask("no me han devuelto nada")
    noes = ["nop", "negativo", "no señorita", "no señor", "no, es otra cosa", "no es eso"]
    for no in each(noes):
        (said,) = ask(no)
        assert "Asunto: *no me han devuelto nada*" in said and fresh(done).is_done


def test_nor_those_of_who_says_that_it_is_another(done, ask, each):
    ask("no me han devuelto nada")
    others = ["no, otro reclamo", "otro problema", "não, é outra coisa", "no, uno nuevo"]
    for another in each(others):
        (said,) = ask(another)
        assert "Asunto: *no me han devuelto nada*" in said and fresh(done).is_done


def test_a_yes_to_a_visit_is_one_to_that(made, ask, villa):
    for words in ("la app", "info de Villa Marina", "me interesa"):
        ask(words)
    said = ask("sí")
    assert made.number not in "".join(said) and ask.dialog.name == "visit"


def test_who_answers_late_is_heard(done, ask, each):
    ask("me devolvieron de menos, me cobraron doble")
    a_while_ago()
    for answer in each(["sí", "no"]):
        ask(answer)
        if answer == "sí":
            assert said_of(done) and not fresh(done).is_done
        else:
            assert (ask.dialog.name, ask.dialog.step) == ("create_ticket", "description")


def test_what_is_no_mere_no_is_more_of_the_same(done, ask, each):
    ask("no me han devuelto nada")
    for wrong in each(["está mal", "no está bien"]):
        (said,) = ask(wrong)
        assert f"*{done.number}*?" in said and not ask.dialog.name
        assert ask.options[1][0].startswith("ticket_new:")  # of the first words
        ask("sí")
        assert said_of(done) == ["no me han devuelto nada", wrong]


def test_who_wants_nothing_begins_nothing(done, ask, each):
    ask("no me han devuelto nada")
    for words in each(["no gracias", "para nada"]):
        ask(words)
        assert not ask.dialog.name and fresh(done).is_done and said_of(done) == []


def test_no_more_is_asked_about_than_one_yes_reaches(made, ask):
    row = ["la app", "no abre", "desde ayer en la noche", "en mi celular", "y en el de mi hijo"]
    asked = [words for words in row if f"*{made.number}*?" in "".join(ask(words))]
    assert asked == row[:4] and ask.talk.owner == "queue"
    assert not TicketMessage.objects.exists() and Ticket.objects.count() == 1


# --- A receipt that is asked for ---------------------------------------------------------------


def test_a_receipt_that_is_only_spoken_of_is_asked_for_by_nobody(made, ask, clara, each):
    answers = [
        "Recibimos tu comprobante, gracias",
        "Ya revisamos el voucher que enviaste",
        "la boleta llega el viernes",
        "Gracias por enviarnos el voucher",
        "Ya no necesitamos el voucher",
        "Estamos esperando que el banco valide tu voucher",
        "Te pedimos disculpas, ya vimos tu voucher",
        "Estamos a la espera del comprobante del banco",
        "Pedimos al banco que nos envíe el comprobante y te avisamos",
        "Esperamos la respuesta del banco sobre tu voucher",
        "Es importante que guardes tu recibo",
        "Agradeceremos su paciencia, su comprobante está en revisión",
        "No nos llegó tu comprobante a tiempo, pero ya quedó registrado",
        "El comprobante estaba borroso pero el banco lo confirmó",
        "Esperamos que te haya llegado el recibo",
        "Puedes mostrar la constancia en tu banco",
    ]
    for answer, caption in each(zip(answers, cycle(["", "comprobante de pago"]), strict=False)):
        answered(ask, made, clara, answer)
        ask.picture(jpeg(), caption)
        assert said_of(made) == [] and ask.dialog.name == "upload_receipt"


def test_a_picture_of_what_was_paid_is_a_receipt_too(made, ask, clara, each):
    questions = ["Envíame la captura del pago", "¿Y el pantallazo del yape?", "foto de tu depósito"]
    for question, caption in each(product(questions, ["", "el comprobante"])):
        answered(ask, made, clara, question)
        ask("gracias")
        ask.picture(jpeg(), caption)
        assert said_of(made) == [caption]


def test_however_a_receipt_is_asked_for(made, ask, clara, each):
    requests = [
        "Quedamos a la espera de tu comprobante", "Estamos esperando tu comprobante",
        "Aún no recibimos tu comprobante", "Todavía no nos llega tu comprobante",
        "Le agradeceremos enviar el voucher", "Sírvase enviar su comprobante",
        "Necesitamos que envíes el voucher", "Háganos llegar el voucher",
        "Le solicitamos que adjunte el voucher", "Se requiere el voucher",
        "Es necesario que nos envíe la boleta", "Remita el comprobante",
        "Me puedes mostrar el voucher", "¿Tiene usted el voucher?", "¿Guardaste el voucher?",
        "Ana, tu comprobante por favor", "El comprobante está borroso, envíalo de nuevo",
        "No se lee el voucher, mándalo otra vez", "El voucher no se ve. Manda otro",
        "Could you send us the receipt?", "We need the receipt", "Do you have the receipt?",
        "Envíanos el comprobante del banco", "Necesitamos la constancia que te dio el banco",
        "El voucher no se ve, pero puedes mandarlo otra vez", "Necesitamos tu DNI y el voucher",
    ]  # fmt: skip
    for request in each(requests):
        answered(ask, made, clara, request)
        set_status(ticket=fresh(made), status="waiting", by=clara)
        ask("ok")
        assert said_of(made) == [] and fresh(made).status == "waiting"
        ask.picture(jpeg())
        assert said_of(made) == [""]


def test_what_comes_later_is_not_lost(made, ask, clara, each):
    answered(ask, made, clara, "Envíanos el comprobante por favor")
    set_status(ticket=fresh(made), status="waiting", by=clara)
    words = [
        "no lo tengo ahora, en la noche te lo mando", "ahora no puedo, mañana te lo envío",
        "no había visto tu mensaje, ahora lo mando", "sí lo tengo, no hay problema",
        "claro, no se preocupe", "el pago fue el 5, no el 6",
    ]  # fmt: skip
    for one in each(words):
        ask(one)
        ask.picture(jpeg())
        assert said_of(made)[-1] == ""


def test_what_they_have_lost_is_waited_for_no_more(made, ask, clara):
    answered(ask, made, clara, "¿Tienes el voucher?")
    set_status(ticket=fresh(made), status="waiting", by=clara)
    ask("lo perdí")
    ask.picture(jpeg())
    assert said_of(made) == ["lo perdí"] and ask.dialog.name == "upload_receipt"


def test_of_several_all_are_the_tickets_that_come_soon(made, ask, clara, each):
    for question in each(["Manda las fotos", "Mándanos los vouchers"]):
        answered(ask, made, clara, question)
        for _ in range(3):
            ask.picture(jpeg())
        assert said_of(made) == ["", "", ""]
        TicketMessage.objects.filter(kind="person").update(
            created_at=timezone.now() - timedelta(minutes=16)
        )
        ask.picture(jpeg())
        assert len(said_of(made)) == 3 and ask.dialog.name == "upload_receipt"


def test_what_agrees_to_something_else_is_an_answer(made, ask, clara, each):
    rows = [
        ("Vimos la boleta. ¿Deseas que la apliquemos a la cuota 3?", "dale"),
        ("Recibimos tu voucher. ¿El pago fue de 430 soles?", "ok"),
        ("Mándanos el voucher. ¿El pago fue de 430 soles?", "correcto"),
    ]
    for question, answer in each(rows):
        answered(ask, made, clara, question)
        set_status(ticket=fresh(made), status="waiting", by=clara)
        ask(answer)
        assert said_of(made) == [answer] and fresh(made).status == "open"


# --- Beside a visit ----------------------------------------------------------------------------


def doubt(chat, villa):
    """They are asked whether their visit shall be called off."""
    FollowUp.objects.create(
        contact=chat.talk.contact, kind="visit", property=villa, about=villa.title,
        due_at=moment(working_day(), 10), is_agreed=True, assigned_to=villa.responsible,
    )  # fmt: skip
    chat("no puedo ir, tengo que trabajar")
    assert chat.dialog.step == "off"


def test_a_question_about_a_visit_swallows_no_answer(made, ask, clara, villa):
    doubt(ask, villa)
    answered(ask, made, clara, "¿Por dónde pagaste?")
    set_status(ticket=fresh(made), status="waiting", by=clara)
    (said,) = ask("fue por yape")
    assert made.number in said and said_of(made) == ["fue por yape"]


def test_small_talk_to_it_is_for_nobody_to_answer(chat, villa, each):
    chat("hola")
    doubt(chat, villa)
    for words in each(["hola", "sí voy", "no, keep it"]):
        assert "Un asesor" not in str(chat(words)) and FollowUp.objects.open().exists()
