"""The stock administration's lists of what the pipeline keeps, with rows in them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.models import DeliveryAttempt
from chatbot.tests.desk import browser, conversation, person, say, words

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def administrator():
    return browser(person("administrator", is_staff=True, is_superuser=True))


def test_an_attempt_is_listed_with_the_number_of_its_message_and_no_word_of_it(
    administrator, channel
):
    message = say(conversation(channel), "Palabras privadas")
    DeliveryAttempt.objects.create(
        message=message, worker="w1", lease_until=timezone.now() + timedelta(minutes=1)
    )
    page = words(administrator.get("/admin/chatbot/deliveryattempt/?o=2"))
    assert f'<td class="field-number">{message.pk}</td>' in page
    assert "Palabras privadas" not in page
    assert "iniciado" in page.lower() and "resultado" in page.lower()


def test_a_conversation_is_listed_with_who_owns_it(administrator, channel):
    conversation(channel)
    page = words(administrator.get("/admin/conversations/conversation/"))
    assert '<td class="field-owner">Bot</td>' in page
