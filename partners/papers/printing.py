"""A statement as a PDF: finished HTML that needs nothing from outside, and what prints it."""

import logging
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from crm.desk.logo import logo_uri
from crm.desk.looks import accent
from crm.errors import DeskError
from crm.people.documents import masked
from partners.models import Loan, Partner
from partners.papers.press import PressError, press
from partners.statement import AccountStatement, statement_of

logger = logging.getLogger(__name__)
# Movements of one statement: some fifty pages, and ten seconds of work for the press.
MOST_LINES = 2000
# From here on an amount needs more room than its column has; laying columns out by what is in
# them takes longer.
WIDE = Decimal(100_000_000)


@dataclass(frozen=True, slots=True)
class Paper:
    name: str
    content: bytes


def print_statement(partner: Partner, start: date, end: date, loan: Loan | None = None) -> Paper:
    """In the partner's language. DeskError as `statement_of`, and for more than can be printed."""
    with translation.override(partner.contact.spoken):
        account = statement_of(partner, start, end, loan)
        html = "" if account.lines > MOST_LINES else finished_html(account)
        name = file_name(account)
    if not html:
        raise DeskError(too_long(account))
    try:
        return Paper(name, press.print_pdf(html))
    except PressError as error:
        raise DeskError(_in_words(error)) from error


def too_long(account: AccountStatement) -> str:
    """What is said instead of more than MOST_LINES movements; "" for less."""
    if account.lines <= MOST_LINES:
        return ""
    return _("These are %(count)s movements. Choose a shorter time, or one loan.") % {
        "count": account.lines
    }


def _in_words(error: PressError) -> str:
    if error.busy:
        return _("Other statements are being printed. Try again in a moment.")
    logger.error("No statement was printed: %s", error)
    return _("The statement could not be printed. Try again, or choose a shorter time.")


def file_name(account: AccountStatement) -> str:
    number = re.sub(r"[^A-Za-z0-9]+", "-", account.partner.number).strip("-")
    words = (_("statement-of-account"), number, account.end.isoformat())
    return "-".join(part for part in words if part) + ".pdf"


def finished_html(account: AccountStatement) -> str:
    """The whole document, styles and logo in it, in the language active now."""
    page, of, _end = re.split(r" *\{pages?\}", _("Page {page} of {pages}"))
    context: dict[str, Any] = {
        "account": account,
        "partner": account.partner,
        "contact": account.partner.contact,
        "document": masked(account.partner.contact.document_number),
        "business": settings.BUSINESS_NAME,
        "details": settings.BUSINESS_DETAILS,
        "logo": logo_uri(),
        "wide": any(max(one.debit, one.credit, one.closing) >= WIDE for one in account.sections),
        "accent": accent(),
        # The numbers stand between the words; the layout knows them.
        "page": page.strip(),
        "of": of.strip(),
    }
    return render_to_string("partners/statement_print.html", context)
