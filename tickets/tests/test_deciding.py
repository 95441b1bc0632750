"""What is decided about a ticket: by one of two, with its trace, and taken back."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.conversations.models import Message
from crm.errors import DeskError
from partners.tests.conftest import make_loan
from tickets import deadlines
from tickets.answering import add_note
from tickets.canned import fill, offered
from tickets.hearing import rate
from tickets.merging import merge, thread, unmerge
from tickets.models import CannedReply, Ticket, TicketChange
from tickets.opening import open_ticket
from tickets.presence import leave, look
from tickets.standing import close, close_many, close_resolved, reopen, resolve, set_status
from tickets.tests.conftest import make_partner
from tickets.triage import assign, categorise, link, prioritise, undo_change
from tickets.watching import watch

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def told(ticket):
    return list(Message.objects.filter(conversation=ticket.conversation, direction="out"))


# --- How far it has come -----------------------------------------------------------------------


def test_the_person_hears_that_it_is_resolved_and_is_asked_for_a_mark(ticket, clara):
    resolve(ticket=ticket, by=clara)
    (message,) = told(ticket)
    assert ticket.number in message.text and not message.is_private
    scores = [f"ticket_rating:{ticket.pk}.{score}" for score in range(1, 6)]
    assert [one["id"] for one in message.options] == [*scores, f"ticket_reopen:{ticket.pk}"]
    assert fresh(ticket).resolved_at is not None


def test_resolved_twice_it_is_told_once(ticket, clara):
    stale = fresh(ticket)
    assert resolve(ticket=ticket, by=clara) is not None
    assert resolve(ticket=ticket, by=clara) is None
    with pytest.raises(DeskError):
        set_status(ticket=stale, status="waiting", by=clara)
    assert len(told(ticket)) == 1


def test_closed_it_is_done_without_a_word(ticket, clara):
    close(ticket=ticket, by=clara)
    now = fresh(ticket)
    assert (now.status, now.is_done, told(ticket)) == ("closed", True, [])
    assert now.closed_at is not None and now.resolved_at is None


def test_opened_again_nothing_of_its_end_is_left(ticket, clara):
    resolve(ticket=ticket, by=clara)
    Ticket.objects.update(satisfaction=2)
    reopen(ticket=ticket, by=clara)
    now = fresh(ticket)
    assert (now.status, now.resolved_at, now.closed_at, now.satisfaction) == (
        "open", None, None, None,
    )  # fmt: skip


def test_an_unknown_status_is_refused(ticket, clara):
    with pytest.raises(DeskError):
        set_status(ticket=ticket, status="lost", by=clara)


def test_many_are_closed_at_once_and_what_is_closed_stays(ticket, open_one, clara):
    close(ticket=open_one, by=clara)
    changes = close_many(tickets=Ticket.objects.all(), by=clara)
    assert [one.ticket_id for one in changes] == [ticket.pk]
    assert set(Ticket.objects.values_list("status", flat=True)) == {"closed"}
    undo_change(change=changes[0], by=clara)
    assert fresh(ticket).status == "new"


def test_a_week_after_it_was_resolved_it_is_closed(ticket, open_one, clara):
    for one in (ticket, open_one):
        resolve(ticket=one, by=clara)
    Ticket.objects.filter(pk=ticket.pk).update(resolved_at=timezone.now() - timedelta(days=8))
    assert (close_resolved(), close_resolved()) == (1, 0)
    assert (fresh(ticket).status, fresh(open_one).status) == ("closed", "resolved")


# --- Whose, how urgent, about what -------------------------------------------------------------


def test_of_two_who_take_a_free_ticket_one_gets_it(ticket, clara, dora):
    Ticket.objects.update(assignee=None)
    mine, theirs = fresh(ticket), fresh(ticket)
    assign(ticket=mine, to=clara, by=clara)
    with pytest.raises(DeskError, match="Clara"):
        assign(ticket=theirs, to=dora, by=dora)
    assert fresh(ticket).assignee == clara


def test_an_agent_takes_what_is_free_and_no_colleagues(open_one, clara, alice):
    with pytest.raises(DeskError):
        assign(ticket=open_one, to=alice, by=alice)
    assign(ticket=open_one, to=None, by=clara)
    assign(ticket=open_one, to=alice, by=alice)
    assert fresh(open_one).assignee == alice


def test_who_does_not_work_on_tickets_gets_none(ticket, clara, colleague):
    with pytest.raises(DeskError):
        assign(ticket=ticket, to=colleague("marketer"), by=clara)


@pytest.mark.parametrize(
    ("verb", "values"),
    [(prioritise, {"priority": 1}), (categorise, {"category": "data"})],
    ids=["priority", "category"],
)
def test_of_two_who_sort_it_the_second_is_told(ticket, clara, verb, values):
    stale = fresh(ticket)
    assert verb(ticket=ticket, by=clara, **values) is not None
    assert verb(ticket=ticket, by=clara, **values) is None
    with pytest.raises(DeskError):
        verb(ticket=stale, by=clara, **values)


@pytest.mark.parametrize(
    ("verb", "wrong"),
    [(prioritise, {"priority": 9}), (categorise, {"category": "x"})],
    ids=["priority", "category"],
)
def test_what_there_is_not_is_refused(ticket, clara, verb, wrong):
    with pytest.raises(DeskError):
        verb(ticket=ticket, by=clara, **wrong)


def test_each_decision_can_be_taken_back_by_who_made_it_and_nobody_else(ticket, clara, dora):
    changes = [
        assign(ticket=ticket, to=dora, by=clara),
        prioritise(ticket=ticket, priority=1, by=clara),
        categorise(ticket=ticket, category="data", by=clara),
        set_status(ticket=ticket, status="waiting", by=clara),
    ]
    for change in changes:
        with pytest.raises(DeskError):
            undo_change(change=change, by=dora)
        undo_change(change=change, by=clara)
        with pytest.raises(DeskError):
            undo_change(change=change, by=clara)
    now = fresh(ticket)
    assert (now.assignee, now.priority, now.category, now.status) == (clara, 3, "payment", "new")


def test_what_was_told_is_not_taken_back(ticket, clara):
    change = resolve(ticket=ticket, by=clara)
    with pytest.raises(DeskError):
        undo_change(change=change, by=clara)


def test_a_late_ticket_closed_and_taken_back_is_late_as_before(ticket, clara):
    past = timezone.now() - timedelta(days=20)
    Ticket.objects.update(
        counted_from=past, response_due_at=past, resolution_due_at=past, resolution_warn_at=past
    )
    watch()
    before = Ticket.objects.values().get()
    (change,) = close_many(tickets=[fresh(ticket)], by=clara)
    undo_change(change=change, by=clara)
    after = Ticket.objects.values().get()
    assert before["resolution_breached_at"] is not None
    for column in ("version", "changed_at"):
        after[column] = before[column]
    assert after == before


def test_a_closed_one_opened_and_taken_back_keeps_its_mark(ticket, ana, clara):
    close(ticket=ticket, by=clara)
    rate(ticket=ticket, contact=ana.contact, score=5)
    long_ago = timezone.now() - timedelta(days=30)
    Ticket.objects.update(closed_at=long_ago)
    undo_change(change=reopen(ticket=fresh(ticket), by=clara), by=clara)
    now = fresh(ticket)
    assert (now.status, now.satisfaction, now.closed_at) == ("closed", 5, long_ago)


def test_what_is_taken_back_leaves_what_was_decided_since(ticket, clara):
    waits = set_status(ticket=ticket, status="waiting", by=clara)
    prioritise(ticket=fresh(ticket), priority=1, by=clara)
    urgent = fresh(ticket).resolution_due_at
    undo_change(change=waits, by=clara)
    now = fresh(ticket)
    assert (now.status, now.priority, now.resolution_due_at) == ("new", 1, urgent)


def test_a_priority_changed_in_a_pause_is_late_only_if_it_was_when_it_began(ticket, clara):
    began = timezone.now() - timedelta(days=30)
    Ticket.objects.update(counted_from=began, first_response_at=began, priority=3)
    row = fresh(ticket)
    deadlines.begin(row, began)
    deadlines.pause(row, began + timedelta(days=4))
    row.status = "waiting"
    row.save()
    assert row.resolution_breached_at is not None
    prioritise(ticket=row, priority=4, by=clara)
    assert fresh(ticket).resolution_breached_at is None


def test_a_loan_of_its_partner_is_linked_and_no_others(ticket, ana, clara, product):
    mine = make_loan(ana, product)
    link(ticket=ticket, by=clara, loan=mine)
    assert fresh(ticket).loan == mine
    other = make_partner("Otro Ficticio", "40000002", "S-002")
    with pytest.raises(DeskError):
        link(ticket=ticket, by=clara, loan=make_loan(other, product, number="P-002"))
    assert [c.field for c in link(ticket=ticket, by=clara)] == ["loan"]
    assert fresh(ticket).loan is None


# --- Merging -----------------------------------------------------------------------------------


@pytest.fixture
def second(ticket):
    return open_ticket(
        contact=ticket.contact, partner=ticket.partner, subject="Otra vez", description="Lo mismo"
    )


def test_two_become_one_and_two_again(ticket, second, clara):
    set_status(ticket=second, status="waiting", by=clara)
    add_note(ticket=second, by=clara, text="en la segunda")
    add_note(ticket=ticket, by=clara, text="en la primera")
    merge(ticket=second, into=ticket, by=clara)
    part = fresh(second)
    assert (part.status, part.merged_into, part.paused_at) == ("closed", ticket, None)
    assert [one.text for one in thread(ticket)] == ["en la segunda", "en la primera"]
    assert second not in Ticket.objects.standing()
    for verb in (resolve, close, reopen):
        with pytest.raises(DeskError, match=ticket.number):
            verb(ticket=fresh(second), by=clara)
    unmerge(ticket=second, by=clara)
    again = fresh(second)
    assert (again.status, again.merged_into) == ("waiting", None)
    assert again.paused_at is not None and again.closed_at is None
    assert [one.text for one in thread(ticket)] == ["en la primera"]
    with pytest.raises(DeskError):
        unmerge(ticket=second, by=clara)


def test_tickets_of_two_people_stay_two(ticket, open_one, clara):
    with pytest.raises(DeskError):
        merge(ticket=ticket, into=open_one, by=clara)


def test_a_ticket_is_no_part_of_itself_nor_of_a_part(ticket, second, clara):
    with pytest.raises(DeskError):
        merge(ticket=ticket, into=ticket, by=clara)
    merge(ticket=second, into=ticket, by=clara)
    third = open_ticket(contact=ticket.contact, subject="Otra", description="Más")
    with pytest.raises(DeskError):
        merge(ticket=third, into=second, by=clara)
    with pytest.raises(DeskError):
        merge(ticket=ticket, into=third, by=clara)


# --- Who sees it ------------------------------------------------------------------------------


def test_officers_and_managers_see_all_agents_those_of_their_own_prospects(
    ticket, open_one, clara, emilio, greta, alice, colleague
):
    def seen(user):
        return set(Ticket.objects.visible_to(user))

    assert seen(clara) == seen(emilio) == seen(greta) == {ticket, open_one}
    assert seen(alice) == seen(colleague()) == seen(colleague("marketer")) == set()
    for one in (ticket, open_one):
        one.contact.owner = alice
        one.contact.save()
    assert seen(alice) == {open_one}
    assign(ticket=ticket, to=alice, by=clara)
    assert seen(alice) == {ticket, open_one}


def test_two_on_a_ticket_know_of_each_other(ticket, clara, dora):
    assert look(ticket=ticket, user=clara) == []
    assert look(ticket=ticket, user=dora) == [clara]
    assert look(ticket=ticket, user=clara) == [dora]
    ticket.presences.update(seen_at=timezone.now() - timedelta(seconds=9))
    assert look(ticket=ticket, user=clara) == []
    look(ticket=ticket, user=dora)
    leave(ticket=ticket, user=dora)
    assert look(ticket=ticket, user=clara) == []


# --- Canned replies ----------------------------------------------------------------------------


def test_a_canned_reply_is_filled_in(ticket, clara):
    reply = CannedReply(
        text="Hola {{ nombre }}, tu {{ticket}} ({{asunto}}): {{ agente }} {{ nada }}."
    )
    assert fill(reply=reply, ticket=ticket, user=clara) == (
        f"Hola Ana, tu {ticket.number} (Problema con pago): Clara."
    )


@pytest.mark.parametrize(
    ("text", "named", "nameless"),
    [
        ("Hola {{ nombre }}, gracias.", "Hola Ana, gracias.", "Hola, gracias."),
        ("{{nombre}}, gracias.\n{{ nombre }}: sí", "Ana, gracias.\nAna: sí", "gracias.\nsí"),
        ("Gracias {{ nombre }}", "Gracias Ana", "Gracias"),
        ("Sí, {{ nombre }} {{ nombre }}.", "Sí, Ana Ana.", "Sí,."),
    ],
)
def test_what_is_not_known_leaves_no_hole(ticket, clara, text, named, nameless):
    made = CannedReply.objects.create(title="Saludo", text=text)
    assert fill(reply=made, ticket=ticket, user=clara) == named
    ticket.contact.name = ""
    assert fill(reply=made, ticket=ticket, user=clara) == nameless


@pytest.mark.parametrize(
    "text", ["Hola {nombre}", "Hola {{nombre}", "Hola {nombre}}", "{{{ nombre }}}", "nombre}}", "{"]
)
def test_braces_that_are_no_variable_are_named(db, text):
    with pytest.raises(ValidationError, match=r"[{}]"):
        CannedReply(title="Saludo", text=text).full_clean()


def test_a_variable_that_does_not_exist_is_named(db):
    with pytest.raises(ValidationError, match="saldo"):
        CannedReply(title="Saldo", text="Debes {{ saldo }}").full_clean()
    CannedReply(title="Hola", text="Hola {{ nombre }}").full_clean()


def test_replies_of_its_kind_stand_first_and_another_agencys_not_at_all(ticket, arequipa):
    for title, more in (
        ("A general", {}),
        ("B de pagos", {"category": "payment"}),
        ("C de Arequipa", {"agency": arequipa}),
        ("D en desuso", {"is_active": False}),
    ):
        CannedReply.objects.create(title=title, text="Hola", **more)
    assert [one.title for one in offered(ticket)] == ["B de pagos", "A general"]


def test_every_decision_leaves_its_trace(ticket, clara, dora):
    assign(ticket=ticket, to=dora, by=clara)
    prioritise(ticket=ticket, priority=1, by=clara)
    resolve(ticket=ticket, by=dora)
    rows = TicketChange.objects.filter(ticket=ticket, actor__isnull=False).order_by("id")
    assert [(c.actor, c.field, c.old, c.new) for c in rows] == [
        (clara, "assignee", str(clara.pk), str(dora.pk)),
        (clara, "priority", "3", "1"),
        (dora, "status", "new", "resolved"),
    ]


def test_closing_what_was_resolved_is_undone_and_a_mark_given_since_stays(ticket, clara):
    resolve(ticket=ticket, by=clara)
    change = close(ticket=fresh(ticket), by=clara)
    rate(ticket=ticket, contact=ticket.contact, score=4)
    undo_change(change=change, by=clara)
    now = fresh(ticket)
    assert (now.status, now.satisfaction, now.closed_at) == ("resolved", 4, None)
    again = reopen(ticket=now, by=clara)
    with pytest.raises(DeskError):
        undo_change(change=again, by=clara)
