"""The stock administration: an administrator invites colleagues, and reaches no superuser."""

import pytest
from django.contrib.auth.models import Group

from crm.people.models import User

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def office(browser, colleague):
    return browser(colleague("administrator", is_staff=True))


@pytest.mark.parametrize("path", ["", "people/user/", "people/user/add/"])
def test_its_pages_open(office, path):
    assert office.get(f"/admin/{path}").status_code == 200


def test_an_administrator_invites_a_colleague(office):
    answer = office.post(
        "/admin/people/user/add/",
        {
            "username": "nuevo",
            "first_name": "Nuevo",
            "email": "nuevo@ejemplo.test",
            "usable_password": "false",
            "groups": [Group.objects.get(name="agent").pk],
            "is_superuser": "on",
        },
    )
    assert answer.status_code == 302, answer.context["adminform"].errors
    person = User.objects.get(username="nuevo")
    assert person.roles == {"agent"}
    assert not person.is_superuser


def test_a_superuser_is_out_of_an_administrators_reach(office, colleague):
    chief = colleague(is_staff=True, is_superuser=True)
    for page in ("change", "password"):
        path = f"/admin/people/user/{chief.pk}/{page}/"
        office.post(path, {"password1": "robada-y-larga", "password2": "robada-y-larga"})
    chief.refresh_from_db()
    assert not chief.check_password("robada-y-larga")


def test_who_does_not_administer_finds_nothing_there(browser, colleague):
    manager = browser(colleague("manager", is_staff=True))
    assert manager.get("/admin/people/user/").status_code == 403
