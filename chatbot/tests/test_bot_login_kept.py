"""What is kept of a log-in by chat, and of what is said beside it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.models import Dialog, InboundEvent, LoginRequest
from chatbot.tests import login_desk
from chatbot.tests.graph_stub import message_body
from chatbot.tests.login_desk import STRANGER, newest_request, talk_of
from chatbot.tests.login_spellings import SPELLINGS
from chatbot.tests.partners_known import NOBODYS, PHONE, RIGHT, WRONG_YEAR
from chatbot.work import work_off
from crm.conversations import ownership
from crm.conversations.models import Message
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]
partner = login_desk.partner
hears = login_desk.hears
from_outside = login_desk.from_outside


@pytest.mark.parametrize("text", [*SPELLINGS, WRONG_YEAR, NOBODYS])
@pytest.mark.parametrize("sender", [PHONE, STRANGER])
def test_no_document_and_no_year_is_kept(partner, hears, text, sender):
    hears(text, sender=sender)
    message = Message.objects.filter(direction="in").get()
    talk = talk_of(sender)
    (event,) = InboundEvent.objects.exclude(kind="status")
    digits = [word for word in ("12345678", "1990", "1991", "45612378", "345.678") if word in text]
    for kept in (message.text, message.raw, event.payload):
        assert not any(word in kept for word in digits), kept
    assert talk.last_text != text
    assert event.state == "done" and "•" in message.text
    assert not Lead.objects.exists()


def test_a_log_in_makes_no_lead_and_keeps_no_secret_in_an_old_one(partner, from_outside):
    from_outside("Hola, quiero ver el departamento")
    lead = Lead.objects.get()
    from_outside(RIGHT)
    lead.refresh_from_db()
    assert "12345678" not in repr(vars(lead)) and Lead.objects.count() == 1


def test_a_lead_of_an_advertisement_keeps_no_secret_either(partner, post):
    text = {"type": "text", "text": {"body": RIGHT}, "id": "wamid.AD1"}
    came_by = {"referral": {"source_type": "ad", "source_id": "120", "headline": "Casas"}}
    post(message_body(text | came_by, sender=STRANGER))
    work_off()
    assert "12345678" not in repr(vars(Lead.objects.get()))


def test_what_is_corrected_is_masked_as_well(partner, post, from_outside):
    from_outside(WRONG_YEAR)
    known = Message.objects.get(direction="in").provider_id
    edit = {
        "type": "edit",
        "id": "wamid.E1",
        "edit": {
            "original_message_id": known,
            "message": {"type": "text", "text": {"body": RIGHT}},
        },
    }
    post(message_body(edit, sender=STRANGER))
    work_off()
    message = Message.objects.get(direction="in")
    kept = [message.text, *message.revisions.values_list("text", flat=True)]
    kept += InboundEvent.objects.values_list("payload", flat=True)
    assert not any("12345678" in one for one in kept)


def stored(text):
    """Whether it stands in the last message and in its stored event."""
    message = Message.objects.filter(direction="in").latest("pk")
    event = InboundEvent.objects.exclude(kind="status").latest("pk")
    return [text in message.text, text in repr(json.loads(event.payload))]


def test_what_is_asked_for_beside_the_log_in_is_kept(partner, from_outside):
    from_outside("mi deuda")
    said = "busco un depa de 3 dormitorios en Miraflores hasta 200000"
    from_outside(said)
    assert stored(said) == [True, True]
    assert Lead.objects.get().last_text == said


def test_a_year_of_something_else_is_kept_beside_the_log_in(partner, from_outside, each):
    from_outside("mi deuda")
    rows = [
        ("me cobraron mal desde 2010", "2010", True),
        ("busco una casa construida en 1995", "1995", True),
        ("quiero ver la casa de 1995", "1995", True),
        ("me cobraron mal, soy del 4to piso", "4to piso", True),
        ("1990, me cobraron mal", "1990", False),
        ("me cobraron mal, nací en 1990", "1990", False),
        ("me cobraron mal (17/05/1990)", "17/05", False),
        ("tengo un problema, soy del año 85", "año 85", False),
    ]
    for said, part, stays in each(rows):
        from_outside(said)
        assert stored(part) == [stays] * 2


def test_what_may_answer_the_log_in_is_not_kept(partner, from_outside, each):
    from_outside("mi deuda")
    for text in each(["mi dni es 12345678 y quiero ver mi deuda", "12345678", "40 02"]):
        from_outside(text)
        assert stored(text) == [False, False]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("nací en 1990 y quiero mi estado de cuenta", "nací en •••• y quiero mi estado de cuenta"),
        ("17/05/1990 y quiero mi saldo", "••/••/•••• y quiero mi saldo"),
        ("12345678, dni. Quiero mi saldo", "••••••••, dni. Quiero mi saldo"),
        ("mi saldo, id 12345", "mi saldo, id 12345"),
    ],
)
def test_when_they_were_born_is_nowhere_kept_beside_what_is_wanted(
    partner, from_outside, text, kept
):
    from_outside(text)
    assert Message.objects.filter(direction="in").get().text == kept
    from_outside(RIGHT)
    digits = ("1990", "12345678") if "•" in kept else ()
    said = Message.objects.filter(direction="in")  # we give an example
    for rows in (said, InboundEvent.objects, Dialog.objects, LoginRequest.objects):
        assert not any(one in repr(list(rows.values())) for one in digits)
    assert newest_request().wanted == {"then": "account_statement"}


def test_numbers_of_who_is_in_and_old_days_of_a_complaint_stay(partner, hears, from_outside):
    for said in ("crear ticket", "mi contrato del 12/03/2005 dice otra cosa"):
        from_outside(said)
    assert stored("12/03/2005")[0]
    hears(RIGHT)
    for said in ("crear ticket", "No reconocen mi pago", "00123456"):
        hears(said)
    assert stored("00123456") == [True, True]


def test_a_code_among_words_is_not_kept(partner, from_outside):
    from_outside(RIGHT)
    from_outside("mi código es 482913, quiero ver mi deuda")
    assert stored("482913") == [False, False]


def test_what_is_told_a_person_is_kept_but_for_a_document_with_its_year(
    partner, from_outside, colleague
):
    from_outside("mi deuda")
    ownership.claim(conversation=talk_of(STRANGER), user=colleague)
    for said in ("llámame al 987 111 222, vivo en Av. Larco 345", "mi DNI es 12345678"):
        from_outside(said)
        # They read it in the message; with what came in nobody needs it.
        assert stored(said) == [True, "DNI" not in said]
    for said in (RIGHT, "mi celular es 987111222, dni 12345678, 1990"):
        from_outside(said)
        assert stored("12345678") == [False, False]


def test_what_nobody_asks_for_any_more_is_kept(partner, from_outside):
    from_outside("mi deuda")
    Dialog.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    from_outside("llámame al 987 111 222, vivo en Av. Larco 345")
    assert stored("987 111 222") == [True, True]


@pytest.mark.parametrize(
    "asked",
    [
        "¿Sigue en venta el departamento de 120 m2 en 250000 soles?",
        "presupuesto:\n850\n1500\n2000",
        "cuenta 191-12345678-0-12 BCP, titular Ana, 2026",
    ],
)
def test_numbers_in_other_messages_stay(partner, from_outside, asked):
    from_outside(asked)
    assert Message.objects.get(direction="in").text == asked
