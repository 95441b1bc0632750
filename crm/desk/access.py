"""Who may see what: log-in and permission before every view, in one place."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.middleware import HtmxDetails

from crm.people.models import User

View = Callable[..., HttpResponseBase]


class DeskRequest(HttpRequest):
    """A request that passed the door: somebody is logged in."""

    user: User
    htmx: HtmxDetails


def permitted(*permissions: str) -> Callable[[View], View]:
    """Let in who is logged in and holds all `permissions` ("app.codename"); none: any colleague.

    A stranger is sent to log in and back; a colleague without the permission gets a 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return refusal(request, permissions) or view(request, *args, **kwargs)

        return guarded

    return decorate


def refusal(request: HttpRequest, permissions: tuple[str, ...]) -> HttpResponse | None:
    """The answer for a stranger, None for who may pass; raises PermissionDenied otherwise."""
    if not request.user.is_authenticated:
        return to_login(request)
    if not request.user.has_perms(permissions):
        raise PermissionDenied
    return None


def to_login(request: HttpRequest) -> HttpResponse:
    """Send to log in; a piece of a page cannot be redirected, so htmx is told to leave the page."""
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(request.get_full_path())
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = page._replace(scheme="", netloc="").geturl() or "/"
    target = redirect_to_login(back, resolve_url(settings.LOGIN_URL)).url
    return HttpResponse(status=403, headers={"HX-Redirect": target})
