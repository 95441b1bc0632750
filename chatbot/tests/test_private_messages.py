"""What is said in a partner's session is for officers and managers alone."""

import pytest
from django.core.files.base import ContentFile

from chatbot.tests.desk import HTMX, at, browser, conversation, hear, person, say, words
from crm.conversations.models import Attachment, Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

SECRET = "debes 1,234.56"
LINE = "Message of a partner&#x27;s session"


@pytest.fixture
def session(channel):
    talk = conversation(channel)
    hear(talk, "hola")
    answer = say(talk, SECRET, author="bot", is_private=True, provider_id="wamid.P1")
    hear(talk, f"aviso: {SECRET}", kind="system", is_private=True)
    hear(talk, "gracias", reply_to="wamid.P1")
    return talk, answer


@pytest.mark.parametrize("role", ["officer", "manager", "administrator"])
def test_officers_and_managers_read_it(session, role):
    page = browser(person(role)).get(at("detail", session[0].pk))
    assert words(page).count(SECRET) == 2


def test_an_agent_reads_that_there_was_something(session, agent):
    talk, _answer = session
    client = browser(agent)
    for path in (at("detail", talk.pk), at("live", talk.pk)):
        html = words(client.get(path, headers=HTMX if "live" in path else {}))
        assert "1,234.56" not in html and LINE in html
        assert "gracias" in html


def test_its_earlier_words_and_its_trouble_stay_closed_too(channel, agent):
    talk = conversation(channel)
    hear(talk, "hola")
    stuck = say(talk, SECRET, state="failed", is_private=True)
    stuck.revisions.create(text=SECRET, replaced_at=stuck.created_at)
    Message.objects.filter(pk=stuck.pk).update(edited_at=stuck.created_at)
    assert "1,234.56" not in words(browser(agent).get(at("detail", talk.pk)))
    response = browser(agent).post(at("retry", stuck.pk))
    assert response.status_code == 404


def test_lists_never_say_it(session):
    _, answer = session
    assert "1,234.56" not in answer.summary()


def test_its_files_are_not_an_agents(session, agent, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    talk, _ = session
    message = hear(talk, "", kind="image", is_private=True)
    file = Attachment(message=message, state=Attachment.State.READY, mime="image/png")
    file.file.save("x", ContentFile(b"\x89PNG"), save=False)
    file.save()
    path = at("media", file.pk)
    assert browser(agent).get(path).status_code == 404
    assert browser(person("officer")).get(path).status_code == 200
