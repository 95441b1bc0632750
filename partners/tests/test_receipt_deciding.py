"""Approving, rejecting, reviewing again; and that two officers never decide the same receipt."""

import threading
import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.audit.models import AuditEntry
from crm.conversations import outreach
from crm.conversations.models import Channel, ChannelIdentity, Conversation, Message
from crm.errors import DeskError
from partners.models import Payment, Receipt
from partners.payments import reverse_payment
from partners.receipts import (
    approve_receipt,
    correct_receipt,
    reject_receipt,
    reopen_receipt,
    submit_receipt,
)
from partners.review import holding
from partners.tests import proofs
from partners.tests.conftest import make_loan, make_partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

FACTS = {"amount": Decimal("17.01"), "paid_on": date(2024, 2, 1), "reference": "OP 77"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def rosa(colleague):
    return colleague("officer", username="rosa", first_name="Rosa", last_name="Ramos")


@pytest.fixture
def receipt(partner, loan):
    return submit_receipt(partner=partner, file=proofs.picture(), loan=loan)


def talk_with(partner, *, name="WhatsApp", at=None, mode="live", **said):
    """A conversation of the partner's on a channel of its own."""
    channel = Channel.objects.create(name=name, provider="simulator", mode=mode)
    identity = ChannelIdentity.objects.create(
        channel=channel, contact=partner.contact, unreachable_at=said.pop("unreachable_at", None)
    )
    return Conversation.objects.create(
        identity=identity, channel=channel, contact=partner.contact, last_message_at=at, **said
    )


def fresh(receipt):
    return Receipt.objects.get(pk=receipt.pk)


def approve(receipt, by, loan=None, **said):
    loan = loan or receipt.loan
    return approve_receipt(receipt=receipt, by=by, loan=loan, **(FACTS | said))


def test_approval_books_the_payment_and_tells_the_partner(receipt, loan, officer, partner):
    talk = talk_with(partner)
    decision = approve(receipt, officer, means="wallet", purpose="fewer")
    approved = fresh(receipt)
    payment = loan.payments.get()
    assert (approved.status, approved.payment, approved.reviewer) == ("approved", payment, officer)
    assert approved.reviewed_at is not None
    assert (payment.amount, payment.paid_on) == (Decimal("17.01"), date(2024, 2, 1))
    assert (payment.reference, payment.means, payment.purpose) == ("OP 77", "wallet", "fewer")
    assert payment.booked_by == officer
    loan.refresh_from_db()
    assert loan.rows_paid == 1
    message = talk.messages.get()
    assert decision.message == message and message.state == Message.State.QUEUED
    assert message.purpose == "receipt_decided"
    assert message.author == Message.Author.SYSTEM


@pytest.mark.parametrize("language", ["", "en"])
def test_the_partner_hears_number_and_state_and_no_amount(receipt, officer, partner, language):
    partner.contact.language = language
    partner.contact.save()
    talk = talk_with(partner)
    approve(receipt, officer)
    text = talk.messages.get().text
    said = {"": "Tu comprobante n.º %s fue aceptado.", "en": "Your receipt no. %s was accepted."}
    assert text == said[language] % receipt.pk  # theirs, not the officer's
    for secret in ("17", "77", "2024", receipt.loan.number):
        assert secret not in text.replace(str(receipt.pk), "")


def test_a_rejection_says_so_but_not_why(receipt, officer, partner):
    talk = talk_with(partner)
    reject_receipt(receipt=receipt, by=officer, reason="  Not  ours ")
    rejected = fresh(receipt)
    assert (rejected.status, rejected.reason, rejected.payment) == ("rejected", "Not ours", None)
    text = talk.messages.get().text
    assert str(receipt.pk) in text and "ours" not in text
    assert not Payment.objects.exists()
    entry = AuditEntry.objects.about(receipt).first()
    assert (entry.action, entry.actor, entry.reason) == ("receipt_rejected", officer, "Not ours")


def test_a_rejection_without_a_reason_is_refused(receipt, officer):
    with pytest.raises(DeskError, match="why"):
        reject_receipt(receipt=receipt, by=officer, reason=" \n ")
    assert fresh(receipt).status == "pending"


def test_the_newest_conversation_that_reaches_them_is_written_to(receipt, officer, partner):
    now = timezone.now()
    talk_with(partner, name="older", at=now - timedelta(days=2))
    newer = talk_with(partner, name="newer", at=now - timedelta(days=1))
    talk_with(partner, name="group", at=now, is_group=True)
    talk_with(partner, name="dry", at=now, mode="dry_run")
    talk_with(partner, name="blocked", at=now, unreachable_at=now)
    gone = talk_with(partner, name="off", at=now)
    Channel.objects.filter(pk=gone.channel_id).update(is_active=False)
    approve(receipt, officer)
    assert Message.objects.get().conversation == newer


def test_whom_no_chat_reaches_is_not_told_and_that_is_said(receipt, officer):
    assert approve(receipt, officer).message is None
    assert fresh(receipt).status == "approved"


REFUSALS = {
    "more_than_owed": ({"amount": Decimal(500)}, "more than is owed"),
    "too_early": ({"paid_on": date(2023, 1, 1)}, "not disbursed yet"),
    "to_come": ({"paid_on": date(2999, 1, 1)}, "day to come"),
    "nothing": ({"amount": Decimal(0)}, "more than zero"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_booking_refuses_leaves_everything_as_it_was(receipt, officer, partner, case):
    talk_with(partner)
    said, words = REFUSALS[case]
    before = AuditEntry.objects.count()
    with pytest.raises(DeskError, match=words):
        approve(receipt, officer, **said)
    kept = fresh(receipt)
    assert (kept.status, kept.amount, kept.reference) == ("pending", None, "")
    assert not Payment.objects.exists() and not Message.objects.exists()
    assert AuditEntry.objects.count() == before


def test_an_operation_that_was_booked_is_refused(receipt, officer, partner, loan):
    approve(receipt, officer)
    again = submit_receipt(partner=partner, file=proofs.picture(colour="red"), loan=loan)
    with pytest.raises(DeskError, match="OP 77"):
        approve(again, officer)
    assert fresh(again).status == "pending" and Payment.objects.count() == 1


def test_anothers_loan_is_refused(receipt, officer, product):
    theirs = make_loan(make_partner("Beto Ficticio", "40000002", "S-002"), product, number="B")
    with pytest.raises(DeskError, match="not this partner's"):
        approve(receipt, officer, loan=theirs)
    assert not Payment.objects.exists()


def test_more_than_is_owed_is_kept_as_credit_when_asked_for(receipt, officer, loan):
    approve(receipt, officer, amount=Decimal(110), keep_rest=True)
    loan.refresh_from_db()
    assert loan.credit == Decimal("7.95")


def test_each_step_is_on_record(receipt, officer):
    correct_receipt(receipt=receipt, by=officer, loan=receipt.loan, **FACTS)
    approve(receipt, officer, amount=Decimal(17))
    steps = AuditEntry.objects.about(receipt)
    assert [one.action for one in steps] == [
        "receipt_approved",
        "receipt_corrected",
        "receipt_corrected",
        "receipt_submitted",
    ]
    approved, second, first, _ = steps
    assert (first.before["amount"], first.after["amount"]) == (None, "17.01")
    assert (second.before, second.after) == ({"amount": "17.01"}, {"amount": "17.00"})
    assert approved.before["status"] == "pending" and approved.after["status"] == "approved"
    assert approved.after["payment"] == Payment.objects.get().pk


def test_facts_that_were_right_leave_no_trace(receipt, officer):
    correct_receipt(receipt=receipt, by=officer, loan=receipt.loan, **FACTS)
    before = AuditEntry.objects.count()
    correct_receipt(receipt=receipt, by=officer, loan=receipt.loan, **FACTS)
    assert AuditEntry.objects.count() == before


# --- Reviewing again -------------------------------------------------------------------------


def test_a_reversed_payment_leaves_the_receipt_approved_until_it_is_reviewed_again(
    receipt, officer, rosa, loan
):
    payment = approve(receipt, officer).receipt.payment
    with pytest.raises(DeskError, match="Reverse its payment"):
        reopen_receipt(receipt=receipt, by=rosa)
    reverse_payment(payment=payment, by=officer, reason="Another's")
    assert fresh(receipt).status == "approved" and fresh(receipt).may_reopen
    reopen_receipt(receipt=receipt, by=rosa)
    again = fresh(receipt)
    assert (again.status, again.payment, again.reviewer, again.reviewed_at) == (
        "pending",
        None,
        None,
        None,
    )
    entry = AuditEntry.objects.about(receipt).first()
    assert (entry.action, entry.actor) == ("receipt_reopened", rosa)
    assert (entry.before["payment"], entry.after["payment"]) == (payment.pk, None)
    # The same operation may be booked again: the first booking no longer counts.
    approve(receipt, rosa)
    assert fresh(receipt).payment != payment and loan.payments.count() == 2


def test_a_rejection_can_be_reviewed_again(receipt, officer, rosa):
    reject_receipt(receipt=receipt, by=officer, reason="Blurred")
    reopen_receipt(receipt=receipt, by=rosa)
    assert (fresh(receipt).status, fresh(receipt).reason) == ("pending", "")
    with pytest.raises(DeskError, match="pending"):
        reopen_receipt(receipt=receipt, by=rosa)


# --- One at a time ---------------------------------------------------------------------------


def test_who_has_it_open_keeps_it_from_the_others(receipt, officer, rosa):
    assert holding.take(receipt=receipt, user=rosa)
    assert not holding.take(receipt=receipt, user=officer)
    assert fresh(receipt).holder == rosa
    for decide in (
        lambda: approve(receipt, officer),
        lambda: reject_receipt(receipt=receipt, by=officer, reason="No"),
        lambda: correct_receipt(receipt=receipt, by=officer, loan=None, **FACTS),
    ):
        with pytest.raises(DeskError, match="Rosa Ramos is reviewing"):
            decide()
    approve(receipt, rosa)
    assert fresh(receipt).taken_by is None


def test_a_page_left_open_does_not_block_for_ever(receipt, officer, rosa):
    holding.take(receipt=receipt, user=rosa)
    Receipt.objects.update(taken_until=timezone.now() - timedelta(seconds=1))
    assert fresh(receipt).holder is None
    assert holding.take(receipt=receipt, user=officer)
    assert not holding.hold(receipt=receipt, user=rosa)
    with pytest.raises(DeskError, match="reviewing"):
        approve(receipt, rosa)
    approve(receipt, officer)
    with pytest.raises(DeskError, match=r"has already decided this receipt: accepted"):
        reject_receipt(receipt=receipt, by=rosa, reason="Late")
    assert not holding.hold(receipt=receipt, user=rosa)


def test_an_open_page_keeps_it_longer(receipt, rosa):
    holding.take(receipt=receipt, user=rosa)
    Receipt.objects.update(taken_until=timezone.now() + timedelta(seconds=5))
    assert holding.hold(receipt=receipt, user=rosa)
    assert fresh(receipt).taken_until > timezone.now() + timedelta(minutes=2)


def test_opening_the_next_one_lets_go_of_the_last(receipt, rosa, partner):
    other = submit_receipt(partner=partner, file=proofs.picture(colour="red"))
    holding.take(receipt=receipt, user=rosa)
    holding.take(receipt=other, user=rosa)
    assert fresh(receipt).holder is None and fresh(other).holder == rosa


def test_what_colleagues_have_open_is_skipped(receipt, rosa, officer, partner):
    other = submit_receipt(partner=partner, file=proofs.picture(colour="red"))
    holding.take(receipt=receipt, user=rosa)
    assert list(Receipt.objects.waiting_for(officer)) == [other]
    assert list(Receipt.objects.waiting_for(rosa)) == [receipt, other]


def at_once(*steps):
    """What each step gave, all begun at the same moment, each with a connection of its own."""
    ready, outcomes = threading.Barrier(len(steps)), [None] * len(steps)

    def run(number, step):
        ready.wait()
        try:
            outcomes[number] = step()
        except DeskError as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_it_at_the_same_moment_one_has_it(receipt, officer, rosa):
    taken = at_once(
        lambda: holding.take(receipt=receipt, user=officer),
        lambda: holding.take(receipt=receipt, user=rosa),
    )
    assert sorted(taken) == [False, True]
    assert fresh(receipt).holder == (officer if taken[0] else rosa)


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_the_same_moment_one_counts(receipt, officer, rosa, partner):
    talk = talk_with(partner)
    outcomes = at_once(
        lambda: approve(receipt, officer),
        lambda: reject_receipt(receipt=receipt, by=rosa, reason="No"),
    )
    lost = [one for one in outcomes if isinstance(one, DeskError)]
    assert len(lost) == 1 and "has already decided" in str(lost[0])
    was_booked = fresh(receipt).status == "approved"
    assert Payment.objects.count() == int(was_booked) and talk.messages.count() == 1


@pytest.mark.django_db(transaction=True)
def test_approving_twice_at_the_same_moment_books_once(receipt, officer):
    outcomes = at_once(lambda: approve(receipt, officer), lambda: approve(receipt, officer))
    assert sum(isinstance(one, DeskError) for one in outcomes) == 1
    assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_picture_at_the_same_moment_is_one_receipt(partner, settings):
    found = at_once(
        *[lambda: submit_receipt(partner=partner, file=proofs.picture(colour="blue")).pk] * 3
    )
    assert len(set(found)) == 1 and Receipt.objects.count() == 1
    assert len([one for one in settings.MEDIA_ROOT.rglob("*") if one.is_file()]) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_what_the_partner_writes_at_that_moment_still_waits_for_an_answer(
    receipt, officer, partner
):
    """The worker has the conversation while the receipt is decided."""
    talk = talk_with(partner)
    deciding = threading.Thread(
        target=at_once, args=[lambda: reject_receipt(receipt=receipt, by=officer, reason="No")]
    )
    with transaction.atomic():
        mine = Conversation.objects.select_for_update(no_key=True).get()
        deciding.start()
        wait_for_a_waiting_one()
        message = Message.objects.create(
            conversation=mine, channel=mine.channel, direction=Message.Direction.IN,
            author=Message.Author.PERSON, state="received", text="No puedo pagar",
            shown_at=timezone.now(), created_at=timezone.now(),
        )  # fmt: skip
        outreach.note_message(mine, message)
    deciding.join(20)
    assert fresh(receipt).status == "rejected" and talk.messages.count() == 2
    talk.refresh_from_db()
    assert talk.waiting_since is not None and talk.last_inbound_at is not None


def wait_for_a_waiting_one():
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")
