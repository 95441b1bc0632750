"""A test message from a channel's page: to whom, as whose, and what became of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.tests.desk import browser, conversation, hear, person, words
from chatbot.work import work_off
from crm.conversations.identities import meet
from crm.conversations.models import Channel, ChannelIdentity, Conversation, Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def boss():
    return person("administrator")


@pytest.fixture
def admin(boss):
    return browser(boss)


@pytest.fixture
def rosa(channel):
    talk = conversation(channel, "Rosa Ficticia", phone="51911000001")
    hear(talk)
    return talk


def send(client, channel, **given):
    data = {f"trial-{name}": value for name, value in given.items()}
    return client.post(f"/channels/{channel.pk}/trial/", {"trial-text": "Prueba", **data})


def test_it_goes_out_and_the_page_says_what_became_of_it(channel, rosa, admin, boss, graph):
    answer = send(admin, channel, person=rosa.pk)
    message = Message.objects.get(purpose="test")
    assert answer.url == f"/channels/{channel.pk}/?tried={message.pk}#trial"
    assert (message.author, message.user, message.state) == ("colleague", boss, "queued")
    page = words(admin.get(answer.url))
    assert f'data-pulse="conversation:{rosa.pk}"' in page and "tried-queued" in page
    work_off()
    assert [body["text"]["body"] for body in graph.sent] == ["Prueba"]
    assert "tried-sent" in words(admin.get(f"/channels/{channel.pk}/trial/{message.pk}/"))


def test_a_refusal_stands_there_with_its_reason(channel, rosa, admin, graph):
    graph.errors.append(131026)
    send(admin, channel, person=rosa.pk)
    work_off()
    message = Message.objects.get(purpose="test")
    part = words(admin.get(f"/channels/{channel.pk}/trial/{message.pk}/"))
    assert "tried-failed" in part and "131026" in part


def test_on_a_dry_run_nothing_leaves(channel, rosa, admin, graph):
    Channel.objects.filter(pk=channel.pk).update(mode="dry_run")
    url = send(admin, channel, person=rosa.pk).url
    work_off()
    assert not graph.sent
    assert 'class="tried tried-sent"' in words(admin.get(url))
    assert Message.objects.get(purpose="test").state == "sent"


def test_whoever_waits_goes_on_waiting(channel, rosa, admin):
    since = Conversation.objects.get(pk=rosa.pk).waiting_since
    assert since is not None
    send(admin, channel, person=rosa.pk)
    rosa.refresh_from_db()
    assert rosa.waiting_since == since
    assert rosa.episode.human is None and rosa.episode.first_response_at is None


def test_a_second_click_sends_nothing_more(channel, rosa, admin):
    first, second = (send(admin, channel, person=rosa.pk) for _ in range(2))
    assert first.url == second.url
    assert Message.objects.filter(purpose="test").count() == 1


@pytest.mark.parametrize("typed", ["51911000001", "+51 911 000 001", "911000001", " 51911000001 "])
def test_a_number_may_be_typed_as_people_write_it(channel, rosa, admin, typed):
    assert send(admin, channel, address=typed).status_code == 302
    assert Message.objects.get(purpose="test").conversation == rosa


def test_somebody_known_by_another_address_is_found_by_their_number(channel, admin):
    talk = meet(
        channel=channel, addresses=[("user_id", "PE.77")], name="Ana Ficticia", phone="51911000009"
    )
    hear(talk)
    assert send(admin, channel, address="+51 911 000 009").status_code == 302
    assert send(admin, channel, address="PE.77", text="Otra").status_code == 302
    assert talk.messages.filter(purpose="test").count() == 2


def test_who_has_not_written_here_gets_nothing(channel, rosa, admin):
    elsewhere = Channel.objects.create(name="Otro", provider="meta", external_id="9")
    hear(conversation(elsewhere, phone="51911000002"))
    conversation(channel, "Nunca Escribió", phone="51911000003")
    for typed in ("51911000002", "51911000003", "51999999999", "nadie", "'; --"):
        answer = send(admin, channel, address=typed)
        assert answer.status_code == 422
    assert send(admin, channel, person="999999").status_code == 422
    assert send(admin, channel).status_code == 422
    assert not Message.objects.filter(purpose="test").exists()


def test_only_who_may_be_written_to_now_is_offered(channel, rosa, admin):
    late = conversation(channel, "Tarde Llegó", phone="51911000004")
    hear(late, ago=60 * 25)
    gone = conversation(channel, "Se Fue", phone="51911000005")
    hear(gone)
    ChannelIdentity.objects.filter(pk=gone.identity_id).update(unreachable_at=timezone.now())
    group = meet(
        channel=channel, addresses=[("group", "g1")], name="Grupo", phone="", is_group=True
    )
    hear(group)
    Conversation.objects.filter(pk=group.pk).update(last_inbound_at=timezone.now())
    Conversation.objects.filter(pk=late.pk).update(
        last_inbound_at=timezone.now() - timedelta(hours=25)
    )
    page = words(admin.get(f"/channels/{channel.pk}/"))
    assert f'<option value="{rosa.pk}"' in page
    for talk in (late, gone, group):
        assert f'<option value="{talk.pk}"' not in page
        assert send(admin, channel, person=talk.pk).status_code == 422
    assert send(admin, channel, address="51911000004").status_code == 422


def test_a_channel_that_stands_still_sends_no_test(channel, rosa, admin):
    for change in ({"stopped_at": timezone.now()}, {"stopped_at": None, "is_active": False}):
        Channel.objects.filter(pk=channel.pk).update(**change)
        assert "trial-text" not in words(admin.get(f"/channels/{channel.pk}/"))
        assert send(admin, channel, person=rosa.pk).status_code == 422
    assert not Message.objects.filter(purpose="test").exists()


def test_an_empty_or_endless_text_is_refused(channel, rosa, admin):
    for text in ("", "   ", "x" * 1001, "a\x00b"):
        assert send(admin, channel, person=rosa.pk, text=text).status_code == 422


def test_it_is_for_administrators(channel, rosa):
    for role in ("manager", "agent"):
        client = browser(person(role))
        assert send(client, channel, person=rosa.pk).status_code == 403
    assert "trial-text" not in words(browser(person("manager")).get(f"/channels/{channel.pk}/"))
    assert send(browser(), channel, person=rosa.pk).status_code == 302


def test_no_other_message_can_be_looked_at_there(channel, rosa, admin):
    heard = rosa.messages.get()
    assert admin.get(f"/channels/{channel.pk}/trial/{heard.pk}/").status_code == 404
    page = words(admin.get(f"/channels/{channel.pk}/?tried={heard.pk}"))
    assert 'id="tried"' not in page
    for odd in ("x", "-1", "9" * 40, "9" * 5000, "1;2"):
        assert admin.get(f"/channels/{channel.pk}/", {"tried": odd}).status_code == 200
