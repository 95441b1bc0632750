"""Hours, and the one conversation that is handed over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.conversations.models import Conversation, Episode
from crm.people.models import OpeningHours, SpecialDay


@pytest.fixture
def always_open():
    for weekday in range(7):
        OpeningHours.objects.create(weekday=weekday, opens="00:00", closes="00:00")
    today = timezone.localdate()
    SpecialDay.objects.create(
        name="Abierto", first=today - timedelta(days=30), last=today + timedelta(days=30),
        is_open=True,
    )  # fmt: skip


@pytest.fixture
def shut():
    """Closed since always, and from the next hour on open every day."""
    today = timezone.localdate()
    SpecialDay.objects.create(name="Cerrado", first=today, last=today)
    SpecialDay.objects.create(
        name="Abierto", first=today + timedelta(days=1), last=today + timedelta(days=1),
        is_open=True, opens="09:00", closes="18:00",
    )  # fmt: skip


def the_talk():
    return Conversation.objects.get()


def the_episode():
    return Episode.objects.get(closed_at=None)
