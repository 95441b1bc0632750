"""The office's own wording of a reply: checked, previewed, said, taken back; and every original."""

import pytest
from django.conf import settings
from django.urls import reverse

from chatbot.dialog import wording
from chatbot.dialog.replies import names, original, words
from chatbot.models import ReplyWording
from chatbot.tests.desk import browser, person
from crm.audit.models import AuditEntry
from crm.conversations.models import Message
from crm.errors import DeskError

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def admin():
    return browser(person("administrator"))


def at(name="edit", language="es", reply="noted"):
    return reverse(f"replies:{name}", args=[language, reply])


def test_what_the_office_wrote_is_what_the_bot_says(say, graph, admin):
    admin.post(at(), {"text": "Recibido, *gracias*."})
    say("asdf qwer zxcv")
    assert Message.objects.filter(direction="out").last().text == "Recibido, *gracias*."
    admin.post(at("reset"))
    say("poiu lkjh mnbv")
    assert Message.objects.filter(direction="out").last().text == original("noted", "es").strip()
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["reply_reworded", "reply_reset"]


def test_one_language_leaves_the_others_alone(admin):
    admin.post(at(language="pt"), {"text": "Certo!"})
    assert words("noted", "pt", {}) == "Certo!"
    assert words("noted", "es", {}) == original("noted", "es").strip()


def test_the_original_typed_again_is_no_wording_of_ones_own(admin):
    admin.post(at(), {"text": "Otra cosa"})
    admin.post(at(), {"text": original("noted", "es")})
    assert not ReplyWording.objects.exists()


def test_a_wording_that_cannot_be_rendered_any_more_is_passed_over():
    ReplyWording.objects.create(name="noted", language="es", text="{% nada %}")
    assert words("noted", "es", {}) == original("noted", "es").strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "x" * 3001,
        "{{ secret }}",
        "{% load static %}",
        "{% include 'base.html' %}",
        "{% debug %}",
        "{% if %}",
        "{{ greeting",
        "{% for a in settings %}{% endfor %}",
        "{{ first_name|safe }}",
        "{% if first_name %}{% endif %}{{ request.user }}",
        "{% if not first_name %}nada{% endif %}",
    ],
)
def test_what_the_bot_cannot_say_is_refused_with_the_text_kept(admin, text):
    answer = admin.post(at(reply="greeting"), {"text": text})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not ReplyWording.objects.exists()


def test_a_code_is_sent_with_the_code():
    with pytest.raises(DeskError):
        wording.check("login_code_message", "es", "Tu código va aparte.")


def test_the_preview_shows_made_up_values(admin):
    answer = admin.post(at("preview", reply="greeting"), {"text": "¡Hola, {{ first_name }}! *Ya*"})
    assert "«first_name»" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    wrong = admin.post(at("preview", reply="greeting"), {"text": "{{ nadie }}"})
    assert 'class="bad"' in wrong.content.decode()


def test_what_is_typed_is_escaped_on_the_page(admin):
    text = "<script>alert(1)</script>"
    assert admin.post(at(), {"text": text}).status_code == 302
    for page in (at(), reverse("replies:list") + "?q=script"):
        assert "<script>alert" not in admin.get(page).content.decode()
    assert words("noted", "es", {}) == text  # a chat shows it as it is


@pytest.mark.parametrize("role", ["agent", "marketer", "officer", "manager"])
def test_nobody_else_changes_them(role):
    client = browser(person(role))
    assert client.get(reverse("replies:list")).status_code == 403
    assert client.post(at(), {"text": "Hola"}).status_code == 403
    assert not ReplyWording.objects.exists()


def test_the_list_finds_by_name_and_words(admin):
    found = admin.get(reverse("replies:list"), {"q": "Anotado. Un asesor"})
    assert [row.name for row in found.context["rows"]] == ["noted"]
    assert admin.get(reverse("replies:list"), {"q": "zzz", "language": "xx"}).status_code == 200
    admin.post(at(), {"text": "Recibido"})
    changed = admin.get(reverse("replies:list"), {"changed": "1"})
    assert [row.name for row in changed.context["rows"]] == ["noted"]


def test_no_such_reply_is_nowhere(admin):
    assert admin.get(at(reply="nada")).status_code == 404
    assert admin.get(at(language="fr")).status_code == 404
    assert admin.get(at(reply="titles")).status_code == 404


@pytest.mark.parametrize("language", settings.CHAT_LANGUAGES)
def test_every_reply_has_words_in_every_language(language):
    folder = settings.BASE_DIR / "templates/chatbot/replies" / language
    there = {one.stem for one in folder.glob("*.txt")}
    assert there == {*names(), "titles"}
    for name in names():
        assert wording.check(name, language, original(name, language))


@pytest.mark.parametrize("language", settings.CHAT_LANGUAGES)
def test_every_title_is_there_in_every_language(language):
    def keys(one):
        return {
            line.partition("=")[0].strip()
            for line in original("titles", one).splitlines()
            if "=" in line
        }

    assert keys(language) == keys("es")
