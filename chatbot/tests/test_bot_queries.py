"""No message asks much of the database, from the stored event to the queued answer, whoever writes
it: a stranger, a prospect, somebody who logs in, a partner."""

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chatbot.models import Dialog
from chatbot.tests import desk
from chatbot.tests.composing import PNG
from chatbot.tests.self_service import MOST_QUERIES, Chat, jpeg, make_loan, make_partner
from chatbot.work import work_off
from crm.catalog.models import Photo, Property
from crm.conversations import ownership
from crm.conversations.models import Conversation
from crm.people.hours import SpecialDay
from crm.people.models import Agency
from partners.models import PaymentOption
from tickets.answering import reply
from tickets.files import stored
from tickets.models import Ticket
from tickets.opening import open_ticket
from tickets.standing import resolve, set_status

pytestmark = pytest.mark.django_db

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
numbers = itertools.count(51922000001)


@pytest.fixture
def office(channel):
    """A business as it is: agencies, officers, an agent's property with a photo, a special day."""
    lima = Agency.objects.create(name="Agencia Lima")
    Agency.objects.create(name="Otra")
    for name in ("clara", "dora", "emilio"):
        desk.person("officer", username=name, agency=lima)
    maria = desk.person("agent", first_name="María", agency=lima)
    villa = Property.objects.create(
        code="VM-01", title="Villa Marina", operation="sale", district="Miraflores", city="Lima",
        address="Malecón 100", bedrooms=3, price=Decimal(180_000), latitude=Decimal("-12.12"),
        longitude=Decimal("-77.03"), responsible=maria,
    )  # fmt: skip
    Photo.objects.create(property=villa, image=ContentFile(PNG, "casa.png"))
    Property.objects.create(code="AL-02", title="Los Álamos", district="Surco", price=900)
    Property.objects.create(code="TS-03", title="Torre Sol", operation="sale", status="closed")
    day = timezone.localdate() + timedelta(days=40)
    SpecialDay.objects.create(name="Feria", first=day, last=day)
    PaymentOption.objects.create(kind="yape", name="Yape", number="+51911000001")
    return lima


@pytest.fixture
def somebody(post, graph, office, django_capture_on_commit_callbacks):
    """somebody() -> who has not written yet."""
    return lambda: Chat(post, graph, django_capture_on_commit_callbacks, str(next(numbers)))


@pytest.fixture
def a_partner(somebody, office, product):
    """a_partner() -> who has not written yet, the partner they are, and what lets them in."""

    def made(loans=2):
        chat = somebody()
        partner = make_partner(document=chat.sender[-8:], phone=chat.sender, agency=office)
        for number in range(loans):
            make_loan(partner, product, f"P-{partner.pk:03}{number + 5}")
        return chat, partner, f"DNI {chat.sender[-8:]} 1990"

    return made


@pytest.fixture
def inside(a_partner):
    """One who is logged in, and wrote before today."""
    chat, partner, _data = a_partner()
    chat.log_in(partner)
    return chat, partner


def many(chat, *steps):
    """Of these messages, one after the other, those that ask too much: {step: queries}."""
    asked = {}
    for number, step in enumerate(steps, 1):
        # A provider's whole seconds: in its first one a conversation is looked at more closely.
        Conversation.objects.update(created_at=timezone.now() - timedelta(days=1))
        chat(step) if isinstance(step, str) else step()
        asked[number, str(step)] = len(chat.queries)
    return {step: count for step, count in asked.items() if count > MOST_QUERIES}


def tap(chat, place=0):
    return lambda: chat.tap(chat.options[place][0])


def picture(chat, caption="", color="white"):
    return lambda: chat.picture(jpeg(color), caption)


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


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


def test_every_step_of_a_visit(somebody):
    chat = somebody()
    steps = ["busco casa en Miraflores", "1", tap(chat), tap(chat), "Rosa Ficticia, rosa@x.pe"]
    assert many(chat, *steps, "quiero hablar con un asesor") == {}
    chat = somebody()
    steps = ["quiero agendar una visita", "Villa Marina", tap(chat, -1), "el lunes temprano"]
    assert many(chat, *steps) == {}
    chat = somebody()
    assert many(chat, "quiero visitar Los Álamos", "el lunes a las 10", "no") == {}


AT_TEN = f"el {timezone.localdate() + timedelta(40):%d/%m/%Y} a las 10"  # nobody is there then


@pytest.mark.parametrize(
    "steps",
    [
        [f"quiero visitar Villa Marina {AT_TEN}", "quiero visitar Villa Marina", AT_TEN],
        ["quiero visitar Villa Marina", "el domingo a las 10", "ayer a las 10", "no puedo mañana"],
        ["Hola", f"quiero visitar Villa Marina {AT_TEN}"],
        ["info de Villa Marina", AT_TEN],
        ["info de Villa Marina", "el jueves a las 10"],
        ["info de Villa Marina", "me interesa", "sí", "hoy"],
        ["info de Villa Marina", "mejor el jueves a las 10", "mejor a las 11"],
        ["info de Villa Marina", "mañana a las 11"],
        [f"quiero visitar Los Álamos {AT_TEN}", "info de Villa Marina", "mejor el jueves a las 10"],
        ["quiero visitar Villa Marina el jueves a las 10", "no podré ir, me enfermé", "sí"],
    ],
)
def test_a_visit_at_an_hour_they_name(somebody, steps):
    assert many(somebody(), *steps) == {}


@pytest.mark.parametrize(
    "change",
    [
        "quiero cambiar mi visita al miércoles a las 11",
        "quiero cambiar mi visita al domingo a las 11",
        "mejor el jueves a las 3",
        "mejor el domingo",
        "no puedo ir, mejor el jueves a las 3",
        "quiero cancelar mi visita",
    ],
)
@pytest.mark.parametrize("place", ["Villa Marina", "Los Álamos"])
def test_a_visit_that_is_moved(somebody, place, change):
    """Or a wish, where nobody looks after it."""
    assert many(somebody(), f"quiero visitar {place} el martes a las 10", change) == {}


@pytest.mark.parametrize(
    "words",
    ["I want to visit Villa Marina on tuesday at 10", "quero visitar Villa Marina na terça às 10h"],
)
def test_a_first_visit_in_other_languages(somebody, words):
    assert many(somebody(), words) == {}


@pytest.mark.parametrize(
    "hour", ["el jueves a las 10", AT_TEN, "quiero visitar Villa Marina el jueves a las 10"]
)
def test_a_caption_with_a_time(somebody, hour):
    chat = somebody()
    assert many(chat, "info de Villa Marina", picture(chat, hour)) == {}
    chat = somebody()
    assert many(chat, picture(chat, hour)) == {}


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
