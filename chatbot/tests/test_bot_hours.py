"""When the office is open: told by the bot, which goes on answering."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from chatbot.dialog.replies import words
from chatbot.intents.hours import asks_hours
from chatbot.tests.self_service import MOST_QUERIES
from crm.people.calendar import DEFAULT_WEEK, Calendar
from crm.people.calendar_words import changed_days, week_words
from crm.people.hours import SpecialDay
from crm.people.models import OpeningHours

pytestmark = [pytest.mark.once, pytest.mark.django_db]
LIMA = ZoneInfo("America/Lima")


@pytest.mark.parametrize(
    "text",
    [
        "a que hora atienden", "¿Cuál es el horario de atención?", "hasta qué hora atienden",
        "están abiertos hoy?", "atienden los sábados?", "horario", "Hola, ¿abren mañana?",
        "trabajan los domingos?", "a que hora abre la oficina", "que horas vocês abrem?",
        "what are your opening hours?",
    ],
)  # fmt: skip
def test_they_ask_when_it_is_open(text):
    assert asks_hours(text)


@pytest.mark.parametrize(
    "text",
    [
        "a que hora abre el museo", "horario de misa", "horarios de visita", "fecha de hoy",
        "me lo abren mañana", "a que hora me pueden llamar", "que horario puedo ver la casa",
        "quiero hablar con alguien ahora", "hasta que hora puedo pagar", "cerrado", "mañana", "",
        "a que hora cierra el mercado", "cuando vence", "cierra sesion",
    ],
)  # fmt: skip
def test_they_ask_for_something_else(text):
    assert not asks_hours(text)


def test_the_hours_are_told_and_the_bot_goes_on(ask):
    OpeningHours.objects.create(weekday=0, opens="08:30", closes="13:00")
    OpeningHours.objects.create(weekday=0, opens="15:00", closes="19:00")
    (said,) = ask("a que hora atienden")
    assert "• Lunes: 8:30–13:00, 15:00–19:00\n" in said and "• Martes a domingo: cerrado" in said
    assert ask.talk.owner == "bot" and ask.talk.waiting_since is None
    assert ask.options == [("intent:talk_to_agent", "Hablar con un asesor")]
    assert len(ask.queries) <= MOST_QUERIES


def test_what_was_asked_stays_asked(chat, ana):
    chat("mi deuda")
    assert "Lunes a viernes" in chat("a qué hora atienden?")[0]
    assert chat.dialog.name == "login" and chat.dialog.misunderstood == 0
    assert "Saldo" in "".join(chat("12345678 1990")) or chat.dialog.name == ""


def test_what_any_words_answer_they_answer(ask):
    ask("crear ticket")
    ask("horario")
    assert ask.dialog.data["subject"] == "horario"


@pytest.mark.parametrize(
    ("language", "days"),
    [("es", "Lunes a viernes"), ("pt", "Segunda-feira a sexta-feira"), ("en", "Monday to Friday")],
)
def test_they_are_whole_in_every_language(settings, language, days):
    settings.HOLIDAYS = "PE"
    moved = SpecialDay(
        first=date(2026, 12, 5), last=date(2026, 12, 5), is_open=True,
        opens=time(10), closes=time(0),
    )  # fmt: skip
    calendar = Calendar(DEFAULT_WEEK, (moved,), LIMA)
    week = week_words(calendar, language)
    assert week[0]["days"] == days and len(week) == 3
    changed = changed_days(calendar, date(2026, 12, 1), language)
    assert changed[0]["hours"] == "10:00–0:00" and len(changed) == 3  # with two holidays
    for is_open in (True, False):
        values = {
            "week": week,
            "changed": changed,
            "is_open": is_open,
            "until": "x",
            "opening": "y",
        }
        told = words("opening_hours", language, values)
        assert "  " not in told and not set("{}%") & set(told) and days in told


def test_days_alike_stand_together():
    all_day = ((time(0), time(0)),)
    calendar = Calendar({5: all_day, 6: all_day}, (), LIMA)
    assert [tuple(one.values()) for one in week_words(calendar, "es")] == [
        ("Lunes a viernes", "cerrado"),
        ("Sábado y domingo", "las 24 horas"),
    ]
