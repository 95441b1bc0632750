"""Statements as PDFs, from the database to bytes, beside WeasyPrint alone."""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

import psutil
from django.utils import timezone, translation

from bench.report import Row
from crm.people.models import Contact
from partners.loans import disburse, draft_loan
from partners.models import Loan, LoanProduct, Partner, PaymentOption
from partners.papers.press import press
from partners.papers.printing import finished_html, print_statement
from partners.payments import book_payment
from partners.statement import statement_of

LOANS, MONTHS = 20, 18
MOST_RATIO = 1.2


def measured(quick: bool) -> Iterator[Row]:
    partner = a_partner()
    first = partner.loans.order_by("id").first()
    yield printed("a statement of one loan as PDF", partner, first, 5 if quick else 15)
    yield printed(f"a statement of {LOANS} loans as PDF", partner, None, 3 if quick else 7)


def a_partner() -> Partner:
    """Loans of two years that were paid for a year and a half, some of it late."""
    contact = Contact.objects.create(name="Ana Ficticia", document_number="40000001")
    partner = Partner.objects.create(contact=contact, number="S-001")
    product = LoanProduct.objects.create(
        code="PERS", name="Personal", rate=Decimal(28), late_kind="interest", late_rate=Decimal(36)
    )
    PaymentOption.objects.create(kind="yape", name="Yape", number="+51911000001")
    day = timezone.localdate() - timedelta(days=30 * MONTHS + 40)
    for number in range(LOANS):
        loan = draft_loan(
            partner=partner,
            product=product,
            principal=Decimal(12_000),
            terms=24,
            disbursed_on=day,
            first_due=day + timedelta(days=30),
            number=f"P-{number:03}",
            by=None,
        )
        disburse(loan=loan, by=None)
        for month in range(MONTHS):
            paid_on = day + timedelta(days=30 * month + 33)
            book_payment(loan=loan, amount=Decimal(600), paid_on=paid_on, by=None)
    return partner


def printed(what: str, partner: Partner, loan: Loan | None, tries: int) -> Row:
    """From the database to bytes, by the press; the floor prints the same finished HTML here.

    Processor seconds, ours with those of the press: what else the machine does plays no part.
    """
    from weasyprint import HTML

    days = date(2000, 1, 1), timezone.localdate()
    with translation.override(partner.contact.spoken):
        account = statement_of(partner, *days, loan)
        html = finished_html(account)
    press.print_pdf("<p>")  # it starts with the first paper
    ours, floor = [], []
    for _ in range(tries):
        ours.append(seconds(lambda: print_statement(partner, *days, loan)))
        floor.append(seconds(lambda: HTML(string=html).write_pdf()))
    ratio = median(ours) / median(floor)
    return Row(
        f"{what}, {account.lines} lines",
        f"{median(ours):.2f} s",
        f"{median(floor):.2f} s, WeasyPrint",
        ratio,
        f"<= {MOST_RATIO}",
        ratio <= MOST_RATIO,
    )


def seconds(call: Callable[[], object]) -> float:
    started = taken()
    call()
    return taken() - started


def taken() -> float:
    """Processor seconds of this process and of the press so far."""
    assert press.process
    of_press: float = sum(psutil.Process(press.process.pid).cpu_times()[:2])
    return time.process_time() + of_press
