"""Headers that keep strangers' scripts out, and templates that need no exception from them."""

import logging
import re
from io import StringIO

import pytest
from django.conf import settings

from crm.desk.registry import load, menu_entries

pytestmark = pytest.mark.once

# Printed by a process of its own, never sent to a browser.
PRINTED = {"statement_print.html"}
TEMPLATES = sorted(
    path for path in (settings.BASE_DIR / "templates").rglob("*.html") if path.name not in PRINTED
)
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.I),
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.I),
    "an on* attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "hx-on": re.compile(r"\bhx-on[:=-]", re.I),
    "an hx expression that is evaluated": re.compile(r"hx-(vals|headers|vars)=['\"]\s*js:", re.I),
    "an htmx trigger filter": re.compile(r"hx-trigger=\"[^\"]*\w+\[[^=\"]*[(&|=!]", re.I),
    "something from another host": re.compile(r"(src|href)=[\"'](https?:)?//(?!wa\.me)", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_has(what):
    found = [
        f"{path.relative_to(settings.BASE_DIR)}: {match.group(0).strip()}"
        for path in TEMPLATES
        for match in FORBIDDEN[what].finditer(path.read_text())
    ]
    assert not found


def test_every_icon_a_template_names_exists():
    drawn = re.compile(r"{% icon \"([^\"]+)\"")
    missing = {
        name
        for path in TEMPLATES
        for name in drawn.findall(path.read_text())
        if not (settings.ICONS_DIR / "outline" / f"{name}.svg").is_file()
    }
    assert not missing


def test_every_menu_entry_leads_somewhere_and_has_its_icon():
    listed = [entry for part in load([*settings.MENU, *settings.NEW_MENU]) for entry in part]
    assert listed
    for entry in listed:
        assert entry.url().startswith("/")
        assert (settings.ICONS_DIR / "outline" / f"{entry.icon}.svg").is_file(), entry.icon


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["agent", "marketer", "officer", "manager", "administrator"])
def test_nobody_has_more_than_eight_entries(colleague, role):
    assert 0 < len(menu_entries(settings.MENU, colleague(role))) <= 8


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/profile/", "/search/?q=a", "/nowhere/", "/accounts/2fa/"])
def test_pages_forbid_inline_code(browser, colleague, path):
    policy = browser(colleague("agent")).get(path)["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_log_line_carries_neither_telephone_numbers_nor_secrets():
    from crm.logs import redact

    assert redact("from +51 987 654 321: hola") == "from ***321: hola"
    assert redact("to 51987654321") == "to ***321"
    assert "EAAB" not in redact("GET /x?access_token=EAABxyz&y=1")
    assert "EAAB" not in redact("Authorization: Bearer EAABxyz")
    assert redact("key false_51911000001@c.us_3EB") == "key false_***001@c.us_3EB"
    assert redact("Bad Request: /webhooks/maytapi/0b1c-2d/ x") == (
        "Bad Request: /webhooks/maytapi/*** x"
    )
    assert "AAHd" not in redact("/hooks/12345:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
    assert redact("2026-11-21 05:17:24,270 lead 42 of 120000") == (
        "2026-11-21 05:17:24,270 lead 42 of 120000"
    )


@pytest.mark.django_db
def test_a_name_that_is_not_ours_is_one_line_without_traceback(browser, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    written = StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger("django").addHandler(handler)
    try:
        answer = browser().get("/", headers={"host": "10.1.2.3:8000"})
    finally:
        logging.getLogger("django").removeHandler(handler)

    assert answer.status_code == 400
    said = written.getvalue()
    assert "10.1.2.3" in said and "ALLOWED_HOSTS" in said
    assert len(said.splitlines()) == 1, said
