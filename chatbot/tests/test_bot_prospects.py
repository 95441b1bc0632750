"""Prospects by chat: cards, searches, visits, and a name asked for once. No log-in."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from chatbot.dialog import registry
from chatbot.dialog.replies import words
from chatbot.intents import properties, who
from chatbot.models import Dialog
from chatbot.tests.composing import PNG
from chatbot.tests.desk import person as colleague
from chatbot.tests.self_service import MOST_QUERIES
from chatbot.work import work_off
from crm.catalog.models import Photo, Property
from crm.conversations.models import Conversation, Message
from crm.people.followups import FollowUp
from crm.people.hours import SpecialDay
from crm.people.models import Contact, ContactPoint
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def others():
    Property.objects.create(
        code="AL-02",
        title="Los Álamos",
        operation="rent",
        district="La Molina",
        bedrooms=1,
        price=900,
    )


def said(count=1):
    rows = Message.objects.filter(direction="out", author="bot").order_by("id")
    return list(rows)[-count:]


def tap(say, title):
    """Answer by the number under which the last message offered it."""
    options = [one["title"] for one in said()[0].options]
    say(str(options.index(title) + 1))


def test_who_asks_about_a_property_gets_its_card_and_becomes_a_lead(say, graph, villa):
    Photo.objects.create(property=villa, image=ContentFile(PNG, "casa.png"))
    say("Hola, me interesa la propiedad Villa Marina")
    picture, card = said(2)
    assert picture.kind == "image" and picture.attachments.get().file.read() == PNG
    for fact in ("Villa Marina", "VM-01", "US$ 180,000", "3 dormitorios", "Malecón 100", "maps"):
        assert fact in card.text
    assert [one["title"] for one in card.options] == ["Agendar visita", "Hablar con un asesor"]
    assert Lead.objects.get().property == villa


def test_a_description_finds_what_fits(say, graph, villa, others):
    say("what do you have in Miraflores under 200k with 3 bedrooms")
    (listed,) = said()
    assert "Villa Marina" in listed.text and "Los Álamos" not in listed.text
    tap(say, "Villa Marina")
    assert "VM-01" in said()[0].text
    assert Lead.objects.get().property == villa


@pytest.mark.parametrize(("language", "rooms"), [("pt", "1 quarto,"), ("en", "1 bedroom,")])
def test_one_bedroom_is_one(villa, others, language, rooms):
    rows = [properties.facts(one) | {"area": "40"} for one in Property.objects.all()]
    text = words("property_list", language, {"rows": rows})
    assert rooms in text and f"3 {rooms[2:-1]}s," in text
    assert rooms[:-1] in words("property_near", language, {"rows": rows})


def test_what_nothing_fits_is_said_with_something_near(say, graph, villa):
    say("busco una casa en Miraflores de 9 dormitorios hasta 50 mil")
    (near,) = said()
    assert "Villa Marina" in near.text and "parecido" in near.text


def test_a_sold_property_says_so(say, graph, villa):
    Property.objects.update(status="closed")
    say("¿sigue disponible Villa Marina?")
    assert "ya no está disponible" in said()[0].text


def test_a_visit_is_booked_at_a_free_hour_of_whoever_looks_after_it(say, graph, villa, agent):
    say("quiero agendar una visita a Villa Marina")
    (question,) = said()
    slots = [one["title"] for one in question.options]
    assert len(slots) == 4 and slots[-1] == "Otro momento"
    say("1")
    visit = FollowUp.objects.get()
    assert (visit.kind, visit.assigned_to, visit.is_agreed) == ("visit", agent, True)
    assert visit.due_at > timezone.now() + timedelta(hours=1)
    booked = next(one for one in said(2) if "visita" in one.text)
    assert "María" in booked.text and "Malecón 100" in booked.text


def test_an_hour_that_was_taken_meanwhile_is_offered_no_more(say, graph, villa, agent):
    say("quiero visitar Villa Marina", sender="51911000001")
    slot = said()[0].options[0]["id"].partition(":")[2]
    say("quiero visitar Villa Marina", sender="51911000002")
    say("1", sender="51911000002")
    say("1", sender="51911000001")
    assert FollowUp.objects.count() == 1
    taken, again = said(2)
    assert "se acaba de ocupar" in taken.text
    assert slot not in [one["id"].partition(":")[2] for one in again.options]


def test_an_hour_of_one_property_books_no_other(chat, villa, others):
    """Tapped in the older of two messages: it is that property's hours that are asked for."""
    luis = colleague("agent", first_name="Luis", last_name="Rojas")
    Property.objects.filter(code="AL-02").update(responsible=luis)
    chat("quiero visitar Villa Marina")
    hours = [id_ for id_, _title in chat.options]
    for tapped in (hours[1], hours[-1]):
        assert "Los Álamos" in chat("quiero visitar Los Álamos")[0]
        (question,) = chat.tap(tapped)
        assert "Villa Marina" in question and not FollowUp.objects.exists()
        assert {id_.partition(".")[0] for id_, _title in chat.options} == {f"slot:{villa.pk}"}
    chat.tap(hours[1])
    assert FollowUp.objects.get().about == "Villa Marina"
    assert max(len(id_.encode()) for id_ in hours) <= 64


def test_an_hour_that_is_no_visit_any_more_is_asked_anew(chat, villa):
    chat("quiero visitar Villa Marina")
    offered = chat.options[0][0]
    key = f"slot:{villa.pk}"
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    night = (timezone.localtime() + timedelta(days=1)).replace(hour=3, minute=0).isoformat()
    for told in (f"{key}.{soon}", f"{key}.{night}", f"{key}.", f"{key}.2026-99-99T10:00", "slot:x"):
        assert "Villa Marina" in chat.tap(told)[0] and chat.dialog.step == "when"
    today = timezone.localdate()
    SpecialDay.objects.create(name="Feria", first=today, last=today + timedelta(days=30))
    chat.tap(offered)
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("status", ["closed", "reserved", "withdrawn", "draft"])
def test_no_visit_is_made_at_what_is_to_be_had_no_more(chat, villa, others, status):
    """Whether an hour, another time or words of their own come in time, late, or anew."""

    def is_told(answers):
        if status in ("closed", "reserved"):
            return "Villa Marina" in answers[0] and "ya no está disponible" in answers[0]
        offered = [id_ for id_, _title in chat.options]
        return "Qué propiedad" in answers[0] and offered == ["visit:AL-02"]

    for answer in ("hour", "other", "wish", "late", "words", "anew"):
        Property.objects.filter(pk=villa.pk).update(status="available")
        chat("quiero visitar Villa Marina")
        hour, other = chat.options[0][0], chat.options[-1][0]
        if answer in ("wish", "late"):
            chat.tap(other)
        if answer in ("late", "anew"):
            chat("cancelar")
        Property.objects.filter(pk=villa.pk).update(status=status)
        if answer in ("hour", "late"):
            told = chat.tap(hour)
        elif answer == "other":
            told = chat.tap(other)
        else:
            told = chat("quiero agendar una visita" if answer == "anew" else "el lunes temprano")
        assert is_told(told), (answer, told)
        chat("cancelar")
    assert not FollowUp.objects.exists()


def test_a_visit_asks_the_database_little(chat, villa):
    """The calendar is read once, however many hours are looked at; those of a closed week, too."""
    chat("Hola")
    chat("quiero visitar Villa Marina")
    asked, hour = len(chat.queries), chat.options[0][0]
    chat.tap(hour)
    assert max(asked, len(chat.queries)) <= MOST_QUERIES
    today = timezone.localdate()
    SpecialDay.objects.create(name="Feria", first=today, last=today + timedelta(days=30))
    chat("quiero visitar Villa Marina")
    assert sum("people_openinghours" in sql for sql in chat.queries) == 1


def test_days_are_said_in_portuguese(chat, villa):
    chat("Oi")
    Contact.objects.update(language="pt")
    chat("quero visitar Villa Marina")
    said_ = " ".join(title for _id, title in chat.options)
    assert not re.search("hoy|mañana|today|tomorrow|Nov |Dec ", said_)
    assert "Outro momento" in said_


def test_the_same_hour_pressed_twice_is_one_visit(say, graph, villa):
    say("quiero visitar Villa Marina")
    say("1")
    say("1")
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize("answer", ["Otro momento", "el lunes después del trabajo"])
def test_another_time_is_noted_for_a_person(say, graph, villa, answer):
    say("quiero visitar Villa Marina")
    if answer == "Otro momento":
        tap(say, answer)
        say("el sábado en la tarde")
    else:
        say(answer)
    visit = FollowUp.objects.get()
    assert (visit.is_agreed, visit.about) == (False, "Villa Marina")
    assert visit.text in ("el sábado en la tarde", "el lunes después del trabajo")


def test_without_anybody_responsible_the_wish_is_noted(say, graph, villa):
    Property.objects.update(responsible=None)
    say("quiero visitar Villa Marina")
    Lead.objects.update(property=None)
    say("mañana a las 5")
    visit = FollowUp.objects.get()
    assert (visit.assigned_to, visit.text) == (None, "mañana a las 5")
    assert Lead.objects.get().property == villa


def test_every_wish_is_noted_while_nobody_is_there(say, graph, villa, others):
    # All of them are to be come back to at the same moment: when the business opens.
    today = timezone.localdate()
    SpecialDay.objects.create(name="Feria", first=today, last=today + timedelta(days=2))
    Property.objects.update(responsible=None)
    for title, wish in (
        ("Villa Marina", "el sábado en la tarde"),
        ("Los Álamos", "el domingo a las 7 de la noche"),
        ("Los Álamos", "o el lunes temprano"),
        ("Los Álamos", "o el lunes temprano"),
    ):
        say(f"quiero visitar {title}")
        say(wish)
        say("no gracias")
    noted = FollowUp.objects.order_by("pk").values_list("about", "text")
    assert list(noted) == [
        ("Villa Marina", "el sábado en la tarde"),
        ("Los Álamos", "el domingo a las 7 de la noche\no el lunes temprano"),
    ]


def test_which_property_is_asked_first(say, graph, villa, others):
    say("quiero agendar una visita")
    assert "Qué propiedad" in said()[0].text
    say("Villa Marina")
    assert "Villa Marina" in said()[0].text and said()[0].options


def test_a_visit_can_be_left_at_every_step(say, graph, villa):
    for before in ([], ["1"]):
        say("quiero agendar una visita")
        for word in before:
            say(word)
        say("cancelar")
        assert Dialog.objects.get().name == ""
    assert not FollowUp.objects.exists()


def test_name_and_e_mail_are_asked_for_once(say, graph, villa):
    say("quiero visitar Villa Marina")
    say("1")
    assert "correo" in said()[0].text
    say("Rosa Ficticia, rosa@example.org")
    contact = Conversation.objects.get().contact
    assert contact.points.get(kind="email").value == "rosa@example.org"
    assert contact.name == "Ana Ficticia"  # what is known is not replaced
    say("quiero visitar Villa Marina")
    say("2")
    assert "correo" not in said()[0].text
    assert ContactPoint.objects.filter(kind="email").count() == 1


def test_the_question_for_an_e_mail_need_not_be_answered(say, graph, villa):
    say("quiero visitar Villa Marina")
    say("1")
    say("no gracias")
    assert Dialog.objects.get().name == ""
    say("quiero hablar con un asesor")
    assert Conversation.objects.get().episode.owner == "queue"


@pytest.mark.parametrize(
    ("text", "email", "name"),
    [
        ("rosa@example.org", "rosa@example.org", ""),
        ("Rosa Ficticia, rosa@example.org", "rosa@example.org", "Rosa Ficticia"),
        ("soy Rosa Ficticia y mi correo es ROSA@Example.org.", "rosa@example.org", "Rosa Ficticia"),
        ("me llamo José Ñandú", "", "José Ñandú"),
        ("O'Higgins Pérez-Gil", "", "O'Higgins Pérez-Gil"),
        ("rosa@@example", "", ""),
        ("12345678", "", ""),
        ("", "", ""),
        ("x" * 200, "", ""),
    ],
)
def test_what_they_tell_is_read(text, email, name):
    assert who.read(text) == (email, name)


def test_a_restart_in_the_middle_changes_nothing(say, graph, villa):
    say("quiero agendar una visita")
    say("Villa Marina", work=False)
    for cached in (registry.handlers, registry.choices, registry.steps):
        cached.cache_clear()
    work_off()
    assert said()[0].options
