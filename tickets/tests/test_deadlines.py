"""What is due when, in business time; Monday 4 January 2027 is an ordinary working day."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from crm.people.calendar import calendar_of
from crm.people.hours import SpecialDay
from tickets import deadlines
from tickets.models import Priority, SlaPolicy, Ticket, TicketChange
from tickets.standing import close, reopen, resolve, set_status
from tickets.triage import assign, prioritise
from tickets.watching import pressing, watch

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def at(day, hour, minute=0):
    return datetime(2027, 1, day, hour, minute, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def clock(monkeypatch):
    """clock(4, 10) -> from here on it is ten o'clock of 4 January, for all that asks Django."""

    def put(day, hour, minute=0):
        moment = at(day, hour, minute)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    put(4, 10)
    return put


@pytest.fixture
def made(clock, open_one):
    return Ticket.objects.get()


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def local(moment):
    return timezone.localtime(moment)


def test_a_medium_ticket_is_answered_in_four_working_hours_and_resolved_in_two_days(made):
    assert local(made.response_due_at) == at(4, 14)
    assert local(made.response_warn_at) == at(4, 13)
    assert local(made.resolution_due_at) in (at(5, 18), at(6, 10))
    assert deadlines.minutes_left(made, "response", at(4, 11)) == 180
    assert deadlines.minutes_left(made, "response", at(4, 15)) == -60


def test_nights_sundays_and_holidays_do_not_count(clock, open_one):
    made = Ticket.objects.get()
    SpecialDay.objects.create(first=at(5, 9).date(), last=at(5, 9).date(), is_open=False)
    clock(4, 17)
    made.first_response_at = None
    deadlines.begin(made, at(4, 17))
    # One hour of Monday, none of Tuesday, three of Wednesday.
    assert local(made.response_due_at) == at(6, 12)


def test_an_agencys_own_holiday_counts_for_its_tickets_alone(clock, lima, ana, open_one):
    tuesday = at(5, 9).date()
    SpecialDay.objects.create(agency=lima, first=tuesday, last=tuesday, is_open=False)
    theirs = Ticket(contact=ana.contact, agency=lima)
    deadlines.begin(theirs, at(4, 17))
    others = Ticket(contact=ana.contact)
    deadlines.begin(others, at(4, 17))
    assert (local(theirs.response_due_at), local(others.response_due_at)) == (at(6, 12), at(5, 12))


def test_a_policy_takes_the_place_of_what_is_usual(clock, ana):
    SlaPolicy.objects.create(priority=2, response_minutes=10, resolution_minutes=20)
    made = Ticket(contact=ana.contact, priority=Priority.HIGH)
    deadlines.begin(made, at(4, 10))
    assert local(made.response_due_at) == at(4, 10, 10)
    assert local(made.resolution_due_at) == at(4, 10, 20)


def test_while_it_waits_for_the_person_time_stands_still(clock, made, clara):
    due = made.resolution_due_at
    clock(4, 11)
    set_status(ticket=made, status="waiting", by=clara)
    waiting = fresh(made)
    left = deadlines.minutes_left(waiting, "resolution", at(4, 11))
    assert deadlines.minutes_left(waiting, "resolution", at(5, 9)) == left
    clock(4, 13)
    set_status(ticket=waiting, status="open", by=clara)
    again = fresh(made)
    assert (again.paused_at, again.paused_minutes) == (None, 120)
    assert again.resolution_due_at == calendar_of().add_working(due, 120)
    assert deadlines.minutes_left(again, "resolution", at(4, 13)) == left


def test_what_was_late_before_the_pause_stays_late(clock, made, clara):
    clock(4, 15)
    set_status(ticket=made, status="waiting", by=clara)
    assert fresh(made).response_breached_at == made.response_due_at
    clock(5, 15)
    set_status(ticket=fresh(made), status="open", by=clara)
    assert fresh(made).response_due_at == made.response_due_at


def test_another_priority_has_other_times_from_the_beginning(clock, made, clara):
    clock(4, 11)
    prioritise(ticket=made, priority=Priority.URGENT, by=clara)
    urgent = fresh(made)
    assert local(urgent.response_due_at) == at(4, 10, 30)
    assert local(urgent.resolution_due_at) == at(4, 14)
    watch()
    assert fresh(made).response_breached_at == urgent.response_due_at
    prioritise(ticket=fresh(made), priority=Priority.LOW, by=clara)
    low = fresh(made)
    assert low.response_breached_at is None and low.response_warned_at is None


def test_the_assignee_is_warned_once_of_each_deadline(clock, made, clara):
    clock(4, 12, 59)
    assert watch() == 0 and not pressing(clara)
    clock(4, 13)
    assert (watch(), watch()) == (1, 0)
    warned = fresh(made)
    assert warned.response_warned_at == at(4, 13) and warned.changed_at == at(4, 13)
    assert warned.version == made.version
    assert list(pressing(clara)) == [warned]
    clock(4, 14)
    assert (watch(), watch()) == (1, 0)
    assert [
        (c.field, c.new) for c in TicketChange.objects.filter(field__in=["warned", "breached"])
    ] == [
        ("breached", "response"),
        ("warned", "response"),
    ]


def test_another_deadline_is_warned_of_anew(clock, made, clara):
    clock(4, 13)
    watch()
    prioritise(ticket=fresh(made), priority=Priority.HIGH, by=clara)
    assert fresh(made).response_warned_at is None
    # Warned of both, and late with the first.
    assert watch() >= 2
    assert watch() == 0


def test_what_is_answered_done_or_waiting_is_not_warned_of(clock, made, clara):
    set_status(ticket=made, status="waiting", by=clara)
    clock(8, 12)
    assert watch() == 0
    set_status(ticket=fresh(made), status="resolved", by=clara)
    assert watch() == 0
    assert deadlines.minutes_left(fresh(made), "resolution", timezone.now()) is None


def test_who_gets_a_ticket_late_is_warned_too(clock, made, clara, dora):
    clock(4, 13)
    watch()
    assign(ticket=fresh(made), to=dora, by=clara)
    assert watch() == 1 and list(pressing(dora)) == [fresh(made)]


def test_resolved_too_late_is_noted(clock, made, clara):
    clock(11, 12)
    resolve(ticket=made, by=clara)
    late = fresh(made)
    assert late.resolution_breached_at == made.resolution_due_at
    clock(11, 13)
    reopen(ticket=late, by=clara)
    again = fresh(made)
    assert again.resolution_breached_at is None
    assert again.resolution_due_at > at(11, 13)


def test_an_answer_ends_the_first_time(clock, made, clara):
    clock(4, 12)
    made.refresh_from_db()
    deadlines.answered(made, timezone.now())
    made.save()
    clock(4, 16)
    assert watch() == 0
    assert deadlines.minutes_left(made, "response", timezone.now()) is None
    deadlines.answered(made, timezone.now() + timedelta(hours=3))
    assert made.first_response_at == at(4, 12)


def test_opened_again_unanswered_it_is_warned_of_anew(clock, made, clara):
    clock(4, 15)
    watch()
    assert fresh(made).response_breached_at
    close(ticket=fresh(made), by=clara)
    clock(11, 10)
    reopen(ticket=fresh(made), by=clara)
    assert fresh(made).response_due_at > at(11, 10) and not pressing(clara)
    clock(11, 13, 30)
    assert watch() == 1 and pressing(clara)
