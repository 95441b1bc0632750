"""No message about a visit asks much of the database: offered, agreed, moved or called off."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.tests import queries_known
from chatbot.tests.queries_known import many, picture, tap
from chatbot.tests.visits_known import moment, working_day
from crm.catalog.models import Property
from crm.people.followups import FollowUp

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
    "rather",
    [
        "mejor el martes",
        "mejor el jueves a las 10",
        "mejor el martes a las 5",
        "mejor el jueves que estoy libre",
    ],
)
def test_another_day_for_one_that_may_be_called_off(somebody, rather):
    """Once they have spoken of something else."""
    chat, villa = somebody(), Property.objects.get(code="VM-01")
    chat("hola")
    FollowUp.objects.create(
        contact=chat.talk.contact, kind="visit", property=villa, about=villa.title,
        due_at=moment(working_day(), 9), is_agreed=True, assigned_to=villa.responsible,
    )  # fmt: skip
    assert many(chat, "no puedo ir, tengo que trabajar", rather) == {}
    assert chat.dialog.step != "which" and FollowUp.objects.open().count() == 1


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


@pytest.fixture
def another(office):
    """A second property of the same agent, so that a search finds two."""
    maria = Property.objects.get(code="VM-01").responsible
    return Property.objects.create(
        code="CS-04",
        title="Casa Serena",
        operation="sale",
        district="Miraflores",
        responsible=maria,
    )


@pytest.mark.parametrize(
    "words",
    [
        "quiero visitar Villa Marina el martes a las 10",
        "Villa Marina el martes a las 10",
        "quiero visitar Los Álamos el martes a las 10",
        "quiero visitar la segunda el martes a las 10",
        "the second one tomorrow at 10",
    ],
)
def test_one_of_those_that_were_listed(somebody, another, words):
    chat = somebody()
    assert many(chat, "busco en Miraflores", words, "ana@x.pe") == {}
    chat = somebody()
    assert many(chat, "busco en Miraflores", picture(chat, words)) == {}


def test_a_visit_beside_one_that_is_agreed(somebody, another):
    agreed, card = "quiero visitar Villa Marina el martes a las 10", "info de Casa Serena"
    chat = somebody()
    assert many(chat, agreed, card, "mejor el jueves a las 10", "mejor a las 11") == {}
    assert many(chat, "quiero visitar Casa Serena el martes a las 10") == {}
    chat = somebody()
    assert many(chat, agreed, card, picture(chat, "mejor el jueves a las 10")) == {}
