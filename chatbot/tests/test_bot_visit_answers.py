"""What beside a day and an hour is said, and what it does to them."""

import pytest
from django.utils import timezone

from chatbot.tests.visits_known import DAYS, hours, moment, working_day
from crm.people.followups import FollowUp

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def day():
    return working_day()


@pytest.fixture
def named(day):
    later = working_day(day)
    return lambda text: text.format(day=DAYS[day.weekday()], later=DAYS[later.weekday()])


def test_what_stands_beside_an_hour_does_not_take_it_away(chat, villa, day, named):
    for text in (
        "por trabajo solo puedo el {day} a las 4",
        "estoy ocupada toda la semana solo puedo el {day} a las 4",
        "trabajo cerca y puedo ir el {day} a las 4",
        "tengo clases en la mañana y puedo el {day} a las 4",
        "mejor el {day} a las 4 porque el {later} tengo médico",
        "el {day} a las 4 ya que el {later} llega mi mamá",
        "el {day} a las 4, no conozco la zona",
        "disculpe por no responder, el {day} a las 4",
        "el {day} en la mañana no puedo, en la tarde sí a las 4",
        "pues el {day} a las 4",
        "ya pues el {day} a las 4",
        "ok pues el {day} a las 4",
        "el {later} no puedo pues el {day} a las 4",
        "el {day} a las 4, no sé si puedo llevar a mi perro",
        "no sé si voy en carro o en taxi, el {day} a las 4",
        "el {day} a las 4, no estoy seguro cómo llegar",
        "el {later} no sé si pueda, el {day} a las 4",
        "el {later} tengo médico así que el {day} a las 4",
        "tengo doctor el {day} pero a las 4 estoy libre",
        "el {day} a las 4 que a las 3 tengo médico",
    ):
        chat("quiero visitar Villa Marina")
        chat(named(text))
        assert FollowUp.objects.get().due_at == moment(day, 16), text
        FollowUp.objects.all().delete()


def test_what_takes_it_away(chat, villa, day, named):
    for text in (
        "el {day} a las 4, ¿no atienden?",
        "el {day} a las 4, no puedo",
        "el {day} a las 4, si no se puede a las 5",
        "el {day} a las 4 pero no sé si llego",
        "el {day} a las 4, no sé si puedo ir a esa hora",
        "el {day} a las 4, no estoy seguro",
        "el {later} trabajo así que no sé si pueda el {day} a las 4",
    ):
        chat("quiero visitar Villa Marina")
        chat(named(text))
        assert hours(chat) and not FollowUp.objects.exists(), text


@pytest.mark.parametrize(
    "text",
    [
        "quiero visitar Villa Marina el {day} porque trabajo en la semana",
        "quiero visitar Villa Marina el {day} en lugar del lunes",
    ],
)
def test_a_day_beside_a_reason(chat, villa, day, named, text):
    chat(named(text))
    assert {timezone.localdate(one) for one in hours(chat)} == {day}


def test_until_a_day_is_for_a_person(chat, villa, named):
    chat("quiero visitar Villa Marina")
    chat(named("no puedo hasta el {day}"))
    assert named("hasta el {day}") in FollowUp.objects.get(is_agreed=False).text


@pytest.mark.parametrize(
    "text",
    [
        "hola, nadie me contestó ayer, quiero visitar Villa Marina",
        "estuve en su página y quiero visitar Villa Marina",
        "buenas, quisiera agendar una cita para visitar Villa Marina, cuánto cuesta?",
        "me quiero mudar pronto, quiero visitar Villa Marina",
        "quiero visitar Villa Marina, si es gratis la visita",
    ],
)
def test_who_would_visit_is_offered_hours(chat, villa, text):
    chat(text)
    assert hours(chat)
