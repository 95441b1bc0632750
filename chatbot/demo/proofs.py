"""Pictures of transfers that partners of the demo sent in, drawn so that nobody believes them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from chatbot.demo.lending import OPTIONS
from crm.audit.models import AuditEntry, record
from crm.desk.wording import exact_money
from crm.people.models import User
from partners.models import Loan, Partner, Payment, Receipt
from partners.receipts import submit_receipt

WIDTH, HEIGHT = 720, 1080
PAPER, INK, QUIET, BAND = "#fbfaf6", "#2b2f36", "#7b818b", "#6b5aa8"
ACCOUNTS = {one["currency"]: one["number"] for one in OPTIONS if one["kind"] == "bank"}
REASON = "La imagen no muestra el número de operación. Envíala completa, por favor."


@dataclass(frozen=True, slots=True)
class Proof:
    """What is on one of the pictures."""

    amount: Decimal
    paid_on: date
    reference: str
    currency: str = "PEN"


def build_receipts(partners: Sequence[Partner], officer: User) -> None:
    """Two approved, one rejected, three pending: one of those without what it says."""
    today = timezone.localdate()
    first, second, third, fourth = partners[0], partners[2], partners[4], partners[7]
    for partner in (first, second):
        _approved(_payment(partner), officer)
    loan = _active(third)
    shown = Proof(Decimal(60), today - timedelta(days=6), "OP-88001", loan.currency)
    bad = _sent(loan, shown, 6)
    _decided(bad, officer, Receipt.Status.REJECTED, reason=REASON)
    late = _active(first, overdue=True)
    shown = Proof(late.next_amount, today - timedelta(days=1), "OP-88002", late.currency)
    _sent(late, shown, 1)
    loan = _active(fourth)
    _sent(loan, Proof(loan.next_amount + 5, today, "OP-88003", loan.currency), 0)
    shown = Proof(Decimal(150), today - timedelta(days=2), "OP-88004")
    submit_receipt(partner=partners[5], file=picture(shown), file_name="foto.png")


def _payment(partner: Partner) -> Payment:
    paid = Payment.objects.filter(loan__partner=partner).exclude(reference="")
    return paid.select_related("loan__partner").order_by("-paid_on", "-id")[0]


def _active(partner: Partner, *, overdue: bool = False) -> Loan:
    loans = partner.loans.running().select_related("partner")
    return (loans.filter(overdue__gt=0) if overdue else loans).order_by("id")[0]


def _sent(loan: Loan, proof: Proof, days: int) -> Receipt:
    receipt = submit_receipt(
        partner=loan.partner,
        loan=loan,
        file=picture(proof),
        file_name="comprobante.png",
        amount=proof.amount,
        paid_on=proof.paid_on,
        reference=proof.reference,
    )
    _date_back(receipt, timezone.now() - timedelta(days=days, minutes=30))
    return receipt


def _approved(payment: Payment, officer: User) -> None:
    proof = Proof(payment.amount, payment.paid_on, payment.reference, payment.loan.currency)
    days = (timezone.localdate() - payment.paid_on).days
    receipt = _sent(payment.loan, proof, days)
    receipt.payment = payment
    _decided(receipt, officer, Receipt.Status.APPROVED)


def _decided(receipt: Receipt, officer: User, status: Receipt.Status, reason: str = "") -> None:
    """As a colleague decides, but for the message to the partner: it would wait to be sent."""
    before = {"status": receipt.status}
    receipt.refresh_from_db(fields=["created_at"])
    receipt.status, receipt.reviewer, receipt.reason = status, officer, reason
    receipt.reviewed_at = receipt.created_at + timedelta(hours=1)
    receipt.save()
    after = {"status": status.value, "payment": receipt.payment_id}
    entry = record(
        action=f"receipt_{status.value}", subject=receipt, by=officer, before=before, after=after,
        reason=reason,
    )  # fmt: skip
    if entry is not None:
        AuditEntry.objects.filter(pk=entry.pk).update(at=receipt.reviewed_at)


def _date_back(receipt: Receipt, moment: datetime) -> None:
    Receipt.objects.filter(pk=receipt.pk).update(created_at=moment)
    AuditEntry.objects.about(receipt).update(at=moment)


def picture(proof: Proof) -> bytes:
    """A PNG of a telephone's screen after a transfer, of a bank that does not exist."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 190), fill=BAND)
    pen.text((48, 50), "Banco de Ejemplo", font=_font(46), fill="#ffffff")
    pen.text((48, 122), "dibujo, no es un comprobante real", font=_font(28), fill="#e6e0ff")
    pen.ellipse((310, 240, 410, 340), fill="#4f9d69")
    pen.line((335, 292, 354, 312, 388, 268), fill="#ffffff", width=10)
    pen.text((230, 365), "Pago realizado", font=_font(34), fill=INK)
    pen.text((150, 440), exact_money(proof.amount, proof.currency), font=_font(78), fill=INK)
    rows = (
        ("Fecha", f"{proof.paid_on:%d/%m/%Y}"),
        ("Op. nro.", proof.reference),
        ("Para", "Ventanilla (demo)"),
        ("Cuenta", ACCOUNTS[proof.currency]),
    )
    for number, (name, value) in enumerate(rows):
        top = 610 + 90 * number
        pen.line((48, top - 24, WIDTH - 48, top - 24), fill="#dcd9d0", width=2)
        pen.text((48, top), name, font=_font(32), fill=QUIET)
        pen.text((250, top), value, font=_font(32), fill=INK)
    pen.text((48, 1010), "Ventanilla · datos inventados", font=_font(26), fill=QUIET)
    content = io.BytesIO()
    image.save(content, "PNG", compress_level=1)
    return content.getvalue()


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
