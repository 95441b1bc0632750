"""Partners who may write, for tests of logging in."""

from datetime import date

from partners.registry import change_partner, register_partner

DNI, YEAR, PHONE = "12345678", 1990, "51987654321"
RIGHT, WRONG_YEAR, NOBODYS = "12345678 1990", "12345678 1991", "45612378 1990"


def make_partner(
    name="Ana Ficticia Ramos",
    document=DNI,
    born=date(YEAR, 3, 5),
    phone=f"+{PHONE}",
    email="ana@example.com",
    **facts,
):
    partner = register_partner(
        by=None,
        name=name,
        document_type="dni",
        document_number=document,
        birthday=born,
        phone=phone,
        email=email,
    )
    return change_partner(partner=partner, by=None, **facts) if facts else partner
