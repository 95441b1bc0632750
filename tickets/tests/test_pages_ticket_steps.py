"""The steps of a ticket on its page: taken, resolved, merged, about a loan, and undone."""

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.conversations.models import Message
from partners.receipts import submit_receipt
from partners.tests import proofs
from partners.tests.conftest import make_loan
from tickets import answering, standing, triage
from tickets.models import TicketChange
from tickets.opening import open_ticket
from tickets.tests.ticket_pages import HTMX, at

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def test_steps_change_it_say_so_and_can_be_undone(browser, clara, dora, open_one):
    page = browser(clara)
    body = {"was": open_one.priority, "priority": 1}
    said = page.post(at("priority", open_one.pk), body, headers=HTMX)
    change = TicketChange.objects.filter(field="priority").get()
    assert at("undo", change.pk) in said["HX-Trigger"]
    page.post(at("undo", change.pk))
    body = {"was": open_one.assignee_id, "to": dora.pk}
    page.post(at("assign", open_one.pk), body, headers=HTMX)
    page.post(at("category", open_one.pk), {"was": open_one.category, "category": "data"})
    page.post(at("status", open_one.pk), {"was": "new", "status": "waiting"})
    open_one.refresh_from_db()
    found = open_one.priority, open_one.assignee, open_one.category, open_one.status
    assert found == (3, dora, "data", "waiting")
    text = page.get(open_one.get_absolute_url()).content.decode()
    assert "Waiting for the person" in text and "paused" in text


def test_what_a_colleague_had_who_is_gone_can_be_taken(browser, clara, alice, paula, open_one):
    paula.owner = alice
    paula.save()
    clara.is_active = False
    clara.save()
    page = browser(alice)
    assert "not here any more" in page.get(at("list")).content.decode()
    text = page.get(open_one.get_absolute_url()).content.decode()
    was = re.search(r'name="was" value="(\d+)"><input type="hidden" name="to"', text)[1]
    page.post(at("assign", open_one.pk), {"was": was, "to": alice.pk})
    open_one.refresh_from_db()
    assert open_one.assignee == alice


def test_nobody_decides_over_what_they_have_not_seen(browser, clara, dora, open_one):
    standing.set_status(ticket=open_one, status="open", by=dora)
    body = {"was": "new", "status": "closed"}
    said = browser(clara).post(at("status", open_one.pk), body, headers=HTMX)
    assert "Somebody has just changed" in said["HX-Trigger"]
    open_one.refresh_from_db()
    assert open_one.status == "open"


def test_resolving_tells_the_person_and_opening_again_is_one_button(browser, clara, open_one):
    page = browser(clara)
    page.post(at("status", open_one.pk), {"was": "new", "status": "resolved"})
    assert Message.objects.filter(direction="out", conversation=open_one.conversation).exists()
    text = page.get(open_one.get_absolute_url()).content.decode()
    assert "Open again" in text and "This ticket is done" in text
    page.post(at("status", open_one.pk), {"was": "resolved", "status": "open"})
    open_one.refresh_from_db()
    assert open_one.status == "open"


def test_merging_shows_both_threads_and_can_be_undone(browser, clara, paula, open_one):
    other = open_ticket(contact=paula, subject="Otra visita", description="Otra vez")
    answering.add_note(ticket=other, by=clara, text="Va junto")
    page = browser(clara)
    merged = page.post(at("merge", other.pk), {"into": open_one.pk}, follow=True)
    text = merged.content.decode()
    assert merged.redirect_chain[-1][0] == open_one.get_absolute_url()
    assert "Va junto" in text and "Otra vez" in text and at("unmerge", other.pk) in text
    part = page.get(other.get_absolute_url()).content.decode()
    assert "A part of" in part and 'id="say"' not in part
    page.post(at("unmerge", other.pk))
    other.refresh_from_db()
    assert other.merged_into is None and other.status == "new"


def test_another_persons_ticket_or_loan_is_refused(browser, clara, ticket, open_one):
    page = browser(clara)
    page.post(at("merge", ticket.pk), {"into": open_one.pk})
    page.post(at("merge", ticket.pk), {"into": "999999"})
    page.post(at("link", ticket.pk), {"loan": "999999", "receipt": "x"})
    ticket.refresh_from_db()
    assert ticket.merged_into is None and ticket.loan is None


def test_its_loan_and_its_receipt_are_chosen_and_shown(browser, alice, clara, ana, ticket, product):
    loan = make_loan(ana, product)
    pictures = [("uno.jpg", "white"), ("dos.jpg", "black")]
    files = [SimpleUploadedFile(name, proofs.picture(colour=hue)) for name, hue in pictures]
    said = {"amount": Decimal("150.50"), "paid_on": loan.disbursed_on}
    first, second = (
        submit_receipt(
            partner=ana, file=files[0], file_name="uno.jpg", by=clara, loan=loan, **said
        ),
        submit_receipt(partner=ana, file=files[1], file_name="dos.jpg", by=clara),
    )
    page = browser(clara)
    text = page.get(ticket.get_absolute_url()).content.decode()
    assert f"No. {first.pk} · S/ 150.50 · " in text and f"No. {second.pk} · Pending" in text
    page.post(at("link", ticket.pk), {"loan": loan.pk, "receipt": first.pk})
    ticket.refresh_from_db()
    assert (ticket.loan, ticket.receipt) == (loan, first)
    # Nonsense takes nothing away, nor does who is no judge of loans.
    page.post(at("link", ticket.pk), {"loan": "999999", "receipt": second.pk})
    triage.assign(ticket=ticket, to=alice, by=clara)
    browser(alice).post(at("link", ticket.pk), {"loan": "", "receipt": ""})
    ticket.refresh_from_db()
    assert (ticket.loan, ticket.receipt) == (loan, first)
    text = page.get(ticket.get_absolute_url()).content.decode()
    assert loan.get_absolute_url() in text and first.get_absolute_url() in text
    form = page.get(at("create"), {"contact": ana.contact_id}).content.decode()
    assert loan.number in form


def test_closing_many_that_were_resolved_is_undone_as_one(browser, clara, open_one):
    standing.resolve(ticket=open_one, by=clara)
    page = browser(clara)
    body = {"ticket": [open_one.pk], "action": "close"}
    said = page.post(at("bulk"), body, follow=True).content.decode()
    assert "Undone" in page.post(re.search(r'/tickets/[^"]*changes=\d+', said)[0], follow=True).text
    open_one.refresh_from_db()
    assert open_one.status == "resolved"
