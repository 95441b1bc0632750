"""Every address of the house, from a stranger's side: nothing opens that is not on the list."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

pytestmark = pytest.mark.once

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
    "chatbot/webhook/<x>/": "providers, by signature",
}
VALUES = {
    "int": "1",
    "str": "algo",
    "slug": "algo",
    "uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12,
    "provider": "meta",
    "family": "whatsapp",
    "app_label": "people",
}
CONVERTED = re.compile(r"<(?:(\w+):)?\w+>")
GROUP = re.compile(r"\(\?P<(\w+)>[^()]*(?:\([^()]*\)[^()]*)*\)")


def every_route(resolver, prefix=""):
    for entry in resolver.url_patterns:
        part = str(entry.pattern)
        is_regex = not hasattr(entry.pattern, "_route")
        if is_regex:
            # A group's name stands where a converter would: it says which value fits.
            part = GROUP.sub(r"<\1:x>", part).strip("^$").replace("/?", "/")
            part = part.replace("\\Z", "").replace("\\", "")
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
@pytest.mark.parametrize("route", [route for route in ROUTES if named(route) not in PUBLIC])
def test_a_stranger_stays_outside(route):
    for method in ("get", "post"):
        answer = getattr(Client(raise_request_exception=False), method)(filled(route))
        assert answer.status_code in (302, 301, 401, 403, 404, 405), (method, route)
        if answer.status_code in (301, 302):
            # To a door, or to a page that has one.
            assert answer["Location"].startswith(("/accounts/login/", "/admin/login/")) or (
                answer["Location"] in ("/profile/", "/admin/", f"{filled(route)}/")
            ), f"{method} {route} sends a stranger to {answer['Location']}"


def test_the_list_of_public_addresses_names_only_what_exists():
    existing = {named(route) for route in ROUTES}
    assert set(PUBLIC) <= existing


def test_what_is_asked_for_leads_somewhere():
    """Or a stranger's 404 would prove nothing."""
    for route in ROUTES:
        resolve(filled(route))


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted({r for r in ROUTES if named(r) in PUBLIC}))
def test_a_public_address_breaks_for_nobody(route):
    answer = Client(raise_request_exception=False).get(filled(route))
    assert answer.status_code < 500 or (route == "readyz" and answer.status_code == 503)


# What a stranger is told at the doors of machines: no made-up channel, no default one, no token.
KNOCKS = [
    ("webhooks/<x>/<x>/", "get", 404),
    ("webhooks/<x>/<x>/", "post", 404),
    ("webhooks/<x>/<x>/", "put", 405),
    ("chatbot/webhook/<x>/", "get", 403),
    ("chatbot/webhook/<x>/", "post", 403),
    ("chatbot/webhook/<x>/", "put", 405),
    ("api/messages/", "get", 405),
    ("api/messages/", "post", 401),
    ("files/<x>", "get", 404),
    ("files/<x>", "post", 405),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "method", "status"), KNOCKS)
@pytest.mark.parametrize("last_slash", [True, False])
def test_a_machines_door_stays_shut_for_a_stranger(name, method, status, last_slash):
    (route,) = (route for route in ROUTES if named(route) == name)
    address = filled(route) if last_slash else filled(route).rstrip("/")
    assert getattr(Client(), method)(address).status_code == status
