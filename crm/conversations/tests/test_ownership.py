"""Who answers: bot, queue or one person."""

import pytest
from django.contrib.auth.models import Group

from crm.conversations import outreach, ownership
from crm.conversations.identities import meet
from crm.conversations.models import Channel, Conversation, Message
from crm.errors import DeskError
from crm.people.models import Contact, ContactPoint, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    return Channel.objects.create(name="W", provider="simulator")


def met(channel, number="51911000001", name="Ana Ficticia"):
    return meet(channel=channel, addresses=[("wa_id", number)], name=name, phone=number)


@pytest.fixture
def conversation(channel):
    return met(channel)


@pytest.fixture
def alice():
    return User.objects.create_user("alice")


@pytest.fixture
def bob():
    return User.objects.create_user("bob")


def test_claiming_cancels_what_the_bot_had_queued(conversation, alice):
    outreach.send(conversation=conversation, text="Hola", author=Message.Author.BOT)
    kept = outreach.send(
        conversation=conversation, text="Yo", author=Message.Author.COLLEAGUE, user=alice
    )
    episode = ownership.claim(conversation=conversation, user=alice)
    assert (episode.owner, episode.human) == ("human", alice)
    assert Message.objects.get(author="bot").state == "cancelled"
    kept.refresh_from_db()
    assert kept.state == "queued"


def test_a_colleagues_conversation_is_not_taken(conversation, alice, bob):
    ownership.claim(conversation=conversation, user=alice)
    with pytest.raises(DeskError, match="alice"):
        ownership.claim(conversation=conversation, user=bob)
    with pytest.raises(DeskError, match="alice"):
        ownership.give_back(conversation=conversation, user=bob)


def test_a_manager_takes_over(conversation, alice, bob):
    bob.groups.add(Group.objects.get(name="manager"))
    ownership.claim(conversation=conversation, user=alice)
    assert ownership.claim(conversation=conversation, user=bob).human == bob


def test_giving_back_lets_the_bot_answer(conversation, alice):
    ownership.claim(conversation=conversation, user=alice)
    episode = ownership.give_back(conversation=conversation, user=alice)
    assert (episode.owner, episode.human) == ("bot", None)


@pytest.mark.parametrize("text", ["", "   \n", "\x00", "a" * 20_001])
def test_nothing_and_too_much_are_refused(conversation, text):
    with pytest.raises(DeskError):
        outreach.send(conversation=conversation, text=text, author=Message.Author.BOT)


def test_what_we_say_is_shown_below_what_was_said(conversation):
    first = outreach.send(conversation=conversation, text="1", author=Message.Author.BOT)
    second = outreach.send(conversation=conversation, text="2", author=Message.Author.BOT)
    assert first.shown_at < second.shown_at


def test_a_known_phone_is_the_same_contact(channel):
    contact = Contact.objects.create(name="Ana a mano")
    ContactPoint.objects.create(contact=contact, kind="phone", value="+51911000001", primary=True)
    conversation = met(channel)
    assert conversation.contact == contact
    assert ContactPoint.objects.get().verified_at is not None


def test_a_second_channel_finds_the_contact_by_its_proven_phone(channel, conversation):
    other = Channel.objects.create(name="W2", provider="simulator")
    assert met(other).contact == conversation.contact
    assert Conversation.objects.count() == 2


def test_a_name_typed_at_the_desk_stays(channel, conversation):
    Contact.objects.update(name="Ana María")
    met(channel, name="anita 🌸")
    assert Contact.objects.get().name == "Ana María"


def test_a_name_the_provider_gave_follows_it(channel, conversation):
    met(channel, name="Ana Nueva")
    assert Contact.objects.get().name == "Ana Nueva"
