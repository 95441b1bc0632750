"""Taking, answering, giving back; and two who do it at once."""

import threading

import pytest
from django.db import connection

from chatbot.tests.desk import (
    HTMX,
    at,
    browser,
    conversation,
    events,
    hear,
    owner,
    person,
    say,
    words,
)
from crm.conversations import ownership
from crm.conversations.models import Conversation, Episode, Message
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def test_who_answers_takes_the_conversation_and_its_lead(talk, agent):
    lead = Lead.objects.create(contact=talk.contact)
    waiting = say(talk, "El bot quería decir algo", state="queued")
    answer = browser(agent).post(
        at("reply", talk.pk), {"text": " Sí, sigue en venta. ", "token": "t1"}, headers=HTMX
    )
    assert answer.status_code == 204
    assert set(events(answer)) >= {"talk-refresh", "talk-replied"}
    sent = Message.objects.get(author="colleague")
    assert (sent.text, sent.state, sent.user) == ("Sí, sigue en venta.", "queued", agent)
    assert owner(talk) == ("human", agent)
    lead.refresh_from_db()
    assert (lead.assigned_to, lead.status) == (agent, "contacted")
    assert lead.first_response_at == sent.created_at
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert Conversation.objects.get(pk=talk.pk).waiting_since is None


def test_the_card_shows_leads_one_may_see_and_follows_an_answer(talk, agent, colleague):
    mine = Lead.objects.create(contact=talk.contact)
    client = browser(agent)
    client.post(at("reply", talk.pk), {"text": "Hola", "token": "t"}, headers=HTMX)
    card = words(client.get(at("card", talk.pk), headers=HTMX))
    assert mine.get_absolute_url() in card
    assert "María Quispe" in card
    Lead.objects.update(assigned_to=colleague)
    assert mine.get_absolute_url() not in words(client.get(at("card", talk.pk), headers=HTMX))


def test_without_htmx_one_comes_back_to_the_page(talk, agent):
    answer = browser(agent).post(at("reply", talk.pk), {"text": "Hola", "token": "t1"})
    assert (answer.status_code, answer.url) == (302, at("detail", talk.pk))


def test_sending_the_same_form_twice_makes_one_message(talk, agent):
    client = browser(agent)
    for _ in range(2):
        client.post(at("reply", talk.pk), {"text": "Hola", "token": "t1"}, headers=HTMX)
    assert Message.objects.filter(author="colleague").count() == 1
    client.post(at("reply", talk.pk), {"text": "Hola", "token": "t2"}, headers=HTMX)
    assert Message.objects.filter(author="colleague").count() == 2


@pytest.mark.parametrize("text", ["", "   \n", "\x00", "a" * 20_001])
def test_what_cannot_be_sent_is_refused_and_kept(talk, agent, text):
    client = browser(agent)
    answer = client.post(at("reply", talk.pk), {"text": text, "token": "t"}, headers=HTMX)
    assert answer.status_code == 422
    assert words(answer)
    page = client.post(at("reply", talk.pk), {"text": text, "token": "t"})
    assert page.status_code == 422
    assert "composer" in words(page)
    assert not Message.objects.filter(direction="out").exists()
    assert owner(talk) == ("bot", None)


def test_a_colleagues_conversation_is_answered_only_by_taking_over(talk, agent, colleague, manager):
    ownership.claim(conversation=talk, user=colleague)
    Lead.objects.create(contact=talk.contact, assigned_to=agent)
    refused = browser(agent).post(at("reply", talk.pk), {"text": "Yo"}, headers=HTMX)
    assert refused.status_code == 422
    assert "Julio Paredes" in words(refused)
    assert (
        browser(manager).post(at("reply", talk.pk), {"text": "Yo"}, headers=HTMX).status_code == 204
    )
    assert owner(talk) == ("human", manager)


def test_taking_and_giving_back(talk, agent):
    client = browser(agent)
    client.post(at("claim", talk.pk))
    assert owner(talk) == ("human", agent)
    page = client.get(at("detail", talk.pk)).context
    assert page["is_mine"] and page["may_give_back"] and not page["may_take"]
    answer = client.post(at("give_back", talk.pk), headers=HTMX)
    assert "toasts" in events(answer)
    assert owner(talk) == ("bot", None)


def test_a_failed_message_is_tried_again_once(talk, agent):
    failed = say(talk, state="failed", error_code="131047", error_text="Demasiado tarde")
    client = browser(agent)
    answer = client.post(at("retry", failed.pk), headers=HTMX)
    assert answer.status_code == 204
    failed.refresh_from_db()
    assert (failed.state, failed.error_text, failed.provider_id) == ("queued", "", "")
    Message.objects.filter(pk=failed.pk).update(state="sent")
    client.post(at("retry", failed.pk), headers=HTMX)
    failed.refresh_from_db()
    assert failed.state == "sent"


def test_an_unconfirmed_message_is_sent_again_or_given_up(talk, agent):
    first, second = say(talk, state="unknown"), say(talk, state="unknown")
    client = browser(agent)
    assert "hx-confirm" in words(client.get(at("detail", talk.pk)))
    client.post(at("retry", first.pk))
    client.post(at("give_up", second.pk))
    client.post(at("give_up", first.pk))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("queued", "failed")


def test_what_the_person_wrote_cannot_be_sent(talk, agent):
    theirs = Message.objects.get()
    browser(agent).post(at("retry", theirs.pk))
    theirs.refresh_from_db()
    assert theirs.state == "received"


def at_once(*jobs):
    """Run the jobs side by side, each with a connection of its own; what they gave, in order."""
    ready = threading.Barrier(len(jobs))
    given = [None] * len(jobs)

    def run(index, job):
        ready.wait()
        try:
            given[index] = job()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return given


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_gets_it(channel):
    talk = conversation(channel)
    people = [person("agent"), person("agent")]
    clients = [browser(one) for one in people]
    at_once(*(lambda c=c: c.post(at("claim", talk.pk)).status_code for c in clients))
    kept = Episode.objects.get(conversation=talk)
    assert kept.owner == "human"
    assert kept.human in people
    loser = clients[1 - people.index(kept.human)]
    assert loser.get(at("detail", talk.pk)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_message(channel):
    talk = conversation(channel)
    hear(talk)
    agent = person("agent")
    clients = [browser(agent) for _ in range(3)]
    form = {"text": "Hola", "token": "el-mismo"}
    codes = at_once(
        *(lambda c=c: c.post(at("reply", talk.pk), form, headers=HTMX).status_code for c in clients)
    )
    assert codes == [204, 204, 204]
    assert Message.objects.filter(author="colleague").count() == 1
