"""What the partners hang into the sidebar and under "+"."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry

ENTRIES = [
    MenuEntry(_("Partners"), "partners:list", "users", "partners.view_partner", weight=20),
]

NEW = [
    MenuEntry(_("Partner"), "partners:create", "users", "partners.add_partner", weight=20),
]
