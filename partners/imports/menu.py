"""Importing, under "+"."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry

NEW = [
    MenuEntry(
        _("File to import"), "imports:create", "file-import", "partners.add_partner", weight=80
    ),
]
