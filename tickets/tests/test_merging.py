"""Two tickets that are one: who reads it then, what is still to be done, and the way back."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from crm.conversations.models import Attachment, Message
from crm.errors import DeskError
from tickets import deadlines
from tickets.answering import reply
from tickets.hearing import hear
from tickets.merging import merge, unmerge
from tickets.models import Ticket, TicketChange
from tickets.opening import open_ticket
from tickets.standing import close, resolve, set_status
from tickets.tests.conftest import make_partner
from tickets.triage import assign

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def public(ticket):
    """Of the same person, made without a session."""
    return open_ticket(
        contact=ticket.contact, conversation=ticket.conversation, subject="Visita", description="…"
    )


def test_what_a_private_ticket_becomes_a_part_of_is_private(ticket, public, ana, clara, alice):
    ana.contact.owner = alice
    ana.contact.save()
    assert public in Ticket.objects.visible_to(alice)
    merge(ticket=ticket, into=public, by=clara)
    whole = fresh(public)
    assert (whole.is_private, whole.partner) == (True, ana)
    assert whole not in Ticket.objects.visible_to(alice)
    assert reply(ticket=whole, by=clara, text="Debes S/ 250.00").is_veiled


def test_the_way_back_opens_it_again_where_nothing_was_said(ticket, public, clara):
    merge(ticket=ticket, into=public, by=clara)
    unmerge(ticket=ticket, by=clara)
    assert (fresh(public).is_private, fresh(public).partner) == (False, None)
    merge(ticket=fresh(ticket), into=fresh(public), by=clara)
    reply(ticket=fresh(public), by=clara, text="Debes S/ 250.00")
    unmerge(ticket=fresh(ticket), by=clara)
    assert fresh(public).is_private


def test_it_stays_private_while_another_part_is(ticket, public, ana, clara):
    other = open_ticket(
        contact=ana.contact, partner=ana, subject="Otra", description="Más", is_private=True
    )
    for part in (ticket, other):
        merge(ticket=part, into=fresh(public), by=clara)
    unmerge(ticket=ticket, by=clara)
    assert fresh(public).is_private


@pytest.mark.usefixtures("in_english")
def test_tickets_of_two_partners_stay_two(ticket, public, clara):
    Ticket.objects.filter(pk=public.pk).update(
        partner=make_partner("Otro Ficticio", "40000002", "S-002")
    )
    with pytest.raises(DeskError, match="partners"):
        merge(ticket=ticket, into=fresh(public), by=clara)


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("anas", [False, True], ids=["nobodys", "made while she was none"])
def test_no_partners_ticket_becomes_part_of_what_an_agent_has(ticket, public, clara, alice, anas):
    if anas:
        Ticket.objects.filter(pk=public.pk).update(partner=ticket.partner)
    assign(ticket=public, to=alice, by=clara)
    with pytest.raises(DeskError, match="Alicia"):
        merge(ticket=ticket, into=fresh(public), by=clara)


@pytest.mark.parametrize("verb", [resolve, close])
def test_what_is_open_is_no_part_of_what_is_done(ticket, public, browser, clara, verb):
    verb(ticket=public, by=clara)
    with pytest.raises(DeskError):
        merge(ticket=ticket, into=fresh(public), by=clara)
    assert ticket in Ticket.objects.open()
    page = browser(clara).get(ticket.get_absolute_url()).content.decode()
    assert "ticket-into" not in page
    # Two that are done may be one.
    close(ticket=fresh(ticket), by=clara)
    merge(ticket=fresh(ticket), into=fresh(public), by=clara)


def four_weeks_before(change):
    """As if it had happened then, and all that was before it."""
    weeks = timedelta(weeks=4)
    kept = {
        name: (datetime.fromisoformat(value) - weeks).isoformat()
        if value and name.endswith(("_at", "_from"))
        else value
        for name, value in change.kept.items()
    }
    TicketChange.objects.filter(pk=change.pk).update(at=change.at - weeks, kept=kept)


@pytest.mark.parametrize("status", ["new", "waiting"])
def test_the_time_it_was_a_part_does_not_count(ticket, public, clara, status):
    if status == "waiting":
        set_status(ticket=ticket, status=status, by=clara)
    before = deadlines.minutes_left(fresh(ticket), "resolution", timezone.now())
    merge(ticket=fresh(ticket), into=public, by=clara)
    four_weeks_before(ticket.changes.get(field="merged_into"))
    unmerge(ticket=fresh(ticket), by=clara)
    again = fresh(ticket)
    left = deadlines.minutes_left(again, "resolution", timezone.now())
    assert again.status == status and abs(left - before) <= 1


def test_the_page_shows_the_files_of_both_descriptions(ticket, public, browser, clara):
    message = Message.objects.create(
        conversation=ticket.conversation, channel=ticket.conversation.channel,
        direction="in", author="person", state="received", text="Mira", shown_at=timezone.now(),
    )  # fmt: skip
    file = Attachment.objects.create(message=message, name="prueba.jpg", mime="image/jpeg")
    third = open_ticket(
        contact=ticket.contact, partner=ticket.partner, subject="Foto", description="Aquí",
        files=[file],
    )  # fmt: skip
    merge(ticket=third, into=ticket, by=clara)
    assert "prueba.jpg" in browser(clara).get(ticket.get_absolute_url()).content.decode()
    assert hear(ticket=fresh(third), message=message) == ticket
