"""A webhook tells of a template while the account's list is being written down."""

import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from chatbot.changes import apply_template_news
from chatbot.channels.events import TemplateNews
from chatbot.template_sync import sync_templates
from chatbot.tests.test_claim_races import Beside
from chatbot.tests.test_template_sync import known, listed
from crm.conversations.models import MessageTemplate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer"),
]


@pytest.fixture
def account(channel):
    channel.credentials = {**channel.credentials, "business_account_id": "777"}
    channel.save()
    return channel


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "new"])
@pytest.mark.parametrize("told", [[listed(status="PENDING")], []], ids=["pending", "none"])
def test_the_list_undoes_no_webhook_that_is_being_handled(account, graph, told, is_known):
    graph.listed = told
    names = {"name": "seguimiento", "language": "es_PE"}
    if is_known:
        ago = timezone.now() - timedelta(hours=1)
        MessageTemplate.objects.create(
            channel=account, status="PENDING", status_at=ago, changed_at=ago, **names
        )
    later = timezone.now() + timedelta(minutes=1)
    with transaction.atomic():
        apply_template_news(account, TemplateNews(**names, status="APPROVED", at=later))
        MessageTemplate.objects.update(changed_at=later)
        job = Beside(lambda: sync_templates(account))
        time.sleep(0.5)
    assert job.outcome() == len(told)
    assert known(account) == [("seguimiento", "es_PE", "APPROVED")]
