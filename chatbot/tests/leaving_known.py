"""A property that is wanted, and questions that are open."""

from decimal import Decimal

import pytest

from chatbot.tests.desk import person as colleague
from crm.catalog.models import Property


@pytest.fixture
def villa():
    return Property.objects.create(
        code="VM-01",
        title="Villa Marina",
        operation="sale",
        district="Miraflores",
        price=Decimal(180_000),
        responsible=colleague("agent", first_name="María", last_name="Quispe"),
    )


def at(chat):
    return chat.dialog.name, chat.dialog.step
