"""Two workers at once, and whose a number is."""

import threading

import pytest
from django.db import connection, transaction

from chatbot import lanes
from chatbot.inbox import answering
from chatbot.models import InboundEvent
from chatbot.tests import people_known
from chatbot.tests.events import apply, echoed
from chatbot.tests.people_known import ANA, USER, merged
from crm.conversations import identities
from crm.conversations.models import (
    ChannelAddress,
    ChannelIdentity,
    Conversation,
    Episode,
    Message,
)
from crm.people.models import Contact, ContactPoint

pytestmark = pytest.mark.django_db

tell = people_known.tell
twice = people_known.twice

# --- Two workers at once -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", range(3))
def test_two_workers_that_merge_at_once_lose_nothing(tell, again):
    tell("Por id", user=USER)
    tell("Por número", number=ANA)
    for text in ("a", "b", "c", "d"):
        tell(f"Por id {text}", user=USER, work=False)
        tell(f"Por los dos {text}", number=ANA, user=USER, work=False)
        tell(f"Por número {text}", number=ANA, work=False)
    ready = threading.Barrier(2)

    def work(names):
        ready.wait()
        try:
            for _ in range(200):
                if not InboundEvent.objects.filter(state="pending").exists():
                    break
                for lane in sorted(lanes.due_lanes(), reverse=names):
                    lanes.handle_lane(lane)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(names,)) for names in (False, True)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not InboundEvent.objects.filter(state__in=["pending", "aside"]).exists()
    assert Message.objects.filter(direction="in").count() == 14
    assert Conversation.objects.count() == ChannelIdentity.objects.count() == 1
    assert Episode.objects.filter(closed_at=None).count() == 1
    assert set(ChannelAddress.objects.values_list("value", flat=True)) == {ANA, USER}


def meets_by_id(channel, stale, agent):
    with transaction.atomic():
        return identities.meet(channel=channel, addresses=[("user_id", USER)], name="", phone="")


def meets_by_number(channel, stale, agent):
    addresses = [("wa_id", ANA)]
    with transaction.atomic():
        return identities.meet(channel=channel, addresses=addresses, name="", phone=ANA)


def answers(channel, stale, agent):
    told = answering.reply(conversation=stale, user=agent, text="Buenas", token="")
    return told.conversation


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [meets_by_id, meets_by_number, answers])
def test_who_waits_while_two_threads_become_one_comes_to_the_one(channel, twice, agent, act):
    """The one worker has merged and not committed yet, when somebody else comes."""
    found = []

    def come():
        try:
            found.append(act(channel, twice[1], agent).pk)
        finally:
            connection.close()

    other = threading.Thread(target=come)
    with transaction.atomic():
        kept = merged(channel)
        other.start()
        other.join(0.5)
        assert found == []
    other.join(10)
    assert found == [kept.pk]
    assert Conversation.objects.count() == 1


# --- Whose a number is -------------------------------------------------------------------------


def noted(value=ANA):
    contact = Contact.objects.create(name="Ana Ficticia")
    return ContactPoint.objects.create(
        contact=contact, kind="phone", value=f"+{value}", raw=value, primary=True
    )


def test_what_we_write_to_a_number_proves_nothing(channel, tell):
    point = noted()
    apply(channel, echoed("Le marco", sender=ANA, name=""))
    point.refresh_from_db()
    assert point.verified_at is None
    assert Conversation.objects.get().contact == point.contact
    tell("Hola", number=ANA)
    point.refresh_from_db()
    assert point.verified_at is not None


def test_an_echo_to_a_stranger_proves_nothing_either(channel, tell):
    apply(channel, echoed("Le marco", sender=ANA, name=""))
    assert ContactPoint.objects.get().verified_at is None
    tell("Hola", number=ANA)
    assert ContactPoint.objects.get().verified_at is not None
