"""What every request passes: the language, the demo's fence, and toasts for htmx."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from crm.desk.feedback import as_toast
from crm.people.backends import demo_allowed

GetResponse = Callable[[HttpRequest], HttpResponse]


def LanguageMiddleware(get_response: GetResponse) -> GetResponse:
    """Spanish, unless the person chose otherwise; what the browser prefers is not asked."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def DemoMiddleware(get_response: GetResponse) -> GetResponse:
    """A demo person's session is nobody's when it comes from another machine."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if (
            settings.SESSION_COOKIE_NAME in request.COOKIES
            and not demo_allowed(request)
            and getattr(request.user, "is_demo", False)
        ):
            request.user = AnonymousUser()
        return get_response(request)

    return middleware


def ToastMiddleware(get_response: GetResponse) -> GetResponse:
    """Send messages along with an htmx answer, in a header that static/js/desk.js listens to."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.headers.get("HX-Request") == "true" and not _leaves_page(response):
            toasts = [as_toast(message) for message in get_messages(request)]
            if toasts:
                _trigger(response, "toasts", toasts)
        return response

    return middleware


def _leaves_page(response: HttpResponse) -> bool:
    """The page that comes next shows the messages itself."""
    headers = ("HX-Redirect", "HX-Location", "HX-Refresh")
    return 300 <= response.status_code < 400 or any(name in response for name in headers)


def _trigger(response: HttpResponse, event: str, detail: Any) -> None:
    """Add an event to HX-Trigger, whichever of its two notations is there already."""
    present = response.headers.get("HX-Trigger", "")
    if present.startswith("{"):
        events = json.loads(present)
    else:
        events = {name.strip(): None for name in present.split(",") if name.strip()}
    response["HX-Trigger"] = json.dumps({**events, event: detail})
