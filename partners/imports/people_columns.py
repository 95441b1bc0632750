"""The columns of a file of partners: what they are called, and how a cell is read."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import DeskError
from crm.imports.contract import Column, Reading, UnreadableError
from crm.imports.values import day, email, one_of, phone, text
from crm.people.documents import DocumentType
from partners.identity import check_birthday
from partners.models import Partner

DOCUMENTS = {
    **dict.fromkeys(("dni", "libreta electoral", "dni (peru)", "1", "01"), DocumentType.DNI.value),
    **dict.fromkeys(
        ("ce", "carnet de extranjeria", "carne de extranjeria", "foreigner's card (peru)"),
        DocumentType.FOREIGNER.value,
    ),
    **dict.fromkeys(("ruc", "ruc (peru)", "6", "06"), DocumentType.RUC.value),
    **dict.fromkeys(("passport", "pasaporte"), DocumentType.PASSPORT.value),
    **{kind.value.replace("_", " "): kind.value for kind in DocumentType},
}
STATUSES = {
    **dict.fromkeys(
        ("active", "activo", "activa", "vigente", "habil"), Partner.Status.ACTIVE.value
    ),
    **dict.fromkeys(
        ("suspended", "suspendido", "suspendida", "inhabil"), Partner.Status.SUSPENDED.value
    ),
    **dict.fromkeys(
        ("cancelled", "retirado", "retirada", "de baja", "baja", "renunciante"),
        Partner.Status.CANCELLED.value,
    ),
}


def birthday(cell: str, how: Reading) -> Any:
    born = day(cell, how)
    try:
        check_birthday(born)
    except DeskError as error:
        raise UnreadableError(str(error)) from None
    return born


def past_day(cell: str, how: Reading) -> Any:
    found = day(cell, how)
    if found > timezone.localdate():
        raise UnreadableError(_("This day is yet to come."))
    if found.year < 1900:
        raise UnreadableError(_("Is the year right?"))
    return found


COLUMNS = (
    Column(
        "external_id",
        gettext_lazy("Id in the other system"),
        text(60),
        ("id", "id externo", "external id", "codigo", "codigo de socio", "id socio", "id cliente"),
        example="10457",
        hint=gettext_lazy(
            "With it the same file can be imported again, and changes nothing twice."
        ),
    ),
    Column(
        "name",
        gettext_lazy("Name"),
        text(200),
        (
            "nombre",
            "nombres",
            "nombre completo",
            "nombres y apellidos",
            "apellidos y nombres",
            "full name",
            "socio",
            "cliente",
        ),
        required=True,
        example="Ana Ficticia Ramos",
    ),
    Column(
        "document_type",
        gettext_lazy("Kind of document"),
        one_of(DOCUMENTS),
        ("tipo de documento", "tipo documento", "tipo doc", "tipo de doc", "document type"),
        example="DNI",
        hint=gettext_lazy("DNI where nothing is said."),
    ),
    Column(
        "document_number",
        gettext_lazy("Document number"),
        text(30),
        (
            "dni",
            "documento",
            "numero de documento",
            "nro documento",
            "nro de documento",
            "nro doc",
            "num documento",
            "n documento",
            "doc",
            "document",
            "doc identidad",
            "documento de identidad",
        ),
        required=True,
        example="40000001",
    ),
    Column(
        "birthday",
        gettext_lazy("Birthday"),
        birthday,
        (
            "fecha de nacimiento",
            "fecha nacimiento",
            "fec nac",
            "fec nacimiento",
            "nacimiento",
            "f nacimiento",
            "date of birth",
            "birth date",
        ),
        example="17/05/1985",
    ),
    Column(
        "phone",
        gettext_lazy("Phone"),
        phone,
        (
            "celular",
            "telefono",
            "telefono celular",
            "movil",
            "whatsapp",
            "cel",
            "telf",
            "fono",
            "mobile",
            "phone number",
            "nro celular",
            "nro de celular",
        ),
        example="911 000 001",
        hint=gettext_lazy("The one they write from. No two partners have the same."),
    ),
    Column(
        "email",
        gettext_lazy("E-mail"),
        email,
        ("correo", "correo electronico", "email", "mail", "e mail", "email address"),
        example="ana@ejemplo.test",
    ),
    Column(
        "agency",
        gettext_lazy("Agency"),
        text(120),
        ("agencia", "sucursal", "oficina", "branch", "sede"),
        example="Centro",
    ),
    Column(
        "officer",
        gettext_lazy("Officer"),
        text(150),
        (
            "oficial",
            "asesor",
            "analista",
            "ejecutivo",
            "sectorista",
            "asesor de credito",
            "usuario",
        ),
        example="creditos",
        hint=gettext_lazy("By user name or e-mail."),
    ),
    Column(
        "number",
        gettext_lazy("Member number"),
        text(20),
        (
            "numero de socio",
            "nro de socio",
            "nro socio",
            "numero socio",
            "n socio",
            "num socio",
            "member no",
        ),
        required=True,
        example="S-0001",
    ),
    Column(
        "joined_on",
        gettext_lazy("Partner since"),
        past_day,
        ("fecha de ingreso", "fecha ingreso", "fecha de afiliacion", "socio desde", "joined"),
        example="01/02/2020",
    ),
    Column(
        "status",
        gettext_lazy("Status"),
        one_of(STATUSES),
        ("estado", "situacion", "condicion"),
        example="activo",
        hint=gettext_lazy("Active where nothing is said."),
    ),
)
