"""Identity documents: which kinds there are, and how each is checked."""

import re
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from crm.people.models import User


class DocumentType(models.TextChoices):
    DNI = "dni", gettext_lazy("DNI (Peru)")
    FOREIGNER = "ce", gettext_lazy("Foreigner's card (Peru)")
    RUC = "ruc", gettext_lazy("RUC (Peru)")
    PASSPORT = "passport", gettext_lazy("Passport")
    AR_DNI = "ar_dni", gettext_lazy("DNI (Argentina)")
    CUIT = "cuit", gettext_lazy("CUIT (Argentina)")
    CPF = "cpf", gettext_lazy("CPF (Brazil)")
    CURP = "curp", gettext_lazy("CURP (Mexico)")
    RFC = "rfc", gettext_lazy("RFC (Mexico)")


# Where python-stdnum knows the kind; the others by their form alone.
_STDNUM = {
    DocumentType.DNI: "stdnum.pe.cui",
    DocumentType.RUC: "stdnum.pe.ruc",
    DocumentType.AR_DNI: "stdnum.ar.dni",
    DocumentType.CUIT: "stdnum.ar.cuit",
    DocumentType.CPF: "stdnum.br.cpf",
    DocumentType.CURP: "stdnum.mx.curp",
    DocumentType.RFC: "stdnum.mx.rfc",
}
_FORMS = {
    DocumentType.FOREIGNER: re.compile(r"[0-9]{9}|[A-Z0-9]{12}"),
    DocumentType.PASSPORT: re.compile(r"[A-Z0-9]{5,15}"),
}
LONGEST = 20


def clean_document(kind: str, text: str) -> str:
    """The number as it is kept, without separators; ValidationError in words.

    A DNI's check digit is checked and left out: people know their eight digits.
    """
    compact = re.sub(r"[\s.\-/]", "", text).upper()
    if not compact.isascii() or len(compact) > LONGEST or not _checker(kind)(compact):
        label = DocumentType(kind).label
        raise ValidationError(_("This is no valid %(kind)s.") % {"kind": label}, code="document")
    return compact[:8] if kind == DocumentType.DNI else compact


def _checker(kind: str) -> Callable[[str], object]:
    if kind not in DocumentType.values:
        raise ValidationError(_("There is no such kind of document."), code="document_type")
    if kind in _FORMS:
        return _FORMS[DocumentType(kind)].fullmatch
    valid: Callable[[str], bool] = import_module(_STDNUM[DocumentType(kind)]).is_valid
    return valid


def shown_document(user: "User", number: str) -> str:
    """Whole for who may see it, masked for everybody else."""
    return number if user.has_perm("people.view_document") else masked(number)


def masked(number: str) -> str:
    """ "12345678" as "•••••678": enough to tell two apart, not enough to be somebody."""
    return "•" * max(0, len(number) - 3) + number[-3:] if len(number) > 3 else "•" * len(number)
