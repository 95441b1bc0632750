"""Answers for when something is wrong. They may not need what may be broken."""

import sys

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from crm.desk.looks import accent_url

_AWAY = (OperationalError, InterfaceError, RedisConnectionError, RedisTimeoutError)
RETRY_AFTER = 5  # seconds


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 when database or cache is away, else 500; touches neither of them."""
    away = is_away(sys.exc_info()[1])
    response = plain_page("503.html" if away else "500.html", 503 if away else 500)
    if away:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def is_away(error: BaseException | None) -> bool:
    """Whether this exception, or one it came out of, is a lost database or cache."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, _AWAY):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def plain_page(template: str, status: int) -> HttpResponse:
    """A page without context processors: no session, no user, no query."""
    context = {"stylesheets": _stylesheets(), "business": settings.BUSINESS_NAME}
    text = get_template(template).render(context)
    return HttpResponse(text, status=status, headers={"Cache-Control": "no-store"})


def _stylesheets() -> list[str]:
    try:
        names = ("tabler/css/tabler.min.css", "css/desk.css")
        return [*map(staticfiles_storage.url, names), *filter(None, [accent_url()])]
    except ValueError:  # not collected: plain text still says what happened
        return []
