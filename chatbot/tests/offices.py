"""The demo's office, seeded once for all tests of a module."""

import shutil

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from crm.conversations.models import Message
from partners.models import Installment, Payment, Receipt


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker, tmp_path_factory):
    """Where its files lie. Each test's changes to the rows are undone, and in the end the rows."""
    media = tmp_path_factory.mktemp("seeded")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DEMO=True, MEDIA_ROOT=media):
            call_command("seed_demo", verbosity=0)
        yield media
        transaction.set_rollback(True)


@pytest.fixture
def own_files(seeded, settings, tmp_path):
    """A copy of its files, to be deleted as one likes."""
    settings.MEDIA_ROOT = tmp_path / "media"
    shutil.copytree(seeded, settings.MEDIA_ROOT)


def told():
    """Who said what to whom, and who owes and paid what; without the moments and keys."""
    messages = Message.objects.order_by("id").select_related("conversation__contact")
    rows = Installment.objects.order_by("loan__number", "position")
    paid = Payment.objects.order_by("loan__number", "paid_on", "amount")
    return (
        [
            (m.conversation.contact.name, m.direction, m.author, m.kind, m.text, m.state)
            for m in messages
        ],
        list(rows.values_list("loan__number", "due", "principal", "interest", "unpaid_principal")),
        list(paid.values_list("loan__number", "paid_on", "amount", "means")),
        list(Receipt.objects.order_by("partner__number", "amount").values_list("amount", "status")),
    )
