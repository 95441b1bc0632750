"""The day and the hour somebody says for a visit."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from chatbot.intents.visit_answers import read_answer
from chatbot.intents.visit_hours import FURTHEST
from chatbot.intents.visit_times import read_when
from chatbot.tests.self_service import MOST_QUERIES
from chatbot.tests.visits_known import DAYS, hours, moment, working_day
from crm.catalog.models import Property
from crm.people.followups import FollowUp
from crm.people.hours import SpecialDay
from crm.people.models import Contact

pytestmark = [pytest.mark.once, pytest.mark.django_db]
SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day", "hour", "hours"),
    [
        ("el sábado a las 10am", 28, "10:00", None),
        ("que horas tienes el martes?", 24, "", None),
        ("el martes a las 4", 24, "16:00", None),
        ("martes 24 a las 11:00", 24, "11:00", None),
        ("24/11 10:30", 24, "10:30", None),
        ("el 24 a las 4 y media", 24, "16:30", None),
        ("amanhã às 10", 23, "10:00", None),
        ("na terça às 15h", 24, "15:00", None),
        ("tuesday at 3", 24, "15:00", None),
        ("hoy a las cinco de la tarde", 22, "17:00", None),
        ("mediodía del lunes", 23, "12:00", None),
        ("a las 5 mejor", None, "17:00", None),
        ("Buenas tardes, el viernes por la mañana", 27, "", (0, 12)),
        ("el martes después de las 4", 24, "", (16, 24)),
        ("no puedo el martes, mejor el jueves a las 9", 26, "09:00", None),
        ("no podré ir mañana. ¿Podría ser el miércoles?", 25, "", None),
        ("mañana lunes a las 10", 23, "10:00", None),
        ("el miércoles 24 a las 10", 24, "", None),  # the 24th is a Tuesday
        ("un depa de 3 dormitorios, mi celular es 987654321", None, "", None),
        ("el martes de 3 a 5 pm", 24, "", (15, 18)),
        ("mañana, llego a Lima a las 9 y puedo ir a las 11", 23, "", (9, 12)),
        ("mañana, vivo a 2 horas", 23, "", None),
        ("el martes a las 10 am", 24, "10:00", None),
        ("pasado mañana a las 10 y 30", 24, "10:30", None),
    ],
)
def test_what_they_say_is_read(text, day, hour, hours):
    when = read_when(text, SUNDAY)
    assert when.day == (SUNDAY.replace(day=day) if day else None)
    assert (f"{when.hour:%H:%M}" if when.hour else "", when.hours) == (hour, hours)
    assert not when.vague


@pytest.mark.parametrize(
    "text",
    [
        "el lunes después del trabajo",
        "el martes o el jueves",
        "de lunes a viernes a las 5",
        "el martes a las diez menos cuarto",
        "el martes pasado a las 10 quise visitarla y nadie me atendió",
        "fui a visitarla el martes a las 10 y nadie me abrió",
    ],
)
def test_what_only_a_person_can_make_an_hour_of(text):
    assert read_answer(text, SUNDAY).vague


@pytest.mark.parametrize(
    ("text", "day", "hour", "without"),
    [
        ("no puedo mañana", None, "", 23),
        ("el martes no puedo", None, "", 24),
        ("mañana no", None, "", 23),
        ("no puedo mañana a las 10", None, "", 23),
        ("no puedo mañana, el martes sí", 24, "", None),
        ("no puedo el martes, mejor el jueves a las 9", 26, "09:00", None),
        ("10", None, "10:00", None),
        ("el martes a las 10 no puedo, mejor a las 11", 24, "11:00", None),
        ("no puedo el martes a las 10, puede ser a las 4", 24, "16:00", None),
        ("prefiero no ir el martes a las 10", None, "", 24),
        ("mañana a las 10 no puedo, mejor otro día", None, "", 23),
        ("quiero visitarla pero no puedo mañana a las 10", None, "", 23),
        ("mañana a las 10 no", None, "", 23),
        ("el martes a las 10 no atienden?", 24, "", None),
        ("pasar mi cita del martes a las 10 al miércoles a las 11", 25, "11:00", None),
        ("cambiar mi visita de las 10 a las 4", None, "16:00", None),
        ("no hay problema, el martes a las 10", 24, "10:00", None),
        ("no puedo el martes, mejor a las 4", None, "16:00", 24),
        ("quise decir el martes a las 10", 24, "10:00", None),
        ("estuve viendo su anuncio y quiero ir el martes a las 10", 24, "10:00", None),
        ("el miércoles a las 4 pues el martes viajo", 25, "16:00", None),
        ("el jueves a las 11, pues hoy ya es tarde", 26, "11:00", None),
        ("el viernes pues el jueves es el cumpleaños de mi hija", 27, "", None),
        ("quiero cambiar mi visita al miércoles a las 4 pues el martes viajo", 25, "16:00", None),
        ("no puedo ir pues el martes viajo", None, "", 24),
        ("el martes no puedo pues el miércoles estoy libre a las 4", 25, "16:00", None),
        ("ok pues el martes a las 4 nos vemos", 24, "16:00", None),
    ],
)
def test_the_day_on_which_they_cannot_is_not_the_one_they_want(text, day, hour, without):
    when = read_answer(text, SUNDAY)
    assert when.day == (SUNDAY.replace(day=day) if day else None)
    assert when.without == (SUNDAY.replace(day=without) if without else None)
    assert (f"{when.hour:%H:%M}" if when.hour else "") == hour and not when.vague


@pytest.fixture
def day():
    return working_day()


def test_the_very_hour_they_name_is_booked(chat, villa, day):
    said = chat(f"quiero visitar Villa Marina el {DAYS[day.weekday()]} a las 4pm")
    assert "Listo" in said[0] and "16:00" in said[0] and len(chat.queries) <= MOST_QUERIES
    visit = FollowUp.objects.get()
    assert (visit.due_at, visit.is_agreed) == (moment(day, 16), True)


def test_an_hour_that_is_no_full_one_is_not_agreed_on_by_itself(chat, villa, day):
    chat(f"quiero visitar Villa Marina el {DAYS[day.weekday()]} a las 4 y media")
    assert not FollowUp.objects.exists() and {16, 17} < {one.hour for one in hours(chat)}


def test_a_long_first_message_says_when_as_well(chat, villa, day):
    named = f"{DAYS[day.weekday()]} a las 4pm"
    chat(f"hola soy Pedro, vi su anuncio de Villa Marina en facebook y quisiera ir el {named}")
    assert FollowUp.objects.get().due_at == moment(day, 16)
    assert len(chat.queries) <= MOST_QUERIES


def test_the_hours_of_the_day_they_name_are_offered(chat, villa, day):
    name = DAYS[day.weekday()]
    chat("quiero visitar Villa Marina")
    chat("el lunes que viene por favor")  # sounds like an installment
    assert {one.weekday() for one in hours(chat)} == {0} and len(chat.queries) <= MOST_QUERIES
    for words in (f"el {name}", f"que horas tienes el {name}?", f"el {name} en la tarde"):
        (question,) = chat(words)
        assert {one.date() for one in hours(chat)} == {day} and "más cercanas" not in question
        assert len(chat.queries) <= MOST_QUERIES
    assert {one.hour for one in hours(chat)} == {13, 14, 15, 16, 17}
    chat("a las 5 mejor")
    assert FollowUp.objects.get().due_at == moment(day, 17)


def test_other_days_are_offered_to_who_cannot_come_on_one(chat, villa, day):
    chat("quiero visitar Villa Marina")
    first = hours(chat)[0].date()
    for words in ("no puedo el", "no puedo a las 10 el"):
        chat(f"{words} {first:%d/%m}")
        assert hours(chat) and first not in {one.date() for one in hours(chat)}
    assert not FollowUp.objects.exists() and len(chat.queries) <= MOST_QUERIES


def test_below_the_card_of_one_of_a_list_the_others_are_still_meant(chat, villa, agent):
    Property.objects.create(
        code="AL-02", title="Los Álamos", operation="sale", district="Miraflores", price=90_000,
        responsible=agent,
    )  # fmt: skip
    chat("propiedades en Miraflores")
    assert "Villa Marina" in chat("la segunda")[0]
    assert "Los Álamos" in chat("y la primera?")[0] and not hours(chat)
    chat("quiero visitar la segunda")
    slots = len(hours(chat))
    assert "Los Álamos" in chat("quiero visitar la primera")[0] and slots
    assert not FollowUp.objects.exists() and len(chat.queries) <= MOST_QUERIES


def test_an_hour_alone_is_offered_of_the_next_days(chat, villa):
    chat("quiero visitar Villa Marina")
    chat("a las 5 mejor")
    assert [one.hour for one in hours(chat)] == [17] * 3
    assert not FollowUp.objects.exists()


def test_an_hour_that_is_not_free_offers_those_beside_it(chat, villa, agent, day):
    FollowUp.objects.create(
        contact=Contact.objects.create(name="X"), kind="visit", is_agreed=True,
        due_at=moment(day, 11), assigned_to=agent,
    )  # fmt: skip
    for words in ("quiero visitar Villa Marina el {} a las 11", "el {} a las 11"):
        said = chat(words.format(DAYS[day.weekday()]))
        assert "más cercanas" in said[0]
        assert {one.date() for one in hours(chat)} == {day}
        assert {10, 12} < {one.hour for one in hours(chat)} and 11 not in {
            one.hour for one in hours(chat)
        }


def test_of_a_day_on_which_nobody_is_there_others_are_offered(chat, villa, day):
    SpecialDay.objects.create(name="Feria", first=day, last=day)
    said = chat(f"quiero visitar Villa Marina el {DAYS[day.weekday()]}")
    assert "más cercanas" in said[0] and day not in {one.date() for one in hours(chat)}
    chat("cancelar")
    far = timezone.localdate() + FURTHEST + timedelta(9)
    assert "más cercanas" in chat(f"quiero visitar Villa Marina el {far:%d/%m/%Y}")[0]


def test_the_day_they_named_is_kept_until_it_is_known_which_property(chat, villa, day):
    chat(f"quiero agendar una visita el {DAYS[day.weekday()]} a las 10am")
    chat("Villa Marina")
    assert FollowUp.objects.get().due_at == moment(day, 10)


def test_a_time_alone_after_a_card_is_when_they_would_come(chat, villa, day):
    chat("info de Villa Marina")
    chat(f"te llamo el {DAYS[day.weekday()]} a las 11")
    assert not FollowUp.objects.exists()
    chat(f"q horarios tienes el {DAYS[day.weekday()]}?")
    assert {one.date() for one in hours(chat)} == {day}
    chat("cancelar")
    chat(f"el {DAYS[day.weekday()]} a las 11 de la mañana")
    assert FollowUp.objects.get().due_at == moment(day, 11)
    assert "12:00" in chat("a las 12 mejor")[0]
    assert FollowUp.objects.get().due_at == moment(day, 12)


def test_a_yes_to_whether_they_would_visit_it_offers_hours(chat, villa, day):
    for yes in ("si", "dale", "si quiero"):
        chat("info de Villa Marina")
        chat("me interesa")
        assert "estas horas" in chat(yes)[-1] and len(hours(chat)) == 3, yes
        chat("cancelar")
        assert "estas horas" not in chat(yes)[-1], yes  # it is not asked any more
        assert len(chat.queries) <= MOST_QUERIES
    chat("info de Villa Marina")
    assert "estas horas" not in chat("ok")[-1]  # a card asks nothing


def test_right_after_a_card_a_part_of_a_time_is_when_they_would_come(chat, villa, day):
    for words in (f"el {DAYS[day.weekday()]}", f"si, {DAYS[day.weekday()]}", "a las 5", "mañana?"):
        chat("info de Villa Marina")
        chat(words)
        assert hours(chat) and len(chat.queries) <= MOST_QUERIES, words
        if DAYS[day.weekday()] in words:
            assert {one.date() for one in hours(chat)} == {day}
        chat("cancelar")
    assert not FollowUp.objects.exists()
    assert "estas horas" not in chat("a las 5")[-1]


def test_a_partner_as_well(ask, villa):
    ask("info de Villa Marina")
    ask("a las 5")
    assert hours(ask) and len(ask.queries) <= MOST_QUERIES
    ask("cancelar")
    assert "estas horas" not in ask("a las 5")[-1]
