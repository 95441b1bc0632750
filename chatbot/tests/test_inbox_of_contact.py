"""A contact's conversations on their page, as far as one may see them."""

import pytest

from chatbot.tests.desk import HTMX, browser, conversation, hear, person
from crm.conversations.models import Conversation
from crm.people.models import Contact

pytestmark = pytest.mark.django_db


def panel(user, contact):
    return browser(user).get(f"/conversations/of-contact/{contact.pk}/", headers=HTMX)


def test_the_page_loads_them_and_each_leads_to_its_thread(channel, agent):
    talk = conversation(channel, "Ana <b>Ficticia</b>")
    hear(talk, "Hola <script>")
    talk.last_text = "Hola <script>"
    talk.save()
    page = browser(agent).get(f"/people/{talk.contact_id}/").content.decode()
    assert f"/conversations/of-contact/{talk.contact_id}/" in page
    text = panel(agent, talk.contact).content.decode()
    assert f"/conversations/{talk.pk}/" in text
    assert "Hola &lt;script&gt;" in text and "<script>" not in text


def test_a_colleagues_are_not_shown(channel, agent):
    talk = conversation(channel, "Ana Ficticia")
    Contact.objects.filter(pk=talk.contact_id).update(owner=person("agent"))
    text = panel(agent, talk.contact).content.decode()
    assert f"/conversations/{talk.pk}/" not in text and "quiet" in text
    assert f"/conversations/{talk.pk}/" in panel(person("manager"), talk.contact).content.decode()


def test_strangers_get_nothing(channel):
    talk = conversation(channel, "Ana Ficticia")
    assert panel(None, talk.contact).status_code == 403
    assert panel(person("marketer"), talk.contact).status_code == 403


@pytest.mark.usefixtures("in_english")
def test_of_very_many_the_newest_are_shown_and_it_says_so(channel, agent):
    first = conversation(channel, "Ana Ficticia")
    for _ in range(20):
        talk = conversation(channel, "Ana Ficticia")
        Conversation.objects.filter(pk=talk.pk).update(contact=first.contact)
    text = panel(agent, first.contact).content.decode()
    assert text.count("<li>") == 20 and "These are the newest 20." in text
    talk.delete()
    assert "These are" not in panel(agent, first.contact).content.decode()
