"""The business's name and colour instead of the desk's own."""

import pytest
from django.core.checks import Error
from django.core.checks import Warning as Caution

from crm.checks import accent_is_a_colour

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("things")]


def test_the_name_of_the_business(browser, colleague, settings):
    settings.BUSINESS_NAME = "Casas <Ejemplo>"
    door = browser().get("/accounts/login/").content.decode()
    page = browser(colleague("agent")).get("/").content.decode()
    for html in (door, page):
        assert " · Casas &lt;Ejemplo&gt;</title>" in html
        assert "Ventanilla" not in html
    assert 'aria-label="Casas &lt;Ejemplo&gt;, inicio"' in page


def test_mail_comes_from_the_business(browser, colleague, settings, mailoutbox):
    settings.BUSINESS_NAME = "Casas Ejemplo"
    colleague("agent", email="julia@ejemplo.test")
    browser().post("/accounts/password/reset/", {"email": "julia@ejemplo.test"})
    assert mailoutbox[0].subject.startswith("Casas Ejemplo: ")
    assert "Casas Ejemplo" in mailoutbox[0].body and "Ventanilla" not in mailoutbox[0].body


@pytest.mark.parametrize("written", ["#7a1f5c", "7A1F5C"])
def test_a_colour_has_a_stylesheet_that_may_be_kept(client, settings, written):
    settings.ACCENT_COLOUR = written
    assert '<link rel="stylesheet" href="/accent.css?7a1f5c">' in (
        client.get("/accounts/login/").content.decode()
    )
    answer = client.get("/accent.css?7a1f5c")
    assert answer["Content-Type"].startswith("text/css")
    assert "immutable" in answer["Cache-Control"] and "Cookie" not in answer.get("Vary", "")
    assert "--accent: rgb(122, 31, 92);" in answer.content.decode()
    assert accent_is_a_colour(None) == []


@pytest.mark.parametrize("written", ["", "red", "#fff", "#12345g", "#000000; } body { color: red"])
def test_anything_else_leaves_the_desk_its_own(client, settings, written):
    settings.ACCENT_COLOUR = written
    assert "accent.css" not in client.get("/accounts/login/").content.decode()
    assert client.get("/accent.css").status_code == 404
    assert [type(one) for one in accent_is_a_colour(None)] == ([Error] if written else [])


def test_a_colour_nobody_can_read_on_is_warned_of(settings):
    settings.ACCENT_COLOUR = "#ffd400"
    assert [type(one) for one in accent_is_a_colour(None)] == [Caution]


def test_pages_that_name_no_icon_get_one(client):
    assert client.get("/favicon.ico").url.endswith(".svg")
