"""Home, search, pulse, toasts, profile, health: the desk's own pages."""

import json

import pytest

from crm.desk.tests import samples
from crm.people.models import User

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("things")]


@pytest.fixture
def desk(browser, colleague):
    return browser(colleague("administrator", username="ada", first_name="Ada"))


def test_home_counts_lead_to_their_lists(desk):
    page = desk.get("/").content.decode()
    assert "Ada" in page
    assert 'href="/things/?state=waiting"' in page
    assert "Make a thing" in page


def test_home_renews_only_its_cards(desk):
    page = desk.get("/", headers={"HX-Request": "true"}).content.decode()
    assert "Waiting things" in page
    assert "<html" not in page


def test_search_finds_and_limits(desk):
    page = desk.get("/search/", {"q": "  villa  "})
    assert len(page.context["hits"]) == 25
    dropdown = desk.get(
        "/search/?q=villa", headers={"HX-Request": "true", "HX-Target": "search-results"}
    )
    assert dropdown.content.count(b"hit-title") == 4
    assert b"<html" not in dropdown.content


@pytest.mark.parametrize("asked", ["", "a", "   b   "])
def test_search_needs_two_letters(desk, asked):
    page = desk.get("/search/", {"q": asked})
    assert page.status_code == 200
    assert page.context["hits"] == []


def test_search_reads_a_hundred_letters_at_most(desk):
    page = desk.get("/search/", {"q": "ab" * 500})
    assert len(page.context["asked"]) == 100


def test_search_shows_what_was_written_as_text(desk):
    assert b"<script>alert" not in desk.get("/search/", {"q": "<script>alert(1)"}).content


def test_pulse_is_silent_while_nothing_changed(desk):
    answer = desk.get("/pulse/?things=7&unknown=1")
    assert answer.status_code == 204
    assert answer["Cache-Control"] == "no-store"


def test_pulse_names_what_changed(desk, monkeypatch):
    monkeypatch.setitem(samples.versions, "things", "8")
    answer = desk.get("/pulse/?things=7")
    assert (answer.status_code, answer.json()) == (200, {"things": "8"})


def test_pulse_is_for_colleagues(browser):
    answer = browser().get("/pulse/?things=7", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer["HX-Redirect"].startswith("/accounts/login/")


def test_pulse_costs_what_the_log_in_costs(desk, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):  # session and person; the sample room asks nothing
        desk.get("/pulse/?things=7")


def test_what_was_done_is_told_to_htmx_in_a_header(desk):
    answer = desk.get("/saved/", headers={"HX-Request": "true"})
    toasts = json.loads(answer["HX-Trigger"])["toasts"]
    assert toasts == [
        {"text": "Saved <b>it</b>", "level": "success", "undo_url": "/undo/"},
        {"text": "Mind the gap", "level": "warning", "undo_url": ""},
    ]
    assert b"Mind the gap" not in desk.get("/").content


def test_what_was_done_is_told_on_the_next_page(desk):
    desk.get("/saved/")
    page = desk.get("/").content.decode()
    assert "Saved &lt;b&gt;it" in page
    assert 'action="/undo/"' in page
    assert "Mind the gap" not in desk.get("/").content.decode()


def test_after_undo_one_is_back_where_one_was_and_nowhere_else(desk):
    assert desk.post("/undo/", {"next": "/things/?page=2"}).url == "/things/?page=2"
    assert desk.post("/undo/", {"next": "https://elsewhere.example/"}).url == "/"


def test_profile_changes_oneself(desk):
    answer = desk.post(
        "/profile/",
        {
            "first_name": "Ada María",
            "last_name": "Mendoza",
            "email": "ada@ejemplo.test",
            "phone": "+51 999 000 111",
            "is_superuser": "on",
            "username": "root",
        },
    )
    assert answer.url == "/profile/"
    ada = User.objects.get(username="ada")
    assert (ada.first_name, ada.phone, ada.is_superuser) == ("Ada María", "+51 999 000 111", False)


def test_profile_keeps_what_was_when_something_is_wrong(desk):
    answer = desk.post("/profile/", {"first_name": "Otra", "email": "no es un correo"})
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {"email"}
    assert User.objects.get(username="ada").first_name == "Ada"


def test_an_address_belongs_to_one_colleague(desk, colleague):
    colleague("agent", username="julia", email="julia@ejemplo.test")
    answer = desk.post("/profile/", {"first_name": "Ada", "email": "Julia@ejemplo.test"})
    assert "email" in answer.context["form"].errors


def test_alive_asks_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert answer.json() == {"status": "ok"}


def test_ready_says_what_is_missing_without_secrets(client, settings):
    assert client.get("/readyz").status_code == 200
    settings.READINESS = [*settings.READINESS, "crm.desk.tests.samples.ill"]
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["well"]["ok"] is True
    assert answer.json()["checks"]["ill"] == {"ok": False, "detail": "RuntimeError"}


def test_robots_stay_out(client):
    assert "Disallow: /" in client.get("/robots.txt").content.decode()
