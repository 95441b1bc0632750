"""Spanish is the house's language; English is one click away."""

import pytest
from django.utils import translation

from crm.tests.people import PASSWORD

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("things")]


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


def kept_language(person):
    person.refresh_from_db()
    return person.language


def test_a_choice_waits_on_every_other_device(browser, colleague):
    julia = colleague("agent", username="julia")
    browser(julia).post("/i18n/setlang/", {"language": "en", "next": "/profile/"})
    assert kept_language(julia) == "en"
    elsewhere = browser()
    elsewhere.post("/accounts/login/", {"login": "julia", "password": PASSWORD})
    assert elsewhere.cookies["django_language"].value == "en"
    assert b'<html lang="en">' in elsewhere.get("/profile/").content


def test_who_never_chose_keeps_the_language_of_the_door(browser, colleague):
    julia = colleague("agent", username="julia")
    client = browser()
    client.post("/i18n/setlang/", {"language": "en"})
    client.post("/accounts/login/", {"login": "julia", "password": PASSWORD})
    assert b'<html lang="en">' in client.get("/profile/").content
    assert kept_language(julia) == ""


def test_nonsense_is_not_kept(browser, colleague):
    julia = colleague("agent")
    for answer in ({"language": "xx"}, {"language": "es" * 50}, {}):
        browser(julia).post("/i18n/setlang/", answer)
    browser(julia).get("/i18n/setlang/?language=en")
    assert kept_language(julia) == ""


def test_the_kept_language_costs_pages_nothing(browser, colleague, django_assert_max_num_queries):
    client = browser(colleague("agent", language="en"))
    with django_assert_max_num_queries(2):  # session and person
        assert client.get("/pulse/").status_code == 204
