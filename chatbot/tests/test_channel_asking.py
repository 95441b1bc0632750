"""Channels' pages that ask the provider: what they tell, and what they change of a channel."""

import json

import pytest
from django.utils import timezone

from chatbot import alarms
from chatbot.channels import directory
from chatbot.channels.events import AccountNews
from chatbot.tests import channels_known
from chatbot.tests.channels_known import LIST, TOKEN, at
from chatbot.tests.desk import conversation, hear, words
from crm.conversations.models import Channel

pytestmark = [pytest.mark.once, pytest.mark.django_db]
admin = channels_known.admin


def test_a_test_names_the_number_and_notes_the_health(channel, admin, graph):
    page = words(admin.post(at("test", channel), follow=True))
    channel.refresh_from_db()
    assert (channel.health, channel.last_error) == ("green", "")
    assert channel.checked_at is not None
    assert TOKEN not in page


def test_a_test_that_fails_says_why(channel, admin, settings):
    settings.GRAPH_API_URL = "http://127.0.0.1:9"
    page = words(admin.post(at("test", channel), follow=True))
    channel.refresh_from_db()
    assert channel.health == "red"
    assert channel.last_error in page.replace("&#x27;", "'")


def test_registering_tells_the_provider_our_address(channel, admin, graph, settings):
    settings.BASE_URL = "https://ventanilla.ejemplo.test"
    channel.credentials = {**channel.credentials, "business_account_id": "777"}
    channel.save()
    admin.post(at("register", channel))
    assert f"https://ventanilla.ejemplo.test/webhooks/meta/{channel.uuid}/" in json.dumps(
        graph.subscribed
    )


def test_registering_without_an_account_says_what_is_missing(channel, admin, graph):
    admin.post(at("register", channel))
    channel.refresh_from_db()
    assert channel.last_error


def state(channel):
    channel.refresh_from_db()
    return channel.health, channel.last_error


@pytest.fixture(params=["answers", "silent"])
def asked(request, channel, graph, settings):
    """A channel with an account, whose provider answers every question, or none."""
    channel.credentials = {**channel.credentials, "business_account_id": "777"}
    channel.save()
    if request.param == "silent":
        settings.GRAPH_API_URL = "http://127.0.0.1:9"
    return channel


@pytest.mark.parametrize("act", ["test", "register", "record"])
def test_no_question_hides_why_a_channel_is_stopped(asked, admin, act):
    alarms.stop(asked, "El token ha caducado", "190")
    admin.post(at(act, asked))
    assert state(asked) == ("red", "El token ha caducado (190)")
    assert asked.stopped_at is not None


@pytest.mark.parametrize("act", ["test", "register", "record"])
@pytest.mark.parametrize("code", ["PAUSED", "ACCOUNT_OFFBOARDED"])
def test_no_question_ends_what_the_provider_told(asked, admin, act, code):
    told = f"Ya no sale: {code}, dice Meta. " + "x" * 500
    alarms.note_account(asked, AccountNews(Channel.Health.RED, told, code))
    before = state(asked)
    assert before[1].endswith(f" ({code})") and len(before[1]) == 500
    admin.post(at(act, asked))
    assert state(asked) == before


@pytest.mark.parametrize("code", ["PAUSED", "ACCOUNT_OFFBOARDED"])
def test_who_has_seen_to_what_was_told_puts_the_light_out(asked, admin, code):
    alarms.note_account(asked, AccountNews(Channel.Health.RED, "Ya no sale", code))
    assert at("seen", asked) in words(admin.get(at("detail", asked)))
    admin.post(at("seen", asked))
    assert state(asked) == ("unknown", "")
    assert at("seen", asked) not in words(admin.get(at("detail", asked)))


def test_registering_at_the_second_attempt_ends_what_the_first_one_said(channel, admin, graph):
    admin.post(at("register", channel))
    assert state(channel)[0] == "red"
    channel.credentials = {**channel.credentials, "business_account_id": "777"}
    channel.save()
    directory.forget()
    admin.post(at("register", channel))
    assert state(channel) == ("green", "")


@pytest.mark.parametrize("act", ["register", "record"])
def test_only_a_check_judges_a_channel_again(asked, admin, act):
    Channel.objects.filter(pk=asked.pk).update(
        health="red", last_error="Token vencido (190)", checked_at=timezone.now()
    )
    admin.post(at(act, asked))
    assert state(asked) == ("red", "Token vencido (190)")


def test_a_check_that_works_ends_what_a_check_found(channel, admin, graph):
    Channel.objects.filter(pk=channel.pk).update(health="red", last_error="Token vencido (190)")
    admin.post(at("test", channel))
    assert state(channel) == ("green", "")


def test_a_provider_this_version_does_not_know_breaks_no_page(admin):
    channel = Channel.objects.create(name="Paloma", provider="pigeon")
    assert admin.get(LIST).status_code == 200
    assert admin.get(at("detail", channel)).status_code == 200
    assert admin.get(at("edit", channel)).status_code == 404
    assert admin.post(at("test", channel), follow=True).status_code == 200


def test_a_stopped_channel_goes_on_when_told(channel, admin):
    Channel.objects.filter(pk=channel.pk).update(stopped_at=channel.created_at, health="red")
    assert at("resume", channel) in words(admin.get(at("detail", channel)))
    admin.post(at("resume", channel))
    channel.refresh_from_db()
    assert (channel.stopped_at, channel.health) == (None, "unknown")


@pytest.mark.usefixtures("in_english")
def test_a_channel_is_switched_off_at_once_and_never_deleted(channel, admin, post):
    talk = conversation(channel)
    hear(talk)
    assert directory.snapshot().by_default
    told = words(admin.post(at("switch", channel), {"on": "no"}, follow=True))
    assert "What people write is not taken meanwhile" in told
    assert post({"entry": []}).status_code == 403
    assert "Rosa" in words(admin.get("/conversations/"))
    admin.post(at("switch", channel), {"on": "yes"})
    assert post({"entry": []}).status_code == 200


def test_the_page_says_what_to_enter_at_the_provider(channel, admin, settings):
    settings.BASE_URL, settings.HTTPS = "http://localhost:8000", False
    page = words(admin.get(at("detail", channel)))
    assert f"http://localhost:8000/webhooks/meta/{channel.uuid}/" in page
    assert "BASE_URL" in page
    settings.HTTPS = True
    assert "BASE_URL" not in words(admin.get(at("detail", channel)))
