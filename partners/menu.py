"""What the partners hang into the sidebar and under "+"."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry, SettingsPage

ENTRIES = [
    MenuEntry(_("Partners"), "partners:list", "users", "partners.view_partner", weight=20),
]

NEW = [
    MenuEntry(_("Partner"), "partners:create", "users", "partners.add_partner", weight=20),
]

SETTINGS = [
    SettingsPage(
        _("Loan products"),
        "partners:products",
        "package",
        "partners.change_loanproduct",
        weight=40,
        explanation=_("Rates, methods and rules, copied onto each new loan."),
    ),
    SettingsPage(
        _("Payment options"),
        "partners:options",
        "building-bank",
        "partners.change_paymentoption",
        weight=42,
        explanation=_("Bank accounts and the like, as partners are told of them."),
    ),
]
