"""Writing where the provider's window is open, soon to close, or closed; and who sees it happen."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from chatbot.inbox.composing import SOON, composer_for
from chatbot.tests.composing import close_window, send, template
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
from chatbot.tests.events import apply, heard
from chatbot.tests.test_inbox_answering import at_once
from chatbot.work import work_off
from crm.conversations import outreach, ownership
from crm.conversations.models import Channel, Conversation, Message
from crm.people.models import Contact

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def client_of_agent(agent):
    return browser(agent)


def on(provider, **fields):
    """A conversation on a channel of this provider."""
    channel = Channel.objects.create(name=provider, provider=provider, mode="live", **fields)
    return conversation(channel, f"Ana {provider}")


# --- The window ------------------------------------------------------------------------------


def test_an_open_window_says_until_when(talk, client_of_agent):
    page = client_of_agent.get(at("detail", talk.pk))
    composer = page.context["composer"]
    assert composer.is_open and not composer.is_closing
    assert composer.closes_at == Conversation.objects.get().last_inbound_at + timedelta(hours=24)
    assert 'class="talk-window"' in words(page)
    assert 'data-open="yes"' in words(page)


def test_one_that_closes_soon_says_so_aloud(talk, client_of_agent):
    close_window(talk, hours=23.5)
    page = client_of_agent.get(at("detail", talk.pk))
    assert page.context["composer"].is_closing
    assert "talk-window-soon" in words(page)


@pytest.mark.parametrize(
    ("hours", "seconds"), [(20, 3 * 3600), (23.5, 1800), (25, None)], ids=["open", "soon", "over"]
)
def test_the_page_knows_when_it_must_look_again(talk, hours, seconds):
    close_window(talk, hours)
    turns_in = composer_for(talk).turns_in
    assert turns_in is None if seconds is None else abs(turns_in - seconds) < 5


def test_at_that_moment_it_looks_different(talk):
    close_window(talk, 20)
    now = timezone.now()
    before = composer_for(talk, now)
    after = composer_for(talk, now + timedelta(seconds=before.turns_in))
    assert (before.is_closing, after.is_closing) == (False, True)
    assert after.closes_at - now <= SOON + timedelta(hours=3)
    over = composer_for(talk, now + timedelta(seconds=before.turns_in + after.turns_in))
    assert not over.is_open


def test_a_closed_one_offers_templates_and_no_field(talk, client_of_agent):
    close_window(talk)
    html = words(client_of_agent.get(at("detail", talk.pk)))
    assert 'data-open="no"' in html
    assert at("templates", talk.pk) in html
    assert 'class="talk-closed"' in html
    assert "24" in composer_for(talk).why_closed


def test_free_text_is_refused_and_kept(talk, client_of_agent):
    close_window(talk)
    why = composer_for(talk).why_closed
    answer = send(client_of_agent, talk, text="Sigue en venta")
    assert (answer.status_code, words(answer)) == (422, why)
    assert "talk-refused" in answer["HX-Trigger"]
    page = send(client_of_agent, talk, text="Sigue en venta", headers={})
    assert page.status_code == 422
    assert ">Sigue en venta</textarea>" in words(page)
    assert not Message.objects.filter(direction="out").exists()
    assert owner(talk) == ("bot", None)


def test_a_template_goes_all_the_same(graph, talk, client_of_agent):
    close_window(talk)
    plain = template(talk.channel, body="¿Seguimos?")
    fill = f"{at('templates', talk.pk)}{plain.pk}/"
    assert client_of_agent.post(fill, {"token": "t"}, headers=HTMX).status_code == 204
    work_off()
    assert graph.sent[0]["template"]["name"] == "aviso"
    assert Message.objects.get(direction="out").state == "sent"


def test_a_word_of_theirs_opens_it(talk, client_of_agent):
    close_window(talk)
    hear(talk, "Aquí estoy")
    assert send(client_of_agent, talk, text="Hola").status_code == 204


def test_who_never_wrote_gets_a_template_first(channel, client_of_agent):
    talk = conversation(channel)
    assert composer_for(talk).why_closed
    assert send(client_of_agent, talk, text="Hola").status_code == 422


@pytest.mark.parametrize("provider", ["telegram", "whapi", "maytapi"])
def test_without_a_window_one_may_always_write(client_of_agent, provider):
    talk = on(provider)
    hear(talk, ago=60 * 24 * 40)
    composer = composer_for(talk)
    assert composer.is_open and composer.closes_at is None and composer.turns_in is None
    assert send(client_of_agent, talk, text="Hola").status_code == 204


def test_without_templates_a_closed_window_promises_none(client_of_agent):
    talk = on("instagram")
    hear(talk)
    close_window(talk, 24 * 8)
    html = words(client_of_agent.get(at("detail", talk.pk)))
    assert not composer_for(talk).is_open
    assert at("templates", talk.pk) not in html


# --- The person sees that somebody writes ----------------------------------------------------


def typed(client, talk, capture):
    """The jobs that typing in this conversation queued."""
    with capture() as jobs:
        assert client.post(at("typing", talk.pk)).status_code == 204
    return [job.args[1] for job in jobs if job.args[0] == "chatbot.presence.show_typing"]


def test_typing_is_shown_once_in_four_seconds(
    talk, client_of_agent, django_capture_on_commit_callbacks
):
    assert typed(client_of_agent, talk, django_capture_on_commit_callbacks) == [(talk.pk,)]
    assert typed(client_of_agent, talk, django_capture_on_commit_callbacks) == []
    cache.clear()
    assert typed(client_of_agent, talk, django_capture_on_commit_callbacks) == [(talk.pk,)]


def test_typing_is_shown_to_nobody_who_could_not_be_answered(
    talk, client_of_agent, django_capture_on_commit_callbacks
):
    close_window(talk)
    assert typed(client_of_agent, talk, django_capture_on_commit_callbacks) == []
    hear(talk)
    Conversation.objects.update(is_group=True)
    assert typed(client_of_agent, talk, django_capture_on_commit_callbacks) == []


def test_typing_is_shown_by_who_answers_only(
    talk, agent, colleague, django_capture_on_commit_callbacks
):
    Contact.objects.update(owner=agent)
    ownership.claim(conversation=talk, user=colleague)
    assert typed(browser(agent), talk, django_capture_on_commit_callbacks) == []
    assert typed(browser(colleague), talk, django_capture_on_commit_callbacks) == [(talk.pk,)]


def test_where_nobody_can_see_it_no_job_is_made(
    client_of_agent, django_capture_on_commit_callbacks
):
    talk = on("maytapi")
    hear(talk)
    assert typed(client_of_agent, talk, django_capture_on_commit_callbacks) == []


# --- What waits ------------------------------------------------------------------------------


def held(talk, text="Te escribo mañana"):
    close_window(talk)
    outreach.send(conversation=talk, text=text, author=Message.Author.COLLEAGUE)
    work_off()
    message = Message.objects.get(text=text)
    assert message.state == "held"
    return message


def test_what_waits_says_why_and_what_can_be_done(talk, client_of_agent):
    message = held(talk)
    html = words(client_of_agent.get(at("detail", talk.pk)))
    assert message.error_text in html
    assert at("discard", message.pk) in html
    assert f"{at('templates', talk.pk)}?instead={message.pk}" in html
    rows = client_of_agent.get("/conversations/?sending=held").context["table"].page.object_list
    assert [row.record for row in rows] == [talk]


def test_what_waits_is_discarded_for_good(graph, talk, client_of_agent):
    message = held(talk)
    answer = client_of_agent.post(at("discard", message.pk), headers=HTMX)
    assert set(events(answer)) == {"talk-refresh", "toasts"}
    message.refresh_from_db()
    assert (message.state, message.error_code) == ("cancelled", "discarded")
    apply(talk.channel, heard("Volví", sender=talk.identity.addresses.get().value))
    work_off()
    assert "Te escribo mañana" not in graph.texts()
    message.refresh_from_db()
    assert message.state == "cancelled"


def test_what_has_gone_out_meanwhile_is_not_discarded(graph, talk, client_of_agent):
    message = held(talk)
    apply(talk.channel, heard("Volví", sender=talk.identity.addresses.get().value))
    answer = client_of_agent.post(at("discard", message.pk), headers=HTMX)
    assert events(answer)["toasts"][0]["level"] == "error"
    work_off()
    message.refresh_from_db()
    assert message.state == "sent"


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "sent", "failed", "cancelled"])
def test_only_what_waits_is_discarded(talk, client_of_agent, state):
    message = say(talk, state=state)
    client_of_agent.post(at("discard", message.pk))
    message.refresh_from_db()
    assert (message.state, message.error_code) == (state, "")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_heard(channel):
    talk = conversation(channel)
    message = say(talk, state="held", error_code="template", author="colleague")
    clients = [browser(person("manager")) for _ in range(4)]
    names = ("discard", "retry", "discard", "retry")
    pairs = zip(clients, names, strict=True)
    told = at_once(*(lambda c=c, n=n: c.post(at(n, message.pk), headers=HTMX) for c, n in pairs))
    levels = [events(answer)["toasts"][0]["level"] for answer in told]
    assert sorted(levels) == ["error", "error", "error", "success"]
    message.refresh_from_db()
    assert message.state == ("cancelled" if levels.index("success") % 2 == 0 else "queued")


def test_what_they_wrote_is_not_discarded(talk, client_of_agent):
    theirs = Message.objects.get()
    client_of_agent.post(at("discard", theirs.pk))
    theirs.refresh_from_db()
    assert theirs.state == "received"


# --- Who may ---------------------------------------------------------------------------------


@pytest.fixture
def addresses(talk):
    """Every new address, with a method it takes."""
    plain = template(talk.channel, body="¿Seguimos?")
    message = say(talk, author="colleague", state="held")
    fill = f"{at('templates', talk.pk)}{plain.pk}/"
    return [
        ("post", at("typing", talk.pk)),
        ("get", at("templates", talk.pk)),
        ("get", fill),
        ("post", fill),
        ("post", f"{fill}preview/"),
        ("post", at("discard", message.pk)),
        ("post", at("retry", message.pk)),
        ("post", at("give_up", message.pk)),
    ]


def answers(client, addresses, **headers):
    return [getattr(client, method)(url, headers=headers) for method, url in addresses]


def unchanged():
    message = Message.objects.get(direction="out")
    return message.state == "held"


def test_a_stranger_is_sent_to_log_in(addresses):
    for answer in answers(browser(), addresses):
        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/")
    for answer in answers(browser(), addresses, **HTMX):
        assert answer.status_code == 403
        assert "/accounts/login/" in answer["HX-Redirect"]
    assert unchanged()


def test_who_has_nothing_to_do_with_conversations_is_refused(addresses):
    stranger = browser(person("marketer"))
    assert {answer.status_code for answer in answers(stranger, addresses)} == {403}
    assert unchanged()


def test_a_colleagues_conversation_is_not_there(addresses, talk, agent, colleague):
    ownership.claim(conversation=talk, user=colleague)
    assert {answer.status_code for answer in answers(browser(agent), addresses)} == {404}
    assert unchanged()


@pytest.mark.parametrize("name", ["retry", "give_up", "discard"])
def test_who_only_looks_on_decides_nothing(talk, agent, colleague, name):
    Contact.objects.update(owner=agent)
    ownership.claim(conversation=talk, user=colleague)
    message = say(talk, state="held" if name == "discard" else "failed")
    before = message.state
    client = browser(agent)
    assert at(name, message.pk) not in words(client.get(at("detail", talk.pk)))
    told = events(client.post(at(name, message.pk), headers=HTMX))["toasts"][0]
    assert told["level"] == "error"
    assert "Julio Paredes" in told["text"]
    message.refresh_from_db()
    assert (message.state, message.error_code) == (before, "")


def test_what_writes_wants_post_and_a_token(talk, agent, addresses):
    strict = browser(agent, enforce_csrf_checks=True)
    for method, url in addresses:
        if method == "post":
            assert strict.post(url, headers=HTMX).status_code == 403
    assert strict.get(at("typing", talk.pk)).status_code == 405
    assert unchanged()
