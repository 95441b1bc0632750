"""What the first message of a process would wait for, inside its transaction: read beforehand."""

from __future__ import annotations

from django.utils import timezone

from chatbot.dialog import registry
from chatbot.intents.detecting import detect
from crm.people.calendar import holiday


def warm_up() -> None:
    """Subjects, the detector's model, this year's holidays: a second and a half in all."""
    for table in (registry.first, registry.handlers, registry.choices, registry.steps):
        table()
    detect("hola")
    holiday(timezone.localdate())
