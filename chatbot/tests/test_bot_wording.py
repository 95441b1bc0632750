"""The office's own wording of a reply: checked, previewed, said, taken back; and every original."""

import re
import time

import pytest
from django.conf import settings
from django.urls import reverse

from chatbot.dialog import wording
from chatbot.dialog.pages.titles import GROUPS, PLACES, in_order
from chatbot.dialog.replies import names, original, words
from chatbot.models import ReplyWording
from chatbot.tests.desk import browser, person
from crm.audit.models import AuditEntry
from crm.conversations.models import Channel, Conversation, Message
from crm.errors import DeskError
from crm.people.models import Contact
from tickets.models import Ticket
from tickets.telling import words as told

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


@pytest.mark.parametrize(
    "text",
    [
        '{% if\n{% include "base.html" %}',
        '{% for include in loans %}{% endfor %}{% if\n{% include "base.html" %}',
        "{% for load, i18n in loans %}{% endfor %}{% if\n{% load i18n %}ok",
        "{% for debug in loans %}{% debug %}{% endfor %}",
        '{% if "\n{{ loans|pprint }}{{ settings }}" %}',
        '{% if "\n{{ loans|ljust:30000 }}" %}x{% endif %}',
        r"""{{ "\""|ljust:"30000" }}""",
        "{% for secret in loans %}{% endfor %}{{ secret }}",
        "{{ núm }}",
        "{% verbatim %}{{ loans }}{% endverbatim %}",
        "{#\n{{ loans }}\n#}",
        "{% %}",
        '{% for a in "aaaa" %}x{% endfor %}',
        "{% for a in more %}x{% endfor %}",
        "{% for a in loans %}" * 3 + "x" + "{% endfor %}" * 3,
        "{% for a in loans %}" * 20 + "x" + "{% endfor %}" * 20,
        "{% for a in loans %}{% for b in loans %}" + "x" * 2900 + "{% endfor %}{% endfor %}",
        "{% if more %}" * 200,
        "{% if " + "not " * 700 + "more %}x{% endif %}",
    ],
)
def test_nothing_else_comes_in_by_a_trick(text):
    began = time.monotonic()
    with pytest.raises(DeskError):
        wording.check("loans", "es", text)
    assert time.monotonic() - began < 2


def test_what_is_kept_all_the_same_reads_no_file():
    ReplyWording.objects.create(name="loans", language="es", text='{% include "base.html" %}')
    ReplyWording.objects.create(name="noted", language="es", text="{{ x|safe }}")
    assert "html" not in words("loans", "es", {"loans": []})
    assert words("noted", "es", {"x": 1}) == original("noted", "es").strip()


def test_one_that_grows_too_long_is_passed_over():
    text = "{% for a in loans %}{% for b in loans %}" + "x" * 500 + "{% endfor %}{% endfor %}"
    wording.save(name="loans", language="es", text=text, by=person("administrator"))
    assert words("loans", "es", {"loans": [1, 2]}) == "x" * 2000
    assert "x" * 2000 not in words("loans", "es", {"loans": list(range(8))})


def test_a_loop_in_a_loop_a_note_and_a_filter_may_be():
    text = (
        '{# for the office #}{% for one in loans reversed %}{{ one.number|default:"{}" }} '
        "{% if more and one.overdue|length > 1 %}*{% endif %}{% empty %}nada{% endfor %}"
    )
    assert wording.check("loans", "es", text) == text


@pytest.mark.parametrize("text", ["Tu código va aparte.", "{% if code %}Va aparte.{% endif %}"])
def test_a_code_is_sent_with_the_code(text):
    with pytest.raises(DeskError):
        wording.check("login_code_message", "es", text)


def test_the_preview_shows_made_up_values(admin):
    answer = admin.post(at("preview", reply="greeting"), {"text": "¡Hola, {{ first_name }}! *Ya*"})
    assert "«first_name»" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    wrong = admin.post(at("preview", reply="greeting"), {"text": "{{ nadie }}"})
    assert 'class="bad"' in wrong.content.decode()


def test_the_preview_stands_in_its_bubble_whatever_it_is_made_of(admin):
    """A paragraph in a paragraph would close it: an empty bubble, the words below."""
    shown = admin.get(at(reply="ticket_answer")).content.decode()
    assert re.search(
        r'<div class="reply-bubble"><p>«text»</p>\s*<p>\(Ticket «number»\)</p></div>', shown
    )


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
    assert [row.name for row in found.context["replies"]] == ["noted"]
    assert admin.get(reverse("replies:list"), {"q": "zzz", "language": "xx"}).status_code == 200
    admin.post(at(), {"text": "Recibido"})
    changed = admin.get(reverse("replies:list"), {"changed": "1"})
    assert [row.name for row in changed.context["replies"]] == ["noted"]


def test_the_list_shows_each_as_it_reads_and_finds_it_by_that_too(admin):
    shown = admin.get(reverse("replies:list")).content.decode()
    assert "{%" not in shown and "{{" not in shown
    assert "¡Hola, «first_name»! Gracias por escribirnos." in shown
    admin.post(at(reply="greeting"), {"text": "*Hola*, {{ first_name }} <b>"})
    found = admin.get(reverse("replies:list"), {"q": "hola, «first_name» <b>"})
    assert [row.name for row in found.context["replies"]] == ["greeting"]
    assert "Hola, «first_name» &lt;b&gt;</span>" in found.content.decode()
    found = admin.get(reverse("replies:list"), {"q": "{{ first_name }} <b>"})
    assert [row.name for row in found.context["replies"]] == ["greeting"]


def test_one_that_cannot_be_read_any_more_is_listed_as_it_was_typed(admin):
    ReplyWording.objects.create(name="noted", language="es", text="{% if %}Sí")
    found = admin.get(reverse("replies:list"), {"changed": "1"})
    assert '<span class="replies-text">{% if %}Sí</span>' in found.content.decode()


@pytest.mark.usefixtures("in_english")
def test_every_reply_has_a_title_of_its_own_in_one_group_and_is_found_by_it(admin):
    assert set(names()) <= set(PLACES)
    titles = [str(title) for _group, title in PLACES.values()]
    assert len(set(titles)) == len(titles) == sum(len(replies) for _group, replies in GROUPS)
    page = admin.get(reverse("replies:list"))
    assert [row.name for row in page.context["replies"]] == in_order(names())
    found = admin.get(reverse("replies:list"), {"q": "wrong code"})
    assert [row.name for row in found.context["replies"]] == ["login_code_wrong"]
    assert "login_code_wrong<" not in found.content.decode()
    assert "Wrong code" in admin.get(at(reply="login_code_wrong")).content.decode()
    tickets = admin.get(reverse("replies:list"), {"q": "Tickets"}).context["replies"]
    assert {row.name for row in tickets} >= set(GROUPS[-1][1])


def test_what_is_told_of_a_ticket_is_worded_here_too(admin):
    person = Contact.objects.create(name="Ana Ficticia")
    talk = Conversation(contact=person, channel=Channel(provider="meta"))
    ticket = Ticket(number="T-000009", contact=person)
    admin.post(at(reply="ticket_resolved"), {"text": "Listo tu {{ number }}. ¿Qué tal?"})
    assert told("ticket_resolved", talk, ticket) == "Listo tu T-000009. ¿Qué tal?"
    # Whatever the office says around it, the answer itself stays.
    lost = admin.post(at(reply="ticket_answer"), {"text": "Ticket {{ number }}"})
    assert lost.status_code == 422
    admin.post(at(reply="ticket_answer"), {"text": "{{ text }} · {{ number }}"})
    assert told("ticket_answer", talk, ticket, text="{{ Sí }} <b>") == "{{ Sí }} <b> · T-000009"


def test_what_is_bold_of_a_ticket_is_so_where_there_is_bold_and_a_colleagues_own_never(admin):
    person = Contact.objects.create(name="Ana Ficticia")
    ticket = Ticket(number="T-000009", contact=person)
    admin.post(at(reply="ticket_resolved"), {"text": "Listo: *{{ number }}*"})
    plain = {"text": "{{ text }} *({{ number }})*"}
    assert "*" not in admin.post(at("preview", reply="ticket_answer"), plain).content.decode()
    admin.post(at(reply="ticket_answer"), plain)
    for provider, shown in (("meta", "*T-000009*"), ("instagram", "T-000009")):
        talk = Conversation(contact=person, channel=Channel(provider=provider))
        assert told("ticket_resolved", talk, ticket) == f"Listo: {shown}"
        answer = told("ticket_answer", talk, ticket, text="Es *muy* fácil")
        assert answer == "Es *muy* fácil (T-000009)"


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


def test_months_and_weekdays_are_small_in_portuguese():
    named = re.compile(r"{{[^}]*\|date:(['\"])[^'\"]*[FlMD][^'\"]*\1(?!\|lower)[^}]*}}")
    assert not [name for name in names() if named.search(original(name, "pt"))]
