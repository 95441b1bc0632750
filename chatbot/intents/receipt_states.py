"""What became of the receipts somebody sent: the newest few, in a session."""

from __future__ import annotations

import re
from typing import Any

from chatbot.dialog.contract import Outcome, Turn, say
from chatbot.intents import receipt_loans, titles
from chatbot.intents.hearing.words import plain
from crm.desk.wording import exact_money
from partners.models import Receipt

MOST_SHOWN = 5
_PAPER = r"(?:comprobantes?|comprovantes?|vouchers?|boletas?|recibos?|receipts?|constancias?)"
# "mis comprobantes", or what happened to one; to send one is something else.
_ASKED = re.compile(
    rf"\b(?:mis|meus|my) (?:\w+ )?{_PAPER}\W*$"
    r"|\b(?:estado|status|situacao|que (?:fue|paso)|o que houve|what happened|llego|chegou"
    r"|ya (?:lo )?vieron"
    r"|revis(?:aron|ado|ada|aram|an|ando|ed)|aprob(?:aron|ado|ada)|aprov(?:aram|ado)|approved"
    r"|acept(?:aron|ado|ada)|aceit(?:aram|o)|accepted|rechaz(?:aron|ado)|rejected|valid(?:aron|ado)"
    r"|verific(?:aron|ado)|confirmaron|recibieron|receberam|received|procesaron)\b"
)
_TO_SEND = re.compile(
    r"\b(?:enviar|mandar|subir|adjuntar|cargar|adjunto|subo|mando|anexo|attach|send|aqui|ahi|van|tengo|tenho)\b"
)


def is_asked(turn: Turn) -> bool:
    """Whether the words ask for it; they are about a receipt anyway."""
    text = plain(turn.text)
    return not turn.choice and bool(_ASKED.search(text)) and not _TO_SEND.search(text)


def tell(turn: Turn) -> Outcome:
    """Number, day, amount and state of each."""
    assert turn.partner is not None
    rows = Receipt.objects.filter(partner=turn.partner).select_related("loan").order_by("-id")
    shown = [_row(turn, one) for one in rows[:MOST_SHOWN]]
    return say("receipt_states", options=titles.intents(turn, ("upload_receipt",)), receipts=shown)


def _row(turn: Turn, receipt: Receipt) -> dict[str, Any]:
    currency = receipt_loans.currency(turn, receipt.loan)
    amount = exact_money(receipt.amount, currency).strip() if receipt.amount is not None else ""
    return {
        "number": receipt.pk,
        "date": receipt.paid_on,
        "amount": amount,
        "state": receipt.status,
    }
