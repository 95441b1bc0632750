"""No message about a visit asks much of the database: offered, agreed, moved or called off."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.tests import queries_known
from chatbot.tests.queries_known import many, picture, tap

pytestmark = [pytest.mark.django_db, queries_known.counted]
office, somebody = queries_known.office, queries_known.somebody


def test_every_step_of_a_visit(somebody):
    chat = somebody()
    steps = ["busco casa en Miraflores", "1", tap(chat), tap(chat), "Rosa Ficticia, rosa@x.pe"]
    assert many(chat, *steps, "quiero hablar con un asesor") == {}
    chat = somebody()
    steps = ["quiero agendar una visita", "Villa Marina", tap(chat, -1), "el lunes temprano"]
    assert many(chat, *steps) == {}
    chat = somebody()
    assert many(chat, "quiero visitar Los Álamos", "el lunes a las 10", "no") == {}


AT_TEN = f"el {timezone.localdate() + timedelta(40):%d/%m/%Y} a las 10"  # nobody is there then


@pytest.mark.parametrize(
    "steps",
    [
        [f"quiero visitar Villa Marina {AT_TEN}", "quiero visitar Villa Marina", AT_TEN],
        ["quiero visitar Villa Marina", "el domingo a las 10", "ayer a las 10", "no puedo mañana"],
        ["Hola", f"quiero visitar Villa Marina {AT_TEN}"],
        ["info de Villa Marina", AT_TEN],
        ["info de Villa Marina", "el jueves a las 10"],
        ["info de Villa Marina", "me interesa", "sí", "hoy"],
        ["info de Villa Marina", "mejor el jueves a las 10", "mejor a las 11"],
        ["info de Villa Marina", "mañana a las 11"],
        [f"quiero visitar Los Álamos {AT_TEN}", "info de Villa Marina", "mejor el jueves a las 10"],
        ["quiero visitar Villa Marina el jueves a las 10", "no podré ir, me enfermé", "sí"],
    ],
    ids=lambda steps: "said",
)
def test_a_visit_at_an_hour_they_name(somebody, steps):
    assert many(somebody(), *steps) == {}


@pytest.mark.parametrize(
    "change",
    [
        "quiero cambiar mi visita al miércoles a las 11",
        "quiero cambiar mi visita al domingo a las 11",
        "mejor el jueves a las 3",
        "mejor el domingo",
        "no puedo ir, mejor el jueves a las 3",
        "quiero cancelar mi visita",
    ],
)
@pytest.mark.parametrize("place", ["Villa Marina", "Los Álamos"])
def test_a_visit_that_is_moved(somebody, place, change):
    """Or a wish, where nobody looks after it."""
    assert many(somebody(), f"quiero visitar {place} el martes a las 10", change) == {}


@pytest.mark.parametrize(
    "words",
    ["I want to visit Villa Marina on tuesday at 10", "quero visitar Villa Marina na terça às 10h"],
)
def test_a_first_visit_in_other_languages(somebody, words):
    assert many(somebody(), words) == {}


@pytest.mark.parametrize(
    "hour",
    ["el jueves a las 10", AT_TEN, "quiero visitar Villa Marina el jueves a las 10"],
    ids=["short", "nobody", "long"],
)
def test_a_caption_with_a_time(somebody, hour):
    chat = somebody()
    assert many(chat, "info de Villa Marina", picture(chat, hour)) == {}
    chat = somebody()
    assert many(chat, picture(chat, hour)) == {}
