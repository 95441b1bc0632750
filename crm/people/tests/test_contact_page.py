"""Finding people, and the page of one."""

import pytest

from crm.people.finding import contact_ids
from crm.people.folding import fold
from crm.people.models import Contact, ContactPoint, Note

pytestmark = pytest.mark.once


@pytest.fixture
def maria(db):
    contact = Contact.objects.create(name="MARÍA Ñahui Güell")
    for kind, value in [("phone", "+51987654321"), ("email", "maria@ejemplo.test"),
                        ("username", "marita")]:  # fmt: skip
        ContactPoint.objects.create(contact=contact, kind=kind, value=value)
    Contact.objects.create(name="Otra Persona")
    return contact


@pytest.mark.parametrize("text", ["María  Ñahui", "MARIA NAHUI", " maría ñahui "])
def test_text_is_compared_without_accents_and_capitals(text):
    assert fold(text) == "maria nahui"


@pytest.mark.parametrize(
    "asked",
    ["maria", "nahui maria", "güell", "ma", "987654321", "+51 987", "(987) 654-321", "654321",
     "maria@", "ejemplo.test", "marita", "987"],
)  # fmt: skip
def test_a_person_is_found_by_what_one_remembers(maria, asked):
    assert contact_ids(asked, 10) == [maria.pk]


@pytest.mark.parametrize("asked", ["", " ", "zz", "12", "%%%", "___", "\x00", "9876543219"])
def test_nothing_is_found_by_nothing(maria, asked):
    assert contact_ids(asked, 10) == []


def test_the_page_shows_text_and_hides_from_strangers(browser, colleague, maria):
    alice, bob = colleague("agent", username="alice"), colleague("agent", username="bob")
    evil = "<script>alert(1)</script>"
    Note.objects.create(contact=maria, author=alice, text=evil)
    maria.owner = alice
    maria.save()
    url = f"/people/{maria.pk}/"
    text = browser(alice).get(url).content.decode()
    assert "+51 987 654 321" in text and evil not in text
    assert browser(bob).get(url).status_code == 404
    assert browser().get(url).status_code == 302
    assert browser(colleague("", username="charlie")).get(url).status_code == 403


def test_a_merged_person_leads_to_where_they_live_on(browser, colleague, maria):
    old = Contact.objects.create(name="María", merged_into=maria)
    response = browser(colleague("manager")).get(f"/people/{old.pk}/")
    assert response.url == f"/people/{maria.pk}/"


@pytest.mark.usefixtures("in_english")
def test_the_page_says_what_they_write_in(browser, colleague, maria):
    url, manager = f"/people/{maria.pk}/", browser(colleague("manager"))
    for heard, chosen, says in (("", "", False), ("pt", "", True), ("pt", "es", False)):
        Contact.objects.update(heard_language=heard, language=chosen)
        assert ("writes in Portuguese" in manager.get(url).content.decode()) == says


@pytest.mark.usefixtures("in_english")
def test_many_ways_to_reach_somebody_are_folded(browser, colleague, maria):
    for number in range(9):
        ContactPoint.objects.create(contact=maria, kind="email", value=f"m{number}@example.com")
    text = browser(colleague("manager")).get(f"/people/{maria.pk}/").content.decode()
    points = maria.points.count()
    assert f"{points - 5} other ways to reach them" in text
    assert all(f"m{number}@example.com" in text for number in range(9))
