"""Every address of the house, from a stranger's side: nothing opens that is not on the list."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

# What the outside may ask for without a log-in, and why.
PUBLIC = {
    "accounts/login/": "the door itself",
    "accounts/logout/": "leaves for the door",
    "accounts/signup/": "leads to the door",
    "accounts/inactive/": "says that a log-in is switched off",
    "accounts/confirm-email/": "allauth's; says nothing about anybody",
    "accounts/confirm-email/<x>/": "allauth's; says nothing about anybody",
    "accounts/password/reset/": "forgotten passwords",
    "accounts/password/reset/done/": "forgotten passwords",
    "accounts/password/reset/key/done/": "forgotten passwords",
    "accounts/password/reset/key/<x>-<x>/": "the link from the mail; a wrong one says so",
    "i18n/setlang/": "the language of the log-in page",
    "healthz": "machines",
    "readyz": "machines",
    "robots.txt": "machines",
    "accent.css": "the colour of the log-in page",
    "favicon.ico": "the sign of every page",
    # Providers knock here; the signature decides, and a made-up channel is 404.
    "webhooks/<x>/<x>/": "providers, by signature",
    "chatbot/webhook/whatsapp/": "providers, by signature",
    "chatbot/webhook/telegram/": "providers, by signature",
}
VALUES = {
    "int": "1",
    "str": "algo",
    "slug": "algo",
    "uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12,
}
CONVERTED = re.compile(r"<(?:(\w+):)?\w+>")
GROUP = re.compile(r"\(\?P<\w+>[^()]*(?:\([^()]*\)[^()]*)*\)")


def every_route(resolver, prefix=""):
    for entry in resolver.url_patterns:
        part = str(entry.pattern)
        is_regex = not hasattr(entry.pattern, "_route")
        if is_regex:
            part = GROUP.sub("<x>", part).strip("^$").replace("\\Z", "").replace("\\", "")
        if isinstance(entry, URLResolver):
            yield from every_route(entry, prefix + part)
        elif isinstance(entry, URLPattern):
            yield prefix + part


ROUTES = sorted(set(every_route(get_resolver())))


def named(route):
    return CONVERTED.sub("<x>", route)


def filled(route):
    return "/" + CONVERTED.sub(lambda match: VALUES.get(match[1] or "str", "algo"), route)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", [route for route in ROUTES if named(route) not in PUBLIC])
def test_a_stranger_stays_outside(route, method):
    answer = getattr(Client(raise_request_exception=False), method)(filled(route))
    assert answer.status_code in (302, 301, 401, 403, 404, 405), route
    if answer.status_code in (301, 302):
        # To a door, or to a page that has one.
        assert answer["Location"].startswith(("/accounts/login/", "/admin/login/")) or (
            answer["Location"] in ("/profile/", "/admin/", f"{filled(route)}/")
        ), f"{route} sends a stranger to {answer['Location']}"


def test_the_list_of_public_addresses_names_only_what_exists():
    existing = {named(route) for route in ROUTES}
    later = {name for name in PUBLIC if name.startswith(("webhooks", "chatbot"))}
    assert set(PUBLIC) - later <= existing


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted({r for r in ROUTES if named(r) in PUBLIC}))
def test_a_public_address_breaks_for_nobody(route):
    answer = Client(raise_request_exception=False).get(filled(route))
    assert answer.status_code < 500 or (route == "readyz" and answer.status_code == 503)
