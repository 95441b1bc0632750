"""Words that may be a ticket's: to a question, after it was resolved, and in several messages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.models import PartnerSession
from chatbot.tests import tickets_known
from chatbot.tests.self_service import MOST_QUERIES, jpeg, make_loan
from chatbot.tests.tickets_known import ANSWER, BESIDE, answered, fresh
from chatbot.work import work_off
from crm.conversations.models import Conversation
from crm.people.models import Contact
from leads.models import Lead
from tickets.merging import merge
from tickets.models import Ticket, TicketMessage
from tickets.opening import open_ticket
from tickets.standing import resolve, set_status

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara, made = tickets_known.clara, tickets_known.made
stranger, prospects = tickets_known.stranger, tickets_known.prospects
done = tickets_known.done


def said_of(ticket):
    rows = ticket.messages.filter(kind="person").order_by("pk")
    return list(rows.values_list("text", flat=True))


def out_of_session():
    PartnerSession.objects.update(closed_at=timezone.now())


# --- A colleague's question --------------------------------------------------------------------


@pytest.fixture
def asked(made, ask, clara, ana, product):
    """Ana has two loans, and was shown them before she was asked which."""
    for number in ("P-000005", "P-000026"):
        make_loan(ana, product, number)
    ask("mis préstamos")
    answered(ask, made, clara, "¿Cuál?")
    set_status(ticket=fresh(made), status="waiting", by=clara)
    return made


def test_an_amount_a_loan_or_a_day_answers_it(asked, ask, each):
    answers = [
        "200", "S/ 250", "el segundo", "2", "mi préstamo es el 26", "ya pagué el 5", "por yape",
        "aquí va mi respuesta: fue el 5 de octubre", "el del préstamo 26",
    ]  # fmt: skip
    for words in each(answers):
        (said,) = ask(words)
        assert asked.number in said and said_of(asked) == [words]
        assert fresh(asked).status == "open"
        assert len(ask.queries) <= MOST_QUERIES + 2  # time that stood still goes on


def test_so_does_a_document_of_who_is_in(asked, ask):
    (said,) = ask("mi dni es 12345678")
    assert asked.number in said and said_of(asked)


def test_what_surely_asks_for_something_else_is_served(asked, ask, each):
    words = ["¿Cuánto debo?", "detalle del préstamo 5", "quiero ver mis préstamos", "gracias"]
    for one in each(words):
        ask(one)
        assert said_of(asked) == [] and fresh(asked).status == "waiting"


def test_a_complaint_after_small_talk_may_be_its_answer(asked, ask, each):
    for between, words in each(
        [("hola", "me cobraron dos veces"), ("un momento", "me cobraron mora sin motivo")]
    ):
        ask(between)
        (said,) = ask(words)
        assert f"*{asked.number}*?" in said and len(ask.queries) <= MOST_QUERIES
        ask("sí")
        assert said_of(asked) == [words] and Ticket.objects.count() == 1
    ask("hola")
    ask("me cobraron dos veces")
    (said,) = ask("no")
    assert "Asunto: *me cobraron dos veces*" in said and said_of(asked) == []
    ask("cancelar")
    # Nobody's hears nothing of a session, and keeps no complaint from being made there.
    Ticket.objects.update(partner=None, contact=Contact.objects.create(name="Otra"))
    assert "abramos un ticket" in ask("me cobraron dos veces")[0]


def test_a_property_answers_who_asks_for_one(prospects, stranger, clara, villa, each):
    answered(stranger, prospects, clara, "¿Qué propiedad ibas a visitar?")
    set_status(ticket=fresh(prospects), status="waiting", by=clara)
    for words in each(["Villa Marina", "era Villa Marina", "Villa Marina, la de Miraflores"]):
        (said,) = stranger(words)
        assert prospects.number in said and said_of(prospects) == [words]
    for words in each(["info de Villa Marina", "¿Villa Marina sigue disponible?"]):
        (said,) = stranger(words)
        assert "Malecón 100" in said and said_of(prospects) == []


def test_a_receipt_is_none_of_its_answers_unless_asked_for(asked, ask, clara, each):
    for caption in each(["Monto: 500\nFecha: 2025-01-15", "430 ayer", "comprobante de pago"]):
        said = ask.picture(jpeg(), caption)
        assert said_of(asked) == [] and ask.dialog.name == "upload_receipt", said
    ask.picture(jpeg(), "200")
    assert said_of(asked) == ["200"]
    answered(ask, asked, clara, "¿Nos mandas tu comprobante?")
    set_status(ticket=fresh(asked), status="waiting", by=clara)
    ask.picture(jpeg(), "el voucher")
    assert said_of(asked) == ["200", "el voucher"]


def test_one_that_was_asked_for_is_its_answer_whatever_was_said_since(asked, ask, clara):
    answered(ask, asked, clara, "Mándanos el voucher")
    ask("gracias, ya se lo mando")
    (said,) = ask.picture(jpeg(), "el voucher")
    assert asked.number in said and said_of(asked) == ["el voucher"]
    assert fresh(asked).status == "open" and len(ask.queries) <= MOST_QUERIES + 2


def test_a_payment_of_its_own_is_none_that_was_asked_for(asked, ask, clara, each):
    for question in each(["¿Cuál es tu dirección? Ya vimos tus pagos", "El voucher"]):
        answered(ask, asked, clara, question)
        ask("gracias")
        ask("mi saldo")
        caption = "pago de mi cuota de hoy, 430 soles" if "voucher" in question else "mi voucher"
        ask.picture(jpeg(), caption)
        assert said_of(asked) == [] and ask.dialog.name == "upload_receipt"


def test_nor_is_what_was_asked_for_long_ago(asked, ask, clara):
    answered(ask, asked, clara, "Mándanos el voucher")
    ask("gracias")
    TicketMessage.objects.update(created_at=timezone.now() - timedelta(days=8))
    ask.picture(jpeg(), "el voucher")
    assert said_of(asked) == [] and ask.dialog.name == "upload_receipt"


def test_a_promise_is_no_answer(asked, ask, clara, each):
    answered(ask, asked, clara, "Mándanos el voucher")
    for promise in each(["ok", "dale", "claro que sí", "ya se lo mando", "un momento"]):
        (said,) = ask(promise)
        assert "Entendido" in said and said_of(asked) == [] and fresh(asked).status == "waiting"
        ask("luego te digo")
        (said,) = ask.picture(jpeg(), "el voucher")
        assert asked.number in said and said_of(asked) == ["el voucher"]


def test_what_is_open_still_gets_the_receipt_once(asked, ask, clara):
    answered(ask, asked, clara, "¿Tienes el voucher?")
    ask("sí")
    assert said_of(asked) == ["sí"] and fresh(asked).status == "open"
    ask.picture(jpeg(), "")
    assert said_of(asked) == ["sí", ""]
    ask.picture(jpeg(), "otro voucher")
    assert len(said_of(asked)) == 2 and ask.dialog.name == "upload_receipt"


def test_a_picture_of_something_else_asks_for_none(asked, ask, clara):
    answered(ask, asked, clara, "¿La foto de la página?")
    ask.picture(jpeg(), "S/ 430 ayer")
    assert said_of(asked) == [] and ask.dialog.name == "upload_receipt"


def test_nobody_answers_what_they_have_not_read(made, ask, clara):
    out_of_session()
    answered(ask, made, clara, "¿Cuál?")
    set_status(ticket=fresh(made), status="waiting", by=clara)
    (said,) = ask("quiero ver la respuesta a mi reclamo")
    assert "1990" in said and said_of(made) == []


def test_but_who_tells_it_all_the_same_is_heard(made, ask, clara, each):
    out_of_session()
    answered(ask, made, clara, "¿Cuál?")
    set_status(ticket=fresh(made), status="waiting", by=clara)
    told = [
        "respuesta al ticket T-000001: fue el 5", "aqui va mi respuesta: fue el 5 de octubre",
        "es por mi reclamo, fue en octubre", "mi prestamo es el 26", "por yape",
    ]  # fmt: skip
    for words in each(told):
        (said,) = ask(words)
        assert made.number in said and said_of(made) == [words]
    set_status(ticket=fresh(made), status="open", by=clara)
    for words in each(["mi reclamo, como va", "por favor mi saldo", "saldo de mi préstamo 26"]):
        (said,) = ask(words)
        assert "1990" in said and said_of(made) == []


def test_who_may_tell_it_is_asked_before_they_log_in(made, ask, clara):
    out_of_session()
    answered(ask, made, clara, "¿Dónde fue?")
    set_status(ticket=fresh(made), status="waiting", by=clara)
    words = "era mi estado de cuenta de marzo"
    (said,) = ask(words)
    assert f"*{made.number}*?" in said and said_of(made) == []
    ask("sí")
    assert said_of(made) == [words] and fresh(made).status == "open"


def test_who_asks_of_what_was_is_not_asked_about_it(made, ask, clara, each):
    out_of_session()
    answered(ask, made, clara, "¿Dónde fue?")
    set_status(ticket=fresh(made), status="waiting", by=clara)
    asked_of = [
        "cuánto fue mi última cuota",
        "mi préstamo fue de 1000, cuánto falta",
        "la casa que era de 180 mil sigue disponible",
    ]
    for words in each(asked_of):
        assert made.number not in str(ask(words))


# --- Resolved ----------------------------------------------------------------------------------

STILL = [
    "sigo con el mismo problema", "el problema continúa", "esto no se solucionó",
    "me siguen cobrando doble", "quiero reabrir mi ticket", "no está resuelto, sigue igual",
    "aún no me han devuelto nada", "sigue igual", "el error persiste", "sigue mal",
    "sigue sin funcionar", "otra vez me cobraron doble", "gracias, pero no está resuelto",
    "no me han solucionado el problema, gracias", "sigue fallando",
]  # fmt: skip


def test_that_it_goes_on_opens_what_was_just_resolved(done, ask, each):
    for words in each(STILL):
        (said,) = ask(words)
        assert done.number in said and "otra vez" in said and said_of(done) == [words]
        assert fresh(done).status == "open" and Ticket.objects.count() == 1


def test_what_may_say_so_is_asked_of(done, ask, each):
    asked_of = [
        "eso no es cierto", "mal", "no me han devuelto nada", "no hicieron nada", BESIDE,
        "no está bien", "sigo esperando el pdf", "me siguen llegando mensajes",
        "otra vez gracias, problema resuelto", "no hay problema, de nuevo gracias",
        "mi hermano sigue interesado", "sigue en pie lo de mañana?", "aún no me han cobrado",
        "gracias pero sigue igual",
    ]  # fmt: skip
    for words in each(asked_of):
        (said,) = ask(words)
        assert f"*{done.number}*?" in said and fresh(done).is_done
        ask("sí")
        assert said_of(done) == [words] and fresh(done).status == "open"


def test_a_complaint_may_be_another_one(done, ask, each):
    ask("no me han devuelto nada")
    (yes, _title), (new, _words) = ask.options
    assert yes.startswith("ticket_about:")
    for typed in each(["", "no"]):
        (said,) = ask(typed) if typed else ask.tap(new)
        assert "Asunto: *no me han devuelto nada*" in said
        ask("Pedí la devolución en marzo")
        assert Ticket.objects.latest("pk").subject == "no me han devuelto nada"
        assert fresh(done).is_done and said_of(done) == []


def test_who_is_content_opens_nothing(done, ask, each):
    for words in each(["gracias", "todo bien", "ok", "no gracias", "mis préstamos"]):
        said = ask(words)
        assert fresh(done).is_done and done.number not in str(said)


def test_later_they_are_asked_whether_it_is_about_it(done, ask):
    ask("menú")
    (said,) = ask("me siguen cobrando doble")
    assert f"*{done.number}*?" in said and fresh(done).is_done


def test_of_what_is_open_it_asks_how_it_stands(made, ask):
    (said,) = ask("todavía no responden mi reclamo")
    assert said.startswith(f"*{made.number}*") and said_of(made) == []


def test_without_a_session_their_words_are_not_lost(done, ask):
    out_of_session()
    (said,) = ask("sigue igual, no me devolvieron")
    assert done.number in said and fresh(done).status == "open"
    assert said_of(done) == ["sigue igual, no me devolvieron"]


def test_nor_are_those_of_who_is_no_partner(prospects, stranger, clara):
    resolve(ticket=prospects, by=clara)
    work_off()
    (said,) = stranger("sigue igual el ruido")
    assert prospects.number in said and fresh(prospects).status == "open"
    stranger("menú")
    (said,) = stranger("el ruido es de noche")
    assert f"*{prospects.number}*?" in said and not Lead.objects.exists()


def test_who_marks_it_low_and_says_it_is_resolved_is_content(done, ask):
    ask.tap(f"ticket_rating:{done.pk}.1")
    ask("aún no está resuelto")
    assert ask.dialog.step == "more"
    ask("cancelar")
    ask.tap(f"ticket_rating:{done.pk}.1")
    (said,) = ask("ya está resuelto, gracias")
    assert not ask.dialog.name and fresh(done).is_done and said_of(done) == [], said


# --- Taken back --------------------------------------------------------------------------------


def test_who_takes_it_back_is_asked_of_and_heard(made, ask):
    Ticket.objects.update(conversation=None, changed_at=timezone.now() - timedelta(days=30))
    takes = ("quiero cancelar mi ticket", "cierra mi reclamo, ya no hace falta", "cancelar ticket")
    for words in takes:
        (said,) = ask(words)
        assert f"*{made.number}*?" in said, words
        ask.tap(ask.options[0][0])
    assert tuple(said_of(made)) == takes


# --- In several messages -----------------------------------------------------------------------


def test_one_yes_is_of_all_that_was_asked_about(made, ask, each):
    offered = []
    row = ["la app", "no abre", "desde ayer en la noche", "en mi celular"]
    for words in row:
        ask(words)
        offered.append(ask.options[0][0])
    # A provider's whole seconds: in its first one a conversation is looked at more closely.
    Conversation.objects.update(created_at=timezone.now() - timedelta(days=1))
    for answer in each(["sí", offered[0], offered[-1]]):
        (said,) = ask(answer) if answer == "sí" else ask.tap(answer)
        assert made.number in said and said_of(made) == row
        assert len(ask.queries) <= MOST_QUERIES


def test_what_was_asked_about_before_something_else_is_not_added(made, ask):
    ask("la app")
    ask("menú")
    ask("desde ayer en la noche")
    ask.tap(ask.options[0][0])
    assert said_of(made) == ["desde ayer en la noche"]


def test_a_yes_after_something_else_asks_of_it_again(made, ask, each):
    row = ["la app", "desde ayer en la noche"]
    for words in row:
        ask(words)
    for between in each(["hola", "¿cuánto debo?"]):
        ask(between)
        (said,) = ask("sí")
        assert f"*{made.number}*?" in said and said_of(made) == []
        ask("sí, los dos")
        assert said_of(made) == row


def test_nor_does_a_log_in_lose_what_was_asked_about(done, ask):
    out_of_session()
    ask("no me han devuelto nada")
    ask("12345678 1990")
    ask("sí")
    ask("sí")
    assert said_of(done) == ["no me han devuelto nada"]


# --- By its number -----------------------------------------------------------------------------


def test_a_number_is_that_ticket(made, ask, ana):
    open_ticket(contact=ana.contact, partner=ana, subject="Otro", description="Más")
    number = made.number
    for words in (number, f"ticket {number}", f"cómo va mi reclamo {number}", f"t{made.pk}"):
        (said,) = ask(words)
        assert said.startswith(f"*{number}*"), words


def test_of_a_part_it_is_said_what_it_is_a_part_of(made, ask, ana, clara):
    part = open_ticket(contact=ana.contact, partner=ana, subject="Otro", description="Más")
    merge(ticket=part, into=fresh(made), by=clara)
    (said,) = ask(f"ticket {part.number}")
    assert part.number in said and f"*{made.number}*" in said


def test_a_number_of_nobodys_or_anothers_is_not_found(made, other):
    assert other(made.number) == other("T-999999") == ["No encontré ese ticket."]


# --- Come to read ------------------------------------------------------------------------------


def test_who_logs_in_as_they_were_told_reads_the_answer(made, ask, ana, clara):
    open_ticket(contact=ana.contact, partner=ana, subject="Otro", description="Más")
    out_of_session()
    answered(ask, made, clara)
    welcome, said = ask("12345678 1990")
    assert "Ana" in welcome and ANSWER in said and len(ask.queries) <= MOST_QUERIES
    out_of_session()
    (welcome,) = ask("12345678 1990")
    assert ANSWER not in welcome


def test_who_taps_on_the_notice_reads_it_once_they_are_in(made, ask, ana, clara):
    open_ticket(contact=ana.contact, partner=ana, subject="Otro", description="Más")
    out_of_session()
    answered(ask, made, clara)
    ask.tap(f"ticket:{made.pk}")
    _welcome, said = ask("12345678 1990")
    assert ANSWER in said
