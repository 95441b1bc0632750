"""The ground floor's own entries in the sidebar and under "+"."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry, SettingsPage, load, menu_entries
from crm.people.models import User


@dataclass(frozen=True)
class SettingsEntry(MenuEntry):
    """The way to everything that is set up once, for whoever may enter any of it."""

    def urls(self) -> list[str]:
        return [
            self.url(),
            *(page.url() for part in load(settings.SETTINGS_PAGES) for page in part),
        ]

    def allowed(self, user: User) -> bool:
        return bool(menu_entries(settings.SETTINGS_PAGES, user))


SETTINGS = [
    SettingsPage(
        _("Scheduled jobs"),
        "jobs:list",
        "clock",
        "jobs.change_jobsetting",
        weight=80,
        explanation=_("What the desk does by itself, when, and what failed."),
    ),
]

ENTRIES = [
    MenuEntry(_("Home"), "desk:dashboard", "home", weight=0),
    MenuEntry(_("Properties"), "catalog:list", "building", "catalog.view_property", weight=30),
    SettingsEntry(_("Settings"), "desk:settings", "settings", weight=80),
]

NEW = [
    MenuEntry(_("Property"), "catalog:create", "building", "catalog.add_property", weight=30),
]
