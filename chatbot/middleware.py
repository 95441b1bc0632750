"""Providers that still call the webhook path of the system this one replaced."""

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse

from chatbot.channels import directory

# Asked often, some of it while the database is away: not worth a look.
OURS = ("/static/", "/healthz", "/readyz", "/pulse/", "/webhooks/")


class OlderPathMiddleware:
    """Serve a channel's `older_path` as if its own webhook address had been called."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A provider has no session; whoever has one pays nothing for this.
        if request.path_info.startswith(OURS) or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return self.get_response(request)
        try:
            known = directory.snapshot()
        except (DatabaseError, InterfaceError):
            known = directory.remembered()
        channel = known.by_older_path.get(request.path_info.rstrip("/"))
        if channel is not None:
            # Older systems kept secrets in such paths; see crm.logs.
            request.secret_path = request.path  # type: ignore[attr-defined]
            request.path_info = f"/webhooks/{channel.provider}/{channel.uuid}/"
        return self.get_response(request)
