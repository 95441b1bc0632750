"""The pages of channels, and who may change them."""

import pytest
from django.urls import reverse

from chatbot.tests.desk import browser, person

LIST = "/channels/"
TOKEN = "token-de-prueba"


@pytest.fixture
def admin():
    return browser(person("administrator"))


def at(name, channel):
    return reverse(f"channels:{name}", args=[channel.pk])
