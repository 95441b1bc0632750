"""What base.html needs around every page."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property

from crm.desk.counting import count_each
from crm.desk.looks import accent_url
from crm.desk.registry import MenuEntry, Rows, menu_entries
from crm.people.models import User

PHONE_ENTRIES = 4


class Shell:
    """The frame of a page, asked for only by templates that show it."""

    def __init__(self, request: HttpRequest, path: str = "") -> None:
        self.request = request
        self.path = path or request.path
        self.demo = settings.DEMO
        self.business = settings.BUSINESS_NAME
        self.accent_url = accent_url()

    @cached_property
    def user(self) -> User | None:
        user = getattr(self.request, "user", None)
        return user if isinstance(user, User) else None

    @cached_property
    def menu(self) -> list["MenuItem"]:
        if self.user is None:
            return []
        found = menu_entries(settings.MENU, self.user)
        items = [MenuItem(entry, self.path, self._count) for entry in found]
        # Of a room and a page inside it, both with an entry, the page is where one is.
        deepest = max((item.depth for item in items), default=0)
        for item in items:
            item.current = 0 < item.depth == deepest
        return items

    @cached_property
    def _counts(self) -> dict[Rows, int]:
        """Of the whole menu in one query, on the pages that show it."""
        entries = (item.entry for item in self.menu)
        asked = [rows for one in entries for rows in (one.waiting, one.pressing) if rows]
        assert self.user is not None
        found = count_each([rows(self.user) for rows in asked])
        return dict(zip(asked, found, strict=True))

    def _count(self, rows: Rows | None) -> int:
        return self._counts[rows] if rows else 0

    @property
    def phone_menu(self) -> list["MenuItem"]:
        return self.menu[:PHONE_ENTRIES]

    @property
    def phone_rest(self) -> list["MenuItem"]:
        return self.menu[PHONE_ENTRIES:]

    @property
    def phone_rest_presses(self) -> bool:
        """Whether anything that is due hides behind "More"."""
        return any(item.presses for item in self.phone_rest)

    @cached_property
    def tools(self) -> list[MenuEntry]:
        return menu_entries(settings.TOOLS_MENU, self.user) if self.user else []

    @cached_property
    def new(self) -> list[MenuEntry]:
        return menu_entries(settings.NEW_MENU, self.user) if self.user else []

    @cached_property
    def pulse_keys(self) -> str:
        """What to ask about so that the counts in the menu stay true."""
        return " ".join(sorted({item.entry.pulse for item in self.menu if item.entry.pulse}))


def _is_in(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


class MenuItem:
    """An entry as one person sees it on one page."""

    def __init__(self, entry: MenuEntry, path: str, counted: Callable[[Rows | None], int]) -> None:
        self.entry = entry
        self.label = entry.label
        self.icon = entry.icon
        self.url = entry.url()
        self.depth = max((len(url) for url in entry.urls() if _is_in(path, url)), default=0)
        self.current = False
        self._counted = counted

    @property
    def count(self) -> int:
        return self._counted(self.entry.waiting)

    @property
    def count_text(self) -> str:
        return _few(self.count)

    @property
    def presses(self) -> int:
        return self._counted(self.entry.pressing)

    @property
    def presses_text(self) -> str:
        return _few(self.presses)


def _few(count: int) -> str:
    return "99+" if count > 99 else str(count)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: costs nothing until a template asks."""
    return {"shell": Shell(request)}
