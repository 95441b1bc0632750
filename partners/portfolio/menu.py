"""The portfolio's entry in the sidebar."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry

ENTRIES = [
    MenuEntry(_("Portfolio"), "partners:portfolio", "chart-bar", "partners.view_loan", weight=25),
]
