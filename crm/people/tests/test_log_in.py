"""The door: by name or address, a few tries at a time, nobody signs up."""

import pytest

from crm.people.models import User
from crm.tests.people import PASSWORD

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def log_in(client, name, password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": name, "password": password, **more})


@pytest.mark.parametrize("name", ["julia", "julia@ejemplo.test", "JULIA@ejemplo.test"])
def test_by_user_name_or_address_and_on_to_where_one_was_going(client, colleague, name):
    colleague("agent", username="julia")
    assert log_in(client, name, next="/profile/").url == "/profile/"


def test_on_to_another_house_nobody_is_sent(client, colleague):
    colleague("agent", username="julia")
    assert log_in(client, "julia", next="https://elsewhere.example/").url == "/"


def test_a_wrong_password_and_an_unknown_name_sound_the_same(client, colleague):
    colleague("agent", username="julia")
    wrong = log_in(client, "julia", "no es")
    unknown = log_in(client, "nadie", "no es")
    assert wrong.context["form"].errors == unknown.context["form"].errors


def test_after_five_wrong_tries_even_the_right_password_waits(client, colleague):
    colleague("agent", username="julia")
    for _ in range(5):
        assert log_in(client, "julia", "no es").status_code == 200
    answer = log_in(client, "julia")
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert client.get("/profile/").status_code == 302


def test_who_was_switched_off_does_not_come_in(client, colleague):
    colleague("agent", username="julia", is_active=False)
    assert log_in(client, "julia").url == "/accounts/inactive/"
    assert client.get("/profile/").status_code == 302


def test_nobody_signs_up(client):
    body = {"username": "nueva", "password1": PASSWORD, "password2": PASSWORD, "email": "n@x.test"}
    assert client.post("/accounts/signup/", body).url == "/accounts/login/"
    assert b"signup" not in client.get("/accounts/login/").content
    assert not User.objects.exists()


def test_leaving_takes_a_press_of_a_button(client, colleague):
    client.force_login(colleague("agent"), "crm.people.backends.DeskBackend")
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/profile/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/profile/").status_code == 302


def test_the_administration_has_no_door_of_its_own(client, colleague):
    colleague("agent", username="julia")
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/").url == "/accounts/login/?next=%2Fadmin%2F"
    body = {"username": "julia", "password": PASSWORD}
    assert client.post("/admin/login/", body).url.startswith("/accounts/login/")


def test_the_administration_is_for_staff(browser, colleague):
    assert browser(colleague("agent")).get("/admin/", follow=True).status_code == 403
    chief = colleague("administrator", is_staff=True, is_superuser=True)
    assert browser(chief).get("/admin/").status_code == 200


def test_a_new_password_needs_the_old_one(client, colleague):
    person = colleague("agent", username="julia")
    log_in(client, "julia")
    new = "otra-batería-grapa"
    body = {"oldpassword": "no es", "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", body).status_code == 200
    assert client.post("/accounts/password/change/", body | {"oldpassword": PASSWORD}).url
    person.refresh_from_db()
    assert person.check_password(new)


def test_a_poor_password_is_refused(client, colleague):
    colleague("agent", username="julia")
    log_in(client, "julia")
    body = {"oldpassword": PASSWORD, "password1": "12345678", "password2": "12345678"}
    assert client.post("/accounts/password/change/", body).context["form"].errors


def test_behind_our_proxy_each_person_is_limited_alone(client, colleague, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    colleague("agent", username="julia")
    for number in range(12):
        wrong = {"login": f"nadie-{number}", "password": "no es"}
        client.post("/accounts/login/", wrong, headers={"X-Forwarded-For": "203.0.113.9"})
    body = {"login": "julia", "password": PASSWORD}
    there = client.post("/accounts/login/", body, headers={"X-Forwarded-For": "203.0.113.9"})
    here = client.post("/accounts/login/", body, headers={"X-Forwarded-For": "203.0.113.10"})
    assert (there.status_code, here.status_code) == (200, 302)
