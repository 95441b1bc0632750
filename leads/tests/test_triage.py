"""The verbs: whose a lead is, how far it has come, and that nobody overwrites anybody."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from crm.errors import DeskError
from leads import triage
from leads.models import Lead, LeadChange


def fresh(lead):
    return Lead.objects.get(pk=lead.pk)


def test_taking_a_free_lead_leaves_a_trace_and_gives_the_contact_an_owner(alice, make_lead):
    lead = make_lead()
    before = lead.updated_at
    triage.assign_lead(lead=lead, to=alice, by=alice)
    assert fresh(lead).assigned_to == alice
    assert fresh(lead).contact.owner == alice
    assert fresh(lead).updated_at > before
    change = lead.changes.get(field="assigned_to")
    assert (change.actor, change.old, change.new) == (alice, "", str(alice.pk))


def test_an_owner_stays_the_owner(alice, greta, make_lead):
    lead = make_lead()
    lead.contact.owner = greta
    lead.contact.save()
    triage.assign_lead(lead=lead, to=alice, by=alice)
    assert fresh(lead).contact.owner == greta


def test_what_an_agent_may_not(alice, bob, greta, charlie, make_lead):
    free, bobs = make_lead(), make_lead(assigned_to=bob)
    for lead, to, by in [(free, bob, alice), (bobs, alice, alice), (bobs, None, alice),
                         (free, charlie, greta), (free, charlie, charlie)]:  # fmt: skip
        with pytest.raises(DeskError):
            triage.assign_lead(lead=lead, to=to, by=by)
    assert fresh(free).assigned_to is None and fresh(bobs).assigned_to == bob
    assert not LeadChange.objects.exists()


def test_own_leads_are_released_and_handed_on_and_a_manager_assigns_any(
    alice, bob, greta, make_lead
):
    mine, free = make_lead(assigned_to=alice), make_lead()
    triage.assign_lead(lead=mine, to=bob, by=alice)
    triage.assign_lead(lead=free, to=bob, by=greta)
    assert {fresh(mine).assigned_to, fresh(free).assigned_to} == {bob}
    triage.assign_lead(lead=fresh(mine), to=None, by=bob)
    assert fresh(mine).assigned_to is None


def test_who_left_the_house_gets_no_leads(bob, greta, make_lead):
    bob.is_active = False
    bob.save()
    with pytest.raises(DeskError):
        triage.assign_lead(lead=make_lead(), to=bob, by=greta)


def test_of_two_who_read_it_free_the_second_is_told(alice, bob, make_lead):
    lead = make_lead()
    seen_by_alice, seen_by_bob = fresh(lead), fresh(lead)
    triage.assign_lead(lead=seen_by_alice, to=alice, by=alice)
    with pytest.raises(DeskError, match="Alicia Ramos"):
        triage.assign_lead(lead=seen_by_bob, to=bob, by=bob)
    assert fresh(lead).assigned_to == alice
    assert LeadChange.objects.filter(field="assigned_to").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_the_same_moment_one_wins(alice, bob, make_lead):
    lead = make_lead()
    outcomes, ready = [], threading.Barrier(2)

    def take(person):
        seen = fresh(lead)
        ready.wait()
        try:
            triage.assign_lead(lead=seen, to=person, by=person)
            outcomes.append(person)
        except DeskError:
            outcomes.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(person,)) for person in (alice, bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [one for one in outcomes if one]
    assert len(winners) == 1
    assert fresh(lead).assigned_to == winners[0]


def test_won_and_lost_close_and_anything_else_opens_again(alice, make_lead):
    lead = make_lead(assigned_to=alice)
    triage.change_status(lead=lead, status="won", by=alice)
    assert fresh(lead).closed_at is not None
    triage.change_status(lead=fresh(lead), status="negotiating", by=alice)
    assert fresh(lead).closed_at is None
    changes = lead.changes.filter(field="status").values_list("old", "new")
    assert list(changes) == [("won", "negotiating"), ("new", "won")]


def test_the_same_status_is_no_change_and_an_unknown_one_an_error(alice, make_lead):
    lead = make_lead()
    assert triage.change_status(lead=lead, status="new", by=alice) is None
    with pytest.raises(DeskError):
        triage.change_status(lead=lead, status="xyz", by=alice)
    assert not LeadChange.objects.exists()


@pytest.mark.parametrize("with_property", [True, False])
def test_reopening_beside_another_open_lead_is_refused_in_words(
    alice, make_lead, make_property, with_property
):
    about = make_property() if with_property else None
    closed = make_lead(status="lost", closed_at=timezone.now(), property=about)
    make_lead(contact=closed.contact, property=about)
    with pytest.raises(DeskError):
        triage.change_status(lead=closed, status="new", by=alice)
    assert fresh(closed).status == "lost"
    assert not LeadChange.objects.exists()


def test_a_change_of_a_moment_ago_is_taken_back(alice, make_lead):
    lead = make_lead()
    taken = triage.assign_lead(lead=lead, to=alice, by=alice)
    triage.undo_change(change=taken, by=alice)
    assert fresh(lead).assigned_to is None
    assert fresh(lead).contact.owner is None
    moved = triage.change_status(lead=fresh(lead), status="lost", by=alice)
    triage.undo_change(change=moved, by=alice)
    assert (fresh(lead).status, fresh(lead).closed_at) == ("new", None)


def test_what_cannot_be_taken_back(alice, bob, greta, make_lead):
    lead = make_lead()
    taken = triage.assign_lead(lead=lead, to=alice, by=alice)
    with pytest.raises(DeskError):
        triage.undo_change(change=taken, by=bob)
    triage.assign_lead(lead=fresh(lead), to=bob, by=greta)
    with pytest.raises(DeskError):
        triage.undo_change(change=taken, by=alice)
    last = triage.change_status(lead=fresh(lead), status="won", by=bob)
    LeadChange.objects.filter(pk=last.pk).update(at=timezone.now() - timedelta(minutes=2))
    last.refresh_from_db()
    with pytest.raises(DeskError):
        triage.undo_change(change=last, by=bob)
    assert fresh(lead).status == "won"


@pytest.mark.parametrize("text", ["", "  \n ", "\x00", "x" * 5001])
def test_an_empty_or_endless_note_is_refused(alice, make_lead, text):
    with pytest.raises(DeskError):
        triage.add_note(contact=make_lead().contact, author=alice, text=text)
