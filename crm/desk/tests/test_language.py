"""Spanish is the house's language; English is one click away."""

import pytest
from django.utils import translation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("things")]


def test_spanish_whatever_the_browser_prefers(browser):
    answer = browser().get("/accounts/login/", headers={"Accept-Language": "en-GB,en"})
    assert b'<html lang="es">' in answer.content
    assert answer["Content-Language"] == "es"


def test_english_for_who_chose_it_and_back(browser, colleague):
    client = browser(colleague("agent"))
    switch = client.post("/i18n/setlang/", {"language": "en", "next": "/profile/"})
    assert switch.url == "/profile/"
    assert b'<html lang="en">' in client.get("/profile/").content
    client.post("/i18n/setlang/", {"language": "es", "next": "/"})
    assert b'<html lang="es">' in client.get("/").content


def test_a_language_we_do_not_speak_is_spanish(browser):
    client = browser()
    client.cookies["django_language"] = "xx"
    assert b'<html lang="es">' in client.get("/accounts/login/").content


def test_numbers_and_dates_are_those_of_peru():
    from datetime import date

    from django.utils.formats import date_format, number_format

    with translation.override("es"):
        assert number_format(1234.5, 2, force_grouping=True) == "1,234.50"
        assert date_format(date(2026, 11, 21), "SHORT_DATE_FORMAT") == "21/11/2026"
