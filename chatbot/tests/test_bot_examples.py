"""The page of intents: a sentence tried, what was not understood, examples filed and exported."""

import pytest
from django.urls import reverse

from chatbot.intents import examples
from chatbot.models import Example
from chatbot.tests import desk
from crm.conversations import ownership
from crm.conversations.models import Conversation, Message
from crm.errors import DeskError

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
PAGE = "/intents/"
ODD = "el gato de la vecina maúlla de noche"


@pytest.fixture
def administrator(db):
    return desk.person("administrator", first_name="Ada")


@pytest.fixture
def page(client, administrator):
    client.force_login(administrator)
    return client


def noted():
    return list(Example.objects.values_list("message__text", flat=True))


def test_what_the_bot_makes_nothing_of_is_kept_to_look_at(say):
    say("Hola")
    say(ODD)
    assert noted() == [ODD]


def test_nothing_is_kept_while_a_person_answers(say):
    say("Hola")
    ownership.hand_to_queue(conversation=Conversation.objects.get())
    say(ODD)
    assert noted() == []


def test_nothing_said_in_a_session_is_kept_or_shown(say, page, graph):
    say(ODD)
    Message.objects.filter(text=ODD).update(is_private=True)
    assert ODD not in page.get(PAGE).content.decode()
    example = Example.objects.get()
    assert page.post(reverse("intents:file", args=[example.pk])).status_code == 404


def test_a_sentence_is_tried(page):
    told = page.post(PAGE, {"text": "pago S/ 250,50 el 03/02/2025"}).content.decode()
    assert "Receipt of a payment" in told and "S/ 250.50" in told and "Next likely" in told
    assert page.post(PAGE, {"text": "  "}).status_code == 422


def test_what_is_typed_is_escaped(page):
    told = page.post(PAGE, {"text": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in told


def test_a_message_is_filed_without_numbers_and_exported(say, page, graph):
    say("el gato de la vecina 987 654 321 maúlla de noche, ana@ficticia.pe")
    example = Example.objects.get()
    shown = page.get(PAGE).content.decode()
    assert "el gato de la vecina 000 000 000 maúlla de noche, correo@ejemplo.com" in shown
    where = reverse("intents:file", args=[example.pk])
    page.post(where, {"text": "el gato +51 987654321 maúlla", "intent": "create_ticket"})
    exported = page.get("/intents/export/")
    assert exported.content.decode() == "create_ticket\tel gato +00 000000000 maúlla\n"
    assert exported["Content-Type"].startswith("text/tab-separated-values")
    assert "Nothing waits here" in page.get(PAGE).content.decode()
    page.post(reverse("intents:take_back", args=[example.pk]))
    example.refresh_from_db()
    assert (example.state, example.text, example.intent) == ("waiting", "", "")


def test_a_typed_sentence_is_filed_and_taken_back(page):
    page.post("/intents/add/", {"text": "quiero mi estado", "intent": "account_statement"})
    example = Example.objects.get()
    assert (example.state, example.message) == ("filed", None)
    assert "quiero mi estado" in page.get(PAGE, {"show": "filed"}).content.decode()
    page.post(reverse("intents:take_back", args=[example.pk]))
    assert not Example.objects.exists()


def test_without_an_intent_nothing_is_filed(page):
    for intent in ("", "nonsense"):
        page.post("/intents/add/", {"text": "hola", "intent": intent})
    assert not Example.objects.exists()


def test_one_that_is_of_no_use_is_set_aside_and_comes_back(say, page, graph):
    say(ODD)
    example = Example.objects.get()
    page.post(reverse("intents:dismiss", args=[example.pk]))
    assert ODD not in page.get(PAGE).content.decode()
    page.post(reverse("intents:take_back", args=[example.pk]))
    assert ODD in page.get(PAGE).content.decode()


def test_two_at_once_judge_it_once(say, administrator, graph):
    say(ODD)
    example = Example.objects.get()
    examples.dismiss(example=example)
    with pytest.raises(DeskError):
        examples.file(example=example, text=ODD, intent="deny", by=administrator)


def test_an_export_begins_no_line_with_a_formula():
    assert examples.struck_out('=HYPERLINK("x")') == 'HYPERLINK("x")'


def test_the_list_is_paged_and_asks_the_database_little(
    page, person, django_assert_max_num_queries
):
    talk = person()
    for at in range(45):
        Example.objects.create(message=desk.hear(talk, f"n{at}"))
    with django_assert_max_num_queries(15):
        first = page.get(PAGE).content.decode()
    assert "n44" in first and "n25" in first and "n24<" not in first and "Older" in first
    last = Example.objects.order_by("-id")[19].pk
    second = page.get(PAGE, {"before": last}).content.decode()
    assert "n24" in second and "Newest" in second
    assert page.get(PAGE, {"before": "x" * 50}).status_code == 200


@pytest.mark.parametrize("role", ["agent", "marketer", "officer", "manager"])
def test_only_administrators_come_in(client, role, db):
    client.force_login(desk.person(role))
    typed = Example.objects.create()
    assert client.get(PAGE).status_code == 403
    assert client.get("/intents/export/").status_code == 403
    for name in ("file", "dismiss", "take_back"):
        assert client.post(reverse(f"intents:{name}", args=[typed.pk])).status_code == 403


def test_the_page_is_found_under_settings(page):
    assert PAGE in page.get("/settings/").content.decode()
