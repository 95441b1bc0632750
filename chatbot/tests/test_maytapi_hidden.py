"""Chats of hidden numbers at Maytapi: nobody's is mixed with ours, nor with somebody else's."""

import json

import pytest

from chatbot.channels.addresses import webhook_path
from chatbot.inbox import thread
from chatbot.tests.fakes import maytapi as fake
from chatbot.work import work_off
from crm.conversations.models import Channel, Conversation, Message
from crm.people.models import Contact

pytestmark = [pytest.mark.once, pytest.mark.django_db]
ONE, TWO = "998877665544@lid", "887766554433@lid"
SENT = "a3ff8460-c710-11ee-a8e7-5fbaaf152c1d"
# Reactions' ids that say nothing of who reacted.
SILENT = [None, "", "b3ff8460-c710-11ee-a8e7-5fbaaf152c1d", "3EB0D6AABB"]


@pytest.fixture
def post(client, db):
    secrets = {"product_id": fake.PRODUCT, "access_token": fake.TOKEN}
    channel = Channel.objects.create(
        name="Maytapi", provider="maytapi", external_id=fake.PHONE, credentials=secrets
    )

    def send(*bodies):
        for body in bodies:
            path = webhook_path(channel)
            assert client.post(path, json.dumps(body), "application/json").status_code == 200
            work_off()

    return send


def named(lid, tail="3EB0A1", side="false"):
    return {"id": f"{side}_{lid}_{tail}", "_serialized": f"{side}_{lid}_{tail}"}


def written(lid):
    user = {"id": lid, "name": f"Oculta {lid[:3]}", "phone": ""}
    return fake.message_body(named(lid), user=user, conversation=lid)


def echo(lid, **rest):
    body = fake.echo_body("Le marco", id_=named(lid, side="true")["id"], chat=lid)
    return body | rest


def reaction(lid, by, id_, about=SENT, **rest):
    return fake.ack_body(fake.reaction_item(about, "👍", by=by, chat=lid, reactionId=id_, **rest))


def addresses():
    return sorted(
        sorted(talk.identity.addresses.values_list("value", flat=True))
        for talk in Conversation.objects.all()
    )


def answered(id_=SENT):
    """The bot's answer in the only thread, as Maytapi calls it."""
    Message.objects.filter(author="bot").update(provider_id=id_, state="sent")
    return Message.objects.get(author="bot")


def stands_on(message):
    """What stands on this message, and who put each reaction there."""
    (bubble,) = [
        one for one in thread.latest(message.conversation).bubbles if one.message == message
    ]
    rows = Message.objects.filter(kind="reaction")
    return bubble.reactions, [one.direction for one in rows]


@pytest.mark.parametrize("receiver", ["gone", None, ""])
def test_two_hidden_people_we_write_to_stay_two(post, receiver):
    post(written(ONE), written(TWO))
    for lid in (ONE, TWO):
        body = echo(lid, receiver=receiver)
        if receiver == "gone":
            del body["receiver"]
        post(body)
    assert addresses() == [[TWO], [ONE]]


@pytest.mark.parametrize("id_", SILENT)
def test_two_hidden_people_whose_words_we_react_to_stay_two(post, id_):
    post(written(ONE), written(TWO))
    for lid in (ONE, TWO):
        about = named(lid)["id"]
        post(reaction(lid, f"{fake.OWN}@c.us", id_, about, rxid=about))
    assert addresses() == [[TWO], [ONE]]
    reactions = Message.objects.filter(kind="reaction")
    assert [one.direction for one in reactions] == ["out", "out"]
    assert {one.conversation_id for one in reactions} == set(
        Conversation.objects.values_list("pk", flat=True)
    )


@pytest.mark.parametrize("id_", SILENT)
@pytest.mark.parametrize(("by", "side"), [(fake.ANA, "in"), (fake.OWN, "out"), (None, "in")])
def test_a_reaction_sits_on_its_message_though_the_chat_is_hidden(post, id_, by, side):
    post(fake.text_body("Hola"))
    message = answered()
    post(reaction(ONE, by and f"{by}@c.us", id_, rxid="true_x_3EB0"))
    assert stands_on(message) == (["👍"], [side])
    assert (Conversation.objects.count(), Contact.objects.count()) == (1, 1)
    assert addresses() == [[fake.ANA]]


def test_it_is_known_by_whatsapps_own_id_as_well(post):
    post(fake.text_body("Hola"))
    message = answered(f"true_{fake.ANA}@c.us_3EB0")
    post(reaction(ONE, None, None, rxid=message.provider_id))
    assert stands_on(message) == (["👍"], ["in"])


def test_the_person_reacts_where_the_reactions_id_says_so(post):
    post(written(ONE))
    message = answered()
    post(reaction(ONE, f"{fake.ANA}@c.us", f"false_{ONE}_3EB0D6", rxid=""))
    assert stands_on(message) == (["👍"], ["in"])


def test_of_a_message_nobody_knows_the_number_in_its_id_names_the_person(post):
    post(fake.text_body("Hola"))
    post(reaction(ONE, None, None, "x", rxid=f"true_{fake.ANA}@c.us_3EB0"))
    assert Message.objects.get(kind="reaction").conversation == Conversation.objects.get()


def test_a_reaction_to_what_nobody_knows_in_a_chat_nobody_knows_makes_nobody(post):
    post(reaction(ONE, f"{fake.OWN}@c.us", None, "x", rxid=None))
    assert not Conversation.objects.exists() and not Contact.objects.exists()
    post(written(ONE))
    assert Conversation.objects.count() == 1
