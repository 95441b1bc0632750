"""Numbers money is paid to: what each kind looks like, checked and in one form."""

import re
from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from stdnum import luhn
from stdnum.br import cnpj, cpf

from crm.people.phones import e164
from partners.models import PaymentOption

Kind = PaymentOption.Kind
CCI_DIGITS = 20


def clean_cci(text: str) -> str:
    """Twenty digits without separators; ValidationError in words.

    The 19th digit checks bank and office (the first six), the 20th the account (the next twelve),
    both by Luhn's rule.
    """
    digits = re.sub(r"[\s.\-]", "", text)
    if not digits:
        return ""
    if not re.fullmatch(rf"[0-9]{{{CCI_DIGITS}}}", digits):
        raise ValidationError(_("A CCI has twenty digits."), code="cci")
    if not luhn.is_valid(digits[:6] + digits[18]) or not luhn.is_valid(digits[6:18] + digits[19]):
        raise ValidationError(
            _("The check digits of this CCI do not fit: one of its digits is wrong."), code="cci"
        )
    return digits


def clean_number(kind: str, text: str) -> str:
    """The account, phone or key of an option of that kind, as it is kept."""
    return _CLEANERS.get(kind, _plain)(" ".join(text.split()))


def _plain(text: str) -> str:
    return text


def _account(text: str) -> str:
    if text and not re.fullmatch(r"[0-9](?:[ \-]?[0-9]){4,29}", text, re.ASCII):
        raise ValidationError(
            _("An account number has 5 to 30 digits; spaces and hyphens may stand between them."),
            code="number",
        )
    return text


def _phone(text: str) -> str:
    if not (number := e164(text) if text else ""):
        raise ValidationError(_("Write the phone number it is paid to."), code="number")
    return number


def _pix_key(text: str) -> str:
    """A CPF or CNPJ, a phone with its country's code, an e-mail, or a random key (a UUID)."""
    for read in (_document, _abroad, _email, _random):
        if key := read(text):
            return key
    raise ValidationError(
        _("A Pix key is a CPF, a CNPJ, a phone with +55, an e-mail or a random key."),
        code="number",
    )


def _document(text: str) -> str:
    if cpf.is_valid(text):
        return str(cpf.format(text))
    return str(cnpj.format(text)) if cnpj.is_valid(text) else ""


def _abroad(text: str) -> str:
    return e164(text) if text.startswith("+") else ""


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text.lower()


def _random(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


_CLEANERS: dict[str, Callable[[str], str]] = {
    Kind.BANK: _account,
    Kind.YAPE: _phone,
    Kind.PLIN: _phone,
    Kind.PIX: _pix_key,
}
