"""People to try the desk with: `colleague("agent")`, and a browser they are logged in with."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from crm.people.models import User

PASSWORD = "correcta-batería-grapa"


@pytest.fixture
def colleague(db):
    """Make a person of a role, or of none: colleague("manager", username="rosa")."""

    def make(role="", *, username="", **fields):
        username = username or f"{role or 'nadie'}-{User.objects.count()}"
        fields.setdefault("email", f"{username}@ejemplo.test")
        person = User.objects.create_user(username, password=PASSWORD, **fields)
        if role:
            person.groups.add(Group.objects.get(name=role))
        return person

    return make


@pytest.fixture
def browser():
    """A browser that shows error pages as a person would see them; logged in with `as_`."""

    def opened(person=None):
        client = Client(raise_request_exception=False)
        if person is not None:
            client.force_login(person, "crm.people.backends.DeskBackend")
        return client

    return opened
