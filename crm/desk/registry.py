"""What a room hangs into the desk: menu entries, dashboard cards, search hits.

Settings list the places as dotted paths, so that the desk knows no room by name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from crm.people.models import User

Text = str | Promise
Rows = Callable[["User"], QuerySet[Any]]


@dataclass(frozen=True)
class MenuEntry:
    """A way into a room. `waiting` are the rows there that wait for this person, not all there are,
    `pressing` those of them that are due soon or late; the menu counts them.

    `weight` orders the entries of all rooms, lowest first; the first four stand in the phone's
    bar. `pulse` is the key of settings.PULSES whose change makes the count worth asking again.
    """

    label: Text
    url_name: str
    icon: str
    permission: str = ""
    waiting: Rows | None = None
    pressing: Rows | None = None
    weight: int = 50
    pulse: str = ""

    def url(self) -> str:
        return reverse(self.url_name)

    def urls(self) -> list[str]:
        """Where the pages begin that belong to this entry."""
        return [self.url()]

    def allowed(self, user: "User") -> bool:
        return not self.permission or user.has_perm(self.permission)


@dataclass(frozen=True)
class SettingsPage(MenuEntry):
    """A page where something is set up once; `explanation` says in a line what it is for."""

    explanation: Text = ""


@dataclass(frozen=True)
class Card:
    """A number on the dashboard that leads to the list it counts; `hint` is a few words below.

    Those with a `group` stand together as lines under that heading, the others by themselves.
    """

    label: Text
    value: int | str
    url: str
    icon: str = ""
    hint: Text = ""
    group: Text = ""


@dataclass(frozen=True)
class SearchHit:
    """Something found; `kind` is the word for what it is, in the person's language."""

    title: str
    subtitle: str
    url: str
    icon: str
    kind: Text


@dataclass(frozen=True)
class Step:
    """A first step of an empty installation; `done` steps stay in the list, ticked off."""

    label: Text
    hint: Text
    url: str
    done: bool
    icon: str = ""


@dataclass(frozen=True)
class Probe:
    """One thing that readiness depends on; `detail` is for an operator, without secrets."""

    name: str
    ok: bool
    detail: str = ""


@cache
def _import(path: str) -> Any:
    return import_string(path)


def load(paths: Sequence[str]) -> list[Any]:
    """Import every dotted path; `manage.py check` has already said which of them is wrong."""
    return [_import(path) for path in paths]


def menu_entries(paths: Sequence[str], user: "User") -> list[MenuEntry]:
    """What of the listed menus this person may enter, in the order of their weight."""
    entries = [entry for listed in load(paths) for entry in listed if entry.allowed(user)]
    return sorted(entries, key=lambda entry: entry.weight)


def registry_settings() -> dict[str, list[str]]:
    """The settings that hold dotted paths, by name, for the system check.

    SCHEDULES and IMPORTERS have checks of their own (crm/jobs/checks.py, crm/imports/checks.py).
    """
    names = (
        "MENU",
        "NEW_MENU",
        "TOOLS_MENU",
        "SETTINGS_PAGES",
        "SEARCH_SOURCES",
        "DASHBOARD_CARDS",
        "FIRST_STEPS",
        "PULSES",
        "READINESS",
        "TEMPLATE_PURPOSES",
        "SETUP_STEPS",
        "CHANNEL_RULES",
        "REPLY_WORDS",
        "PARTNER_SPEAKS",
    )
    return {name: _paths(getattr(settings, name)) for name in names}


def _paths(listed: str | Sequence[str]) -> list[str]:
    return [listed] if isinstance(listed, str) else list(listed)
