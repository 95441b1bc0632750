"""No message asks much of the database, from the stored event to the queued answer, whoever writes
it: a stranger, a prospect, somebody who logs in, a partner."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chatbot.models import Dialog
from chatbot.tests import desk, queries_known
from chatbot.tests.queries_known import fresh, many, picture, tap
from chatbot.tests.self_service import MOST_QUERIES, jpeg
from chatbot.work import work_off
from crm.conversations import ownership
from tickets.answering import reply
from tickets.files import stored
from tickets.models import Ticket
from tickets.opening import open_ticket
from tickets.standing import resolve, set_status

pytestmark = [pytest.mark.django_db, queries_known.counted]
office, somebody = queries_known.office, queries_known.somebody
a_partner, inside = queries_known.a_partner, queries_known.inside
OWN = (
    "mis datos",
    "hola, quiero mi estado de cuenta",
    "mis préstamos",
    "detalle de préstamo 5",
    "cuándo pago mi próxima cuota",
    "¿puedo cancelar todo mi préstamo?",
    "ya pagué 250.50 ayer",
    "mis tickets",
)
ANYBODYS = (
    "Hola",
    "ayuda",
    "quiero identificarme",
    "dónde puedo pagar",
    "crear ticket",
    "tengo un reclamo por mi saldo, no coincide con lo pagado",
    "quiero hablar con un asesor",
    "esto es una estafa, los voy a denunciar a Indecopi",
    "no me manden más mensajes",
    "quiero volver a recibir mensajes",
    "sí",
    "no",
    "cancelar",
    "gracias",
    "adiós",
    "cerrar sesión",
    "el perro de mi vecina ladra mucho",
    "45612378 1990",
)
PROPERTIES = (
    "me interesa una propiedad",
    "Hola, me interesa la propiedad Villa Marina",
    "busco casa en Miraflores hasta 200k con 3 dormitorios",
    "busco una casa en Miraflores de 9 dormitorios hasta 50 mil",
    "busco un local en Tumbes de 9 dormitorios hasta 50 mil",
    "¿sigue disponible Torre Sol?",
    "quiero agendar una visita",
    "quiero agendar una visita a Villa Marina",
    "quiero visitar Villa Marina el lunes en la tarde",
    "quiero visitar Los Álamos",
)
AD = {"referral": {"source_id": "1", "source_type": "ad", "headline": "x", "ctwa_clid": "y"}}
UNKNOWN = "el perro de mi vecina ladra mucho"
RECEIPT = "Monto: 500\nFecha: 2025-01-15"


# --- Strangers and prospects -----------------------------------------------------------------


@pytest.mark.parametrize("words", [OWN, ANYBODYS, PROPERTIES], ids=["own", "anybodys", "houses"])
def test_a_strangers_first_message(somebody, words):
    found = [many(somebody(), one) for one in words]
    assert not any(found), found


def test_a_strangers_first_message_that_is_no_text(somebody):
    place = {"type": "location", "location": {"latitude": 1, "longitude": 2}}
    clicked = {"type": "text", "text": {"body": "quiero visitar Villa Marina"}, **AD}
    for bring in (
        lambda chat: chat.picture(jpeg()),
        lambda chat: chat.picture(jpeg(), "me interesa Villa Marina"),
        lambda chat: chat.picture(None, kind="audio", mime="audio/ogg"),
        lambda chat: chat.element(place),
        lambda chat: chat.element(clicked),
    ):
        bring(chat := somebody())
        assert len(chat.queries) <= MOST_QUERIES


def test_what_a_prospect_writes(somebody):
    chat = somebody()
    chat("Hola, me interesa Villa Marina")
    for words in (*PROPERTIES, *ANYBODYS, OWN[0]):
        ownership.leave_to_bot(conversation=chat.talk)
        Dialog.objects.update(name="", step="")
        assert many(chat, words) == {}


def test_three_misunderstandings(somebody):
    assert many(somebody(), *[UNKNOWN] * 3, "¿hola?") == {}
    assert many(somebody(), "info de Villa Marina", *[UNKNOWN] * 3) == {}


def test_a_prospects_ticket(somebody):
    chat = somebody()
    assert many(chat, "tengo un problema", "Visita", "Nadie llegó", "mis tickets") == {}


# --- Logging in ------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", [*OWN, "crear ticket", "quiero identificarme"])
def test_a_log_in_serves_what_was_asked_before(a_partner, wish):
    chat, _partner, data = a_partner()
    assert many(chat, wish, data, "cerrar sesión") == {}


@pytest.mark.parametrize("loans", [1, 2])
def test_a_log_in_takes_the_picture_sent_before(a_partner, loans):
    chat, _partner, data = a_partner(loans)
    assert many(chat, picture(chat, RECEIPT), "sí", data, "sí") == {}


def test_a_log_in_in_the_middle_of_a_ticket(a_partner):
    chat, _partner, data = a_partner()
    assert many(chat, "crear ticket", "Problema", data, picture(chat, "No puedo pagar")) == {}


@pytest.mark.parametrize("tickets", [1, 3])
def test_a_log_in_reads_an_answer(a_partner, office, tickets):
    chat, partner, data = a_partner()
    chat("Hola")
    for number in range(tickets):
        ticket = open_ticket(
            contact=partner.contact, partner=partner, subject=f"{number}", description="x",
            is_private=True,
        )  # fmt: skip
    with stored([SimpleUploadedFile("p.jpg", jpeg())]) as files:
        reply(ticket=fresh(ticket), by=ticket.assignee, text="Listo", files=files)
    assert many(chat, "mis tickets", data, lambda: chat.tap(f"ticket:{ticket.pk}")) == {}


def test_first_of_all_and_in_vain(a_partner):
    chat, _partner, data = a_partner()
    assert many(chat, data, data, "cerrar sesión", "12345678 1991", data) == {}
    chat, _partner, data = a_partner()
    assert many(chat, *["12345678 1991"] * 6, data) == {}


@pytest.mark.parametrize("check", ["code", "officer", "off"])
def test_from_another_phone(a_partner, somebody, settings, check):
    settings.PARTNER_PHONE_CHECK = check
    chat, (_own, _partner, data) = somebody(), a_partner()
    assert many(chat, data, data, *["123456"] * 3, data, "45612378 1990") == {}


# --- Partners --------------------------------------------------------------------------------


def test_what_a_partner_writes(inside):
    chat, partner = inside
    for words in (*OWN, *ANYBODYS, *PROPERTIES):
        ownership.leave_to_bot(conversation=chat.talk)
        Dialog.objects.update(name="", step="")
        assert many(chat, words) == {}
        if "cerrar" in words:
            chat.log_in(partner)


def test_loans_and_the_statement_as_a_document(inside):
    chat, _partner = inside
    assert many(chat, "estado de cuenta", *[lambda: chat.tap("statement:pdf")] * 2) == {}
    assert many(chat, "mis préstamos", "el segundo", "préstamo", "2", "préstamo 99") == {}


def test_every_step_of_a_receipt(inside):
    chat, _partner = inside
    steps = ["comprobante", picture(chat), "450", "ayer", "el segundo", "no", "monto", "500", "sí"]
    assert many(chat, *steps) == {}
    chat.jobs()
    steps = [picture(chat, RECEIPT, "red"), "1", "no", "cancelar"]
    assert many(chat, *steps, lambda: chat.picture(b"GIF89a", mime="image/gif")) == {}


def test_every_step_of_a_ticket(inside):
    chat, _partner = inside
    assert many(chat, "crear ticket", "Problema", picture(chat, "No puedo pagar")) == {}
    chat.jobs()
    ticket = Ticket.objects.get()
    clara = ticket.assignee
    add, more = (
        lambda kind=kind: chat.tap(f"ticket_{kind}:{ticket.pk}") for kind in ("picture", "more")
    )
    assert many(chat, add, picture(chat, "esta", "red"), more, "Fue el martes") == {}
    for answer in ("el martes, en la agencia", picture(chat, "aquí está", "green"), "sí"):
        with stored([SimpleUploadedFile("p.jpg", jpeg())]) as files:
            reply(ticket=fresh(ticket), by=clara, text="¿Qué día?", files=files)
        set_status(ticket=fresh(ticket), status="waiting", by=clara)
        assert many(chat, answer, "mis tickets") == {}
        chat.jobs()


def test_a_ticket_that_is_done(inside):
    chat, _partner = inside
    for words in ("crear ticket", "Problema", "No puedo pagar"):
        chat(words)
    ticket = Ticket.objects.get()

    def again():
        return chat.tap(f"ticket_reopen:{ticket.pk}")

    def rate():
        return chat.tap(f"ticket_rating:{ticket.pk}.1")

    resolve(ticket=fresh(ticket), by=ticket.assignee)
    assert many(chat, rate, again, "Sigue igual") == {}
    resolve(ticket=fresh(ticket), by=ticket.assignee)
    work_off()
    assert many(chat, UNKNOWN, tap(chat)) == {}
    resolve(ticket=fresh(ticket), by=ticket.assignee)
    old = timezone.now() - timedelta(days=9)
    Ticket.objects.update(resolved_at=old, closed_at=old, changed_at=old)
    assert many(chat, again, picture(chat, "Sigue igual")) == {}


@pytest.mark.parametrize("way", ["written", "picture", "more", "about", "overheard"])
def test_a_ticket_goes_over_to_the_partner(inside, way):
    """An agent had it; from then on an officer, and its time goes on."""
    chat, partner = inside
    alice, clara = desk.person("agent", username="alice"), desk.person("officer", username="clo")
    ticket = open_ticket(
        contact=partner.contact, conversation=chat.talk, subject="Visita",
        description="Nadie vino", assignee=alice,
    )  # fmt: skip
    reply(ticket=fresh(ticket), by=clara, text="¿Qué día?")
    if way != "about":
        set_status(ticket=fresh(ticket), status="waiting", by=clara)
    if way == "overheard":
        ownership.claim(conversation=chat.talk, user=clara)
    steps = {
        "written": [UNKNOWN],
        "picture": [lambda: chat.tap(f"ticket_picture:{ticket.pk}"), picture(chat, "mira")],
        "more": [lambda: chat.tap(f"ticket_more:{ticket.pk}"), "el lunes"],
        "about": [UNKNOWN, tap(chat)],
        "overheard": [lambda: chat.tap(f"ticket_reopen:{ticket.pk}")],
    }
    assert many(chat, *steps[way]) == {}
    assert fresh(ticket).partner == partner and fresh(ticket).assignee not in (None, alice)
