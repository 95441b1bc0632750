"""The ground floor's own entries in the sidebar and under "+"."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry

ENTRIES = [
    MenuEntry(_("Home"), "desk:dashboard", "home", weight=0),
    MenuEntry(_("Properties"), "catalog:list", "building", "catalog.view_property", weight=30),
]

NEW = [
    MenuEntry(_("Property"), "catalog:create", "building", "catalog.add_property", weight=30),
]
