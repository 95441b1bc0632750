"""A ticket is made once, numbered, and given to whoever has the fewest."""

import pytest

from crm.errors import DeskError
from partners.tests.conftest import make_loan
from tickets.models import Ticket
from tickets.opening import open_ticket
from tickets.tests.conftest import make_partner


def make(partner, subject="Problema con pago", **more):
    return open_ticket(
        contact=partner.contact,
        partner=partner,
        subject=subject,
        description="No puedo pagar mi cuota",
        **more,
    )


def test_a_ticket_has_a_number_a_time_and_somebody_who_sees_to_it(ana, clara):
    made = make(ana)
    made.refresh_from_db()
    assert made.number == f"T-{made.pk:06d}"
    assert (made.status, made.priority, made.assignee) == ("new", 3, clara)
    assert made.agency == ana.agency
    assert made.created_at < made.response_due_at < made.resolution_due_at


def test_who_enters_one_at_the_desk_is_noted(ana, clara, dora):
    made = make(ana, by=dora, assignee=clara)
    assert [(c.field, c.actor) for c in made.changes.all()] == [("created", dora)]
    assert not make(ana).changes.exists()


def test_tickets_go_round_among_the_officers_of_the_agency(ana, clara, dora, emilio, greta):
    given = [make(ana).assignee for _ in range(4)]
    assert sorted(one.pk for one in given) == sorted([clara.pk, clara.pk, dora.pk, dora.pk])


def test_who_has_fewer_open_ones_gets_it(ana, clara, dora):
    make(ana, assignee=clara)
    make(ana, assignee=clara)
    make(ana, assignee=dora)
    assert make(ana).assignee == dora
    Ticket.objects.filter(assignee=clara).update(status="resolved")
    assert make(ana).assignee == clara


def test_who_is_gone_gets_none(ana, clara, dora):
    clara.is_active = False
    clara.save()
    assert make(ana).assignee == dora


def test_an_agency_without_officers_takes_one_of_another(ana, emilio):
    assert make(ana).assignee == emilio


def test_with_no_officer_at_all_it_is_nobodys(ana, greta):
    assert make(ana).assignee is None


def test_a_prospect_is_served_too(paula, clara):
    made = open_ticket(contact=paula, subject="Visita", description="Nadie llegó a la casa")
    assert made.partner is None and made.assignee == clara and made.category == "property"


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("Tengo un reclamo por mi saldo", "complaint"),
        ("Problema con PAGO", "payment"),
        ("mi cuota está mal", "loan"),
        ("Cambié de teléfono", "data"),
        ("nadie vino a la visita", "property"),
        ("otra cosa", "other"),
    ],
)
def test_the_category_is_guessed_from_the_words(ana, words, category):
    assert open_ticket(
        contact=ana.contact, partner=ana, subject=words, description="."
    ).category == category  # fmt: skip


@pytest.mark.parametrize(("subject", "text"), [("", "algo"), ("  ", "algo"), ("algo", " \x00 ")])
def test_without_words_there_is_none(ana, subject, text):
    with pytest.raises(DeskError):
        open_ticket(contact=ana.contact, subject=subject, description=text)
    assert not Ticket.objects.exists()


def test_anothers_loan_is_refused(ana, product):
    other = make_partner("Otro Ficticio", "40000002", "S-002")
    with pytest.raises(DeskError):
        make(ana, loan=make_loan(other, product))


def test_the_same_message_makes_one(ticket, ana):
    message = ticket.conversation.messages.create(
        channel=ticket.conversation.channel,
        direction="in",
        author="person",
        state="received",
        shown_at=ticket.created_at,
        text="No puedo pagar",
    )
    first = make(ana, origin=message)
    assert make(ana, origin=message) == first
    assert Ticket.objects.filter(origin=message).count() == 1


@pytest.mark.usefixtures("in_english")
def test_the_page_says_whether_its_writer_proved_who_they_are(ticket, ana, clara, browser):
    for proven in (False, True):
        message = ticket.conversation.messages.create(
            channel=ticket.conversation.channel,
            direction="in",
            author="person",
            state="received",
            shown_at=ticket.created_at,
            text="No puedo pagar",
            is_private=proven,
        )
        made = make(ana, origin=message, is_private=True)
        page = browser(clara).get(made.get_absolute_url()).content.decode()
        assert ("without logging in" in page) is not proven
