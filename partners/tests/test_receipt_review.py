"""What stands beside a receipt while it is reviewed, and what is said once it is decided."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from crm.audit.models import AuditEntry
from crm.conversations.models import MessageTemplate, TemplatePurpose
from partners.models import Receipt
from partners.receipts import reject_receipt, reopen_receipt, submit_receipt
from partners.review.pulse import pulse
from partners.tests import proofs
from partners.tests.conftest import make_loan
from partners.tests.reviewing import facts, fresh, page, read
from partners.tests.test_receipt_deciding import talk_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def receipt(partner, loan):
    return submit_receipt(partner=partner, file=proofs.picture(), loan=loan)


@pytest.fixture
def at_desk(browser, officer):
    return browser(officer)


# --- In which currency -----------------------------------------------------------------------


def test_the_amount_says_in_which_currency_it_is_booked(at_desk, receipt, partner, product):
    make_loan(partner, product, number="P-002", currency="USD")
    text = read(at_desk, page(receipt))
    assert "P-001 · Personal · PEN" in text and "P-002 · Personal · USD" in text
    assert 'data-amount="Amount in USD"' in text
    assert '<label for="id_amount">Amount in PEN' in text
    receipt.loan = None
    receipt.save()
    assert '<label for="id_amount">Amount<' in read(at_desk, page(receipt))


def test_an_amount_of_no_known_loan_has_no_sign(at_desk, partner, loan):
    sent = submit_receipt(partner=partner, file=proofs.picture(), amount=Decimal("150.00"))
    queue = read(at_desk, reverse("partners:receipts"))
    assert "150.00" in queue and "S/ 150.00" not in queue
    answer = at_desk.post(page(sent, "correct"), facts(loan, loan="", amount="US$ 90"))
    assert "Enter a plain amount" in answer.content.decode()
    at_desk.post(page(sent, "correct"), facts(loan, loan="", amount="90"))
    assert fresh(sent).amount == Decimal(90)


# --- What is due -----------------------------------------------------------------------------


def late_loan(partner, product, number="P-009", **said):
    """Two installments overdue, the third due in ten days."""
    today = timezone.localdate()
    return make_loan(
        partner,
        product,
        number=number,
        every="fortnight",
        disbursed_on=today - timedelta(days=32),
        first_due=today - timedelta(days=18),
        **said,
    )


def test_the_next_installment_is_the_next_one_although_others_are_overdue(
    at_desk, partner, product
):
    loan = late_loan(partner, product)
    rows = list(loan.installments.all())
    third = next(row for row in rows if row.due >= timezone.localdate())
    sent = submit_receipt(partner=partner, file=proofs.picture(), loan=loan)
    due = third.principal + third.interest
    following, first = (date_format(row.due, "SHORT_DATE_FORMAT") for row in (third, rows[0]))
    assert third.number == 3 and rows[0].unpaid_principal > 0
    assert f"S/ {due:.2f}, {following}" in read(at_desk, page(sent))
    text = read(at_desk, partner.get_absolute_url())
    assert following in text and first not in text
    statement = read(at_desk, reverse("partners:statement", args=[partner.pk]))
    assert f"No. 3, {third.due:%d/%m/%Y}" in statement


def test_of_very_many_loans_the_one_it_pays_is_there(at_desk, partner, product):
    oldest = make_loan(partner, product, number="P-OLD")
    for number in range(11):
        late_loan(partner, product, number=f"P-{number}")
    sent = submit_receipt(partner=partner, file=proofs.picture(), loan=oldest)
    text = read(at_desk, page(sent))
    assert f'<a href="{oldest.get_absolute_url()}">P-OLD</a>' in text
    assert text.index("P-OLD</a>") < text.index("P-10</a>")
    assert text.count('class="due') == 11 and "and 1 more active loan" in text


# --- Notes and history -----------------------------------------------------------------------


def test_notes_are_kept_are_audited_and_shown_to_colleagues(at_desk, receipt, loan, officer):
    said = facts(loan, notes="Pagó la hermana.\n<b>Llamar</b>")
    at_desk.post(page(receipt, "correct"), said)
    assert fresh(receipt).notes == "Pagó la hermana.\n<b>Llamar</b>"
    entry = AuditEntry.objects.about(receipt).first()
    assert entry.actor == officer and entry.after["notes"].startswith("Pagó")
    text = read(at_desk, page(receipt))
    assert "<b>Llamar" not in text and "Notes" in text
    at_desk.post(page(receipt, "approve"), facts(loan, notes="Pagó la hermana."))
    assert fresh(receipt).notes == "Pagó la hermana."
    assert "<dd>Pagó la hermana.</dd>" in read(at_desk, page(receipt))


def test_why_it_was_rejected_is_still_told_when_it_is_reviewed_again(at_desk, receipt, officer):
    reject_receipt(receipt=receipt, by=officer, reason="No se lee")
    reopen_receipt(receipt=receipt, by=officer)
    assert "Refused: No se lee" in read(at_desk, page(receipt))


# --- Whether the partner is told ---------------------------------------------------------------


def words_after(at_desk, receipt, loan):
    return at_desk.post(page(receipt, "approve"), facts(loan), follow=True).content.decode()


def test_a_partner_whose_chat_is_open_is_told(at_desk, receipt, loan, partner):
    talk_with(partner, last_inbound_at=timezone.now())
    assert "The partner is told." in words_after(at_desk, receipt, loan)


@pytest.mark.parametrize("approved", [False, True])
def test_one_whose_chat_is_closed_is_told_by_template_or_later(
    at_desk, receipt, loan, partner, approved
):
    talk = talk_with(partner, last_inbound_at=timezone.now() - timedelta(days=3))
    talk.channel.provider = "meta"
    talk.channel.save()
    template = MessageTemplate.objects.create(
        channel=talk.channel, name="aviso", language="es",
        status="APPROVED" if approved else "PAUSED",
        components=[{"type": "BODY", "text": "Novedades de tu comprobante."}],
    )  # fmt: skip
    TemplatePurpose.objects.create(
        channel=talk.channel, purpose="receipt_decided", template=template
    )
    text = words_after(at_desk, receipt, loan)
    assert ("The partner is told." in text) is approved
    assert ("will be told when they write" in text) is not approved


# --- Around it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["approve", "reject", "correct"])
def test_the_address_of_a_refused_decision_leads_to_the_receipt(at_desk, receipt, step):
    answer = at_desk.get(f"{page(receipt, step)}?officer=7&x=1")
    assert answer.status_code == 302 and answer.url == f"{page(receipt)}?officer=7"
    assert fresh(receipt).status == "pending"


def test_the_queue_hears_that_a_hold_ran_out(receipt, officer):
    held = timezone.now() + timedelta(minutes=3)
    Receipt.objects.update(taken_by=officer, taken_until=held)
    before = pulse(officer, ["receipts"])
    Receipt.objects.update(taken_until=held + timedelta(seconds=45))
    assert pulse(officer, ["receipts"]) == before, "who has it is the same"
    Receipt.objects.update(taken_until=timezone.now() - timedelta(seconds=1))
    assert pulse(officer, ["receipts"]) != before


def test_show_all_does_not_offer_what_it_cannot_show(at_desk, partner):
    Receipt.objects.bulk_create(
        Receipt(partner=partner, sha256=f"{number:064d}", paid_on=date(2024, 2, 1))
        for number in range(101)
    )
    url = reverse("partners:receipts_of", args=[partner.pk])
    assert "Show all" in read(at_desk, url)
    text = read(at_desk, f"{url}?all=1")
    assert "Show all" not in text and "The latest 100 are shown." in text
