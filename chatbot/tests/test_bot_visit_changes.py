"""A visit that is called off, moved or asked about."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.tests.self_service import MOST_QUERIES
from chatbot.tests.visits_known import DAYS, hours, moment, working_day
from crm.catalog.models import Property
from crm.people.followups import FollowUp
from crm.people.models import Contact

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def day():
    return working_day()


@pytest.fixture
def booked(chat, villa, day):
    chat(f"quiero visitar Villa Marina el {DAYS[day.weekday()]} a las 10am")
    assert FollowUp.objects.get().due_at == moment(day, 10)
    return chat


def test_a_visit_is_called_off_by_chat(booked, agent, villa):
    Contact.objects.update(language="es")  # whatever they write in
    for words in (
        "no voy a poder ir a la visita",
        "quiero cancelar la visita",
        "cancelar visita",
        "cancela mi cita por favor",
        "no podré ir",
        "ya no voy a ir",
        "nao vou poder ir",
        "i can't make it",
    ):
        FollowUp.objects.update(done_at=None, is_cancelled=False, text="")
        booked.talk.episode.__class__.objects.update(owner="bot")
        said = booked(words)
        assert re.search(r"cancel\w+ .*\*Villa Marina\*.*María", said[0]), words
        visit = FollowUp.objects.get()
        assert visit.done_at and visit.is_cancelled and words in visit.text
        assert booked.talk.waiting_since is not None and len(booked.queries) <= MOST_QUERIES
    assert "No veo ninguna visita" in booked("quiero cancelar la visita")[0]
    assert "No había nada" in booked("cancelar")[0]


def test_while_name_and_e_mail_are_asked_for_it_is_called_off_as_well(chat, villa):
    chat("quiero visitar Villa Marina")
    chat("1")
    left, stands = chat("cancelar")  # the question, and not the visit
    assert "lo dejamos" in left and "ya está reservada: *Villa Marina*" in stands
    chat("quiero visitar Villa Marina")
    chat("2")
    assert "cancelé tu visita" in chat("cancelar visita")[0]
    assert FollowUp.objects.get().is_cancelled


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("cancela la visita de mañana", "ok"),
        ("no puedo ir a la visita de mañana", "sí"),
        ("quiero cancelar mi cita de mañana a las 10", "perfecto"),
    ],
)
def test_tomorrows_visit_is_called_off_and_stays_so(chat, villa, agent, words, answer):
    chat("Hola")
    FollowUp.objects.create(
        contact=Contact.objects.get(),
        kind=FollowUp.Kind.VISIT,
        property=villa,
        about=villa.title,
        due_at=moment(timezone.localdate() + timedelta(1), 10),
        is_agreed=True,
        assigned_to=agent,
    )
    assert "cancelé tu visita" in chat(words)[0]
    assert "Entendido" in chat(answer)[0] and not hours(chat)


def test_its_hour_is_free_again(booked, day):
    booked("no voy a poder ir a la visita")
    booked(f"quiero visitar Villa Marina el {DAYS[day.weekday()]} a las 10am")
    assert FollowUp.objects.open().get().due_at == moment(day, 10)


def test_a_visit_is_moved_to_the_hour_they_name(booked, day):
    later = working_day(day)
    said = booked(f"quiero cambiar mi visita para el {DAYS[later.weekday()]} a las 4")
    assert "ya no es" in said[0] and "16:00" in said[0]
    assert FollowUp.objects.get().due_at == moment(later, 16)
    said = booked(f"no puedo ir, mejor el {DAYS[day.weekday()]} a las 11")
    assert "11:00" in said[0] and FollowUp.objects.get().due_at == moment(day, 11)


def test_until_another_hour_is_chosen_the_visit_stands(booked, day):
    later = working_day(day)
    assert "sigue en pie" in booked("quiero reprogramar mi visita")[0]
    booked(f"mejor el {DAYS[later.weekday()]}")
    assert FollowUp.objects.get().due_at == moment(day, 10)
    assert {one.date() for one in hours(booked)} == {later}
    booked("cancelar")
    assert "sigue en pie" in booked(f"mejor el {DAYS[later.weekday()]}")[0]
    booked("1")
    visit = FollowUp.objects.get()
    assert timezone.localdate(visit.due_at) == later and visit.is_agreed


def test_when_it_is_is_told(booked):
    for words in ("a que hora es mi visita?", "mis visitas", "qué visitas tengo?"):
        (said,) = booked(words)
        assert "Villa Marina" in said and "10:00" in said, words


def test_of_several_it_is_asked_which(booked, agent, day):
    Property.objects.create(
        code="AL-02", title="Los Álamos", operation="rent", price=900, responsible=agent
    )
    booked(f"quiero visitar Los Álamos el {DAYS[day.weekday()]} a las 3pm")
    assert "Cuál" in booked("quiero cancelar mi visita")[0]
    assert "asesor" in booked("sí")[0] and FollowUp.objects.open().count() == 2
    booked("Villa Marina")
    assert FollowUp.objects.get(is_cancelled=True).about == "Villa Marina"
    assert FollowUp.objects.open().get().about == "Los Álamos"
    assert "Los Álamos" in booked("quiero cambiar mi visita")[0]


def named(text, day):
    """The day of their visit, and the one after it."""
    return text.format(day=DAYS[day.weekday()], later=DAYS[working_day(day).weekday()])


def test_what_calls_no_visit_off(booked, day):
    for text in (
        "ya no puedo pagar la cuota",
        "no llego a fin de mes",
        "no puedo ir al banco hoy",
        "que pasa si no puedo ir?",
        "ok si no puedo ir aviso",
        "no puedo ir sola, puedo llevar a mi esposo?",
        "no iré sola",
        "no llego a las 10, llego 10:15",
        "no llego a tiempo, llego 10 minutos tarde",
        "no puedo verlo bien, mande otra foto",
        "no quiero cancelar la visita",
        "no cancelen mi visita",
        "hay que cancelar algo por la visita?",
        "cuánto debo cancelar por la visita?",
        "no podré ir el {day}, mejor a las 4",
    ):
        said = booked(named(text, day))
        assert FollowUp.objects.open().get().due_at == moment(day, 10), text
        assert "cancelar?" not in said[0] and len(booked.queries) <= MOST_QUERIES, text


def test_what_may_call_it_off_is_asked(booked, day):
    for text in (
        "mañana mi esposo va a ir a la visita porque yo no puedo",
        "no voy a poder ir el {later}",
        "no podré ir, pues el {later} viajo",
        "no puedo ir al trabajo",
        "no llego a la visita",
        "cancela mi visita de mañana",
        "podría cancelar mi visita?",
    ):
        assert "cancelar?" in booked(named(text, day))[0], text
        assert FollowUp.objects.open().get().due_at == moment(day, 10)
        assert len(booked.queries) <= MOST_QUERIES
    assert "cancelé tu visita" in booked("Villa Marina")[0]


def test_why_is_kept_while_it_is_asked(booked, each, day):
    why = "no podré ir, estoy enfermo"
    because = "sí, cancélala porque ya no puedo"
    polite = ("claro que sí, gracias", "así es", "ya pues", "cancele por favor, disculpe")
    other = ("de acuerdo, cancélala", "sí cancelen nomás", "la del {day} a las 10", because)
    assert "cancelar?" in booked(why)[0]
    for answer in each(("sí", "ya", "sí, cancela", "esa", "Villa Marina", *polite, *other)):
        assert "cancelé tu visita" in booked(named(answer, day))[0], answer
        assert why in FollowUp.objects.get().text and len(booked.queries) <= MOST_QUERIES


def test_else_it_stands(booked, each, day):
    booked("no podré ir, estoy enfermo")
    rows = (
        "no",
        "ya no",
        "no, gracias",
        "sí puedo ir",
        "sí, ya hallé otro",
        "ok",
        "tiene cochera?",
        "cancelar cuota",
        "está bien así",
        "ya está bien, gracias",
        "de acuerdo",
        "cancela, encontré otra",
        "el {day}",
        "el {day} a las 10 no",
        "la del {later} a las 4",
    )
    for answer in each(rows):
        (said,) = booked(named(answer, day))
        assert "Entendido" not in said and "lo dejamos" not in said
        assert FollowUp.objects.open().get().due_at == moment(day, 10)
    for answer in each(("sí quiero la visita", "confirmo mi visita", "no cancelen mi visita")):
        assert "ya está reservada" in booked(answer)[0]
        assert FollowUp.objects.open().get()


def test_what_sounds_like_a_cancel_is_asked_or_told_that_it_stands(booked, each):
    booked("cancelar")
    for words in each(
        ("mejor cancelo", "mejor lo dejamos para otro día", "me salió algo, no voy a poder")
    ):
        assert "cancelar?" in booked(words)[0] and len(booked.queries) <= MOST_QUERIES
    assert "ya está reservada" in booked("cancelar")[1] and FollowUp.objects.open().get()


@pytest.mark.parametrize(
    "text",
    [
        "hola María, no podré ir, disculpe las molestias señorita",
        "cancelo la visita por motivos de salud",
        "ya no podré ir, ya encontré depa, cancele la visita",
    ],
)
def test_politeness_and_a_reason_are_no_doubt(booked, text):
    assert "cancelé tu visita" in booked(text)[0]


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("no podré ir el {day} pero el {later} a las 11 sí", 11),
        ("no podré ir el {day}, quiero ir el {later} a las 9", 9),
        ("pasar mi cita del {day} a las 10 al {later} a las 11", 11),
        ("no puedo ir, mejor el {later} a las 4", 16),
    ],
)
def test_another_day_beside_it_moves_it(booked, text, hour, day):
    booked(named(text, day))
    assert FollowUp.objects.open().get().due_at == moment(working_day(day), hour)
    assert len(booked.queries) <= MOST_QUERIES


@pytest.mark.parametrize(
    "text",
    [
        "cambiar mi visita de las 10 a las 4",
        "no puedo a las 10, mejor a las 4",
        "no podré el {day} a las 10 pero sí a las 4",
    ],
)
def test_another_hour_moves_it(booked, text, day):
    booked(named(text, day))
    assert FollowUp.objects.open().get().due_at == moment(day, 16)


@pytest.fixture
def alamos(agent):
    return Property.objects.create(
        code="AL-02", title="Los Álamos", operation="rent", price=900, responsible=agent
    )


@pytest.mark.parametrize(
    "text",
    [
        "quiero pasar a verla el {later} a las 11",
        "quiero cambiarme en enero, puedo verla el {later} a las 11?",
    ],
)
def test_below_another_card_that_one_is_meant(booked, alamos, text, day):
    booked("info de Los Álamos")
    booked(named(text, day))
    assert len(booked.queries) <= MOST_QUERIES
    assert FollowUp.objects.get(about="Villa Marina").due_at == moment(day, 10)
    assert FollowUp.objects.get(about="Los Álamos").due_at == moment(working_day(day), 11)
    booked("info de Los Álamos")
    FollowUp.objects.filter(about="Los Álamos").delete()
    assert "cancelar?" in booked("no podré ir")[0]


def test_the_hour_they_want_is_kept_while_it_is_asked_which(booked, alamos, day):
    later = working_day(day)
    booked(f"quiero visitar Los Álamos el {DAYS[day.weekday()]} a las 3pm")
    assert "Cuál" in booked(f"cambiar mi visita para el {DAYS[later.weekday()]} a las 11")[0]
    booked("Villa Marina")
    assert FollowUp.objects.get(about="Villa Marina").due_at == moment(later, 11)


def test_what_only_a_person_can_answer_books_nothing(chat, villa, day):
    for text in (
        "el {day} pasado a las 10 quise visitar Villa Marina y nadie me atendió",
        "fui a visitar Villa Marina el {day} a las 10 y nadie me abrió",
        "el sábado pasado a las 10 fui a ver Villa Marina",
        "¿la visita a Villa Marina del {day} a las 10 es gratis?",
    ):
        assert "Un asesor te responderá" in chat(named(text, day))[0], text
        assert not FollowUp.objects.exists() and chat.talk.waiting_since is not None


@pytest.mark.parametrize("text", ["mañana a las 10 no", "el {day} a las 10 no atienden?"])
def test_right_after_a_card_no_refused_hour_is_booked(chat, villa, text, day):
    chat("info de Villa Marina")
    chat(named(text, day))
    assert hours(chat) and not FollowUp.objects.exists()
    tomorrow = timezone.localdate() + timedelta(1)
    assert "mañana" not in text or tomorrow not in {one.date() for one in hours(chat)}
