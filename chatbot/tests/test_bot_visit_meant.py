"""The hour that is meant, and whose visit it is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from chatbot.tests.desk import person as colleague
from chatbot.tests.self_service import MOST_QUERIES
from crm.catalog.models import Property
from crm.conversations import outreach
from crm.conversations.models import Message
from crm.people.followups import FollowUp
from crm.people.hours import SpecialDay
from crm.people.models import Contact
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def alamos(db):
    luis = colleague("agent", first_name="Luis", last_name="Rojas")
    return Property.objects.create(
        code="AL-02", title="Los Álamos", operation="sale", district="Miraflores",
        price=900, responsible=luis,
    )  # fmt: skip


def test_of_a_property_one_wish_waits_whenever_they_write(chat, villa):
    """Also while the business is open, when each is to be come back to at once."""
    day = timezone.localdate()
    SpecialDay.objects.create(
        name="Feria", first=day, last=day, is_open=True, opens="00:00", closes="23:59"
    )
    Property.objects.update(responsible=None)
    for wish in ("mañana a las 5", "el sábado", "mañana a las 5", "el lunes" + "x" * 499) * 2:
        chat("quiero visitar Villa Marina")
        chat(wish)
        chat("no gracias")
    noted = FollowUp.objects.get()
    assert noted.property == villa and noted.text.count("mañana a las 5") == 1
    assert noted.text.count("\n") == 2


def test_two_properties_of_one_title_are_two_visits(chat, villa):
    twin = Property.objects.create(
        code="VM-02", title=villa.title, price=villa.price, responsible=villa.responsible
    )
    day = timezone.localdate() + timedelta(days=(7 - timezone.localdate().weekday()))
    for code, hour in (("VM-01", 10), ("VM-02", 11), ("VM-01", 12)):
        said = chat(f"quiero visitar {code} el {day:%d/%m} a las {hour}")
        assert "Listo" in said[0], said
    booked = FollowUp.objects.order_by("due_at")
    assert [(one.property, timezone.localtime(one.due_at).hour) for one in booked] == [
        (twin, 11),
        (villa, 12),
    ]
    Lead.objects.all().delete()
    twin.delete()
    assert FollowUp.objects.filter(property=None, about=villa.title).exists()


def test_nobody_is_at_two_visits_at_once(chat, villa, alamos):
    day = timezone.localdate() + timedelta(days=(7 - timezone.localdate().weekday()))
    chat(f"quiero visitar Villa Marina el {day:%d/%m} a las 10")
    chat("quiero visitar Los Álamos")
    tapped = chat.options[0][0].partition(".")[0] + f".{FollowUp.objects.get().due_at.isoformat()}"
    for said in (chat.tap(tapped), chat(f"el {day:%d/%m} a las 10")):
        assert "ya está reservada: *Villa Marina*" in said[0] and "Los Álamos" in said[1]
        assert len(chat.queries) <= MOST_QUERIES
    assert FollowUp.objects.count() == 1


def test_what_is_nearly_an_hour_offered_is_another(chat, each, villa):
    chat("quiero visitar Villa Marina")
    first, title = chat.options[0]
    day, _space, at = title.rpartition(" ")
    other = (
        timezone.localtime(datetime.fromisoformat(first.partition(".")[2])) + timedelta(1)
    ).strftime("%d/%m")
    rows = [
        "{day} 16:00",
        "{other} {at}",
        "{day} {at} no",
        "no {day} {at}",
        "ni la primera",
        "el 3",
    ]
    for words in each(rows):
        chat(words.format(day=day, at=at, other=other))
        booked = FollowUp.objects.filter(is_agreed=True, due_at=first.partition(".")[2])
        assert not booked.exists()


def test_an_hour_is_chosen_by_its_place_or_title(chat, each, villa, alamos):
    chat("propiedades en Miraflores")
    chat("la segunda")
    chat("quiero visitar Villa Marina")
    first, title = chat.options[0]
    rows = ["1", "la primera", "opción 1", "title", "agendo la primera"]
    for words in each(rows):
        chat(title if words == "title" else words)
        visit = FollowUp.objects.get()
        assert visit.property == villa and visit.due_at.isoformat()[:13] in (
            datetime.fromisoformat(first.partition(".")[2]).astimezone(UTC).isoformat()
        )


@pytest.mark.parametrize("step", ["when", "wish"])
def test_a_yes_after_a_question_in_between_asks_anew(chat, villa, step):
    chat("quiero visitar Villa Marina")
    if step == "wish":
        chat.tap(chat.options[-1][0])
    assert "agendar una visita" in chat("tiene cochera?")[0]
    assert "No entendí" not in str(chat("sí")) and chat.dialog.step == step


@pytest.mark.parametrize("words", ["mañana a las 5 pm", "a las 5", "sí"])
def test_what_answers_to_another_message_of_ours_is_no_visit(chat, villa, words):
    chat("info de Villa Marina")
    chat("me interesa")
    outreach.send(conversation=chat.talk, text="¿Cuándo puedes?", author=Message.Author.SYSTEM)
    chat(words)
    assert not FollowUp.objects.exists() and "slot:" not in str(Message.objects.last().options)


def test_who_says_who_they_are_and_what_they_would_visit_is_offered_it(chat, villa, alamos):
    chat("info de Villa Marina")
    Contact.objects.update(name="")
    chat("quiero visitar Villa Marina")
    chat("1")
    thanks, *_rest, asked = chat("Rosa Paz, rosa@x.pe y quiero visitar Los Álamos")
    assert "Rosa" in thanks and "Los Álamos" in asked and len(chat.queries) <= MOST_QUERIES


def test_no_visit_is_booked_in_a_year(chat, villa):
    day = timezone.localdate() + timedelta(days=7 * 53 - timezone.localdate().weekday())
    chat(f"quiero visitar Villa Marina el {day:%d/%m/%Y} a las 10am")
    assert not FollowUp.objects.exists() and chat.options


def test_what_is_handled_after_midnight_was_said_before_it(chat, villa):
    yesterday = timezone.now() - timedelta(days=1)
    day = timezone.localdate() + timedelta(days=1)
    SpecialDay.objects.create(
        name="Feria", first=day, last=day, is_open=True, opens="00:00", closes="23:59"
    )
    chat("quiero visitar Villa Marina")
    chat("pasado mañana", at=yesterday)
    assert {id_.partition(".")[2][:10] for id_, _title in chat.options[:-1]} == {str(day)}
