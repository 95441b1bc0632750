"""What an installation has to show for itself after faults: who was heard and answered, and how."""

from collections import defaultdict
from typing import NamedTuple

from crm.jobs.tests.clusters import wait_for


class Said(NamedTuple):
    pk: int
    person: str
    direction: str
    state: str
    text: str
    provider_id: str


def kill_one(installation, chance, number):
    """A random process of the web or of the worker, the two in turns."""
    name = ("work", "web")[number % 2]
    family = wait_for(lambda: [p for p in installation.family(name) if p.is_running()])
    victim = chance.choice(family)
    victim.kill()
    return name


def messages_of(installation, people):
    """What these people said and were told, in order of id."""
    rows = installation.rows(
        "SELECT m.id, a.value, m.direction, m.state, m.text, m.provider_id "
        "FROM conversations_message m "
        "JOIN conversations_conversation c ON c.id = m.conversation_id "
        "JOIN conversations_channeladdress a ON a.identity_id = c.identity_id ORDER BY m.id"
    )
    wanted = set(people)
    return [Said(*row) for row in rows if row[1] in wanted]


def by_person(said, direction):
    """Person -> their messages of this direction, in order."""
    sorted_ = defaultdict(list)
    for one in said:
        if one.direction == direction:
            sorted_[one.person].append(one)
    return sorted_


def assert_each_was_heard_once(said, load):
    """Every text of everybody, in order, and one answer to each."""
    heard, answers = by_person(said, "in"), by_person(said, "out")
    wanted = [str(n) for n in range(load.each)]
    for person in load.people:
        assert [one.text for one in heard[person]] == wanted, person
        assert len(answers[person]) == load.each, person


# --- Accounts --------------------------------------------------------------------------------


def at_rest(installation, accounts, loads):
    """A condition: everything in, answered, sent, and told of as far as the provider tells."""
    tells = {account.slug: account.tells for account in accounts}

    def check():
        for slug, kind in installation.rows(
            "SELECT DISTINCT c.provider, e.kind FROM chatbot_inboundevent e "
            "JOIN conversations_channel c ON c.id = e.channel_id WHERE e.state = 'pending'"
        ):
            # Of a message that is not confirmed nobody knows whose statuses these are.
            if tells.get(slug, True) or kind != "status":
                return False
        return all(
            _is_answered(messages_of(installation, load.people), account, load)
            for account, load in zip(accounts, loads, strict=True)
        )

    return check


def _is_answered(said, account, load):
    total = load.each * len(load.people)
    states = [one.state for one in said if one.direction == "out"]
    return len(said) == 2 * total and {account.ends, "unknown"}.issuperset(states)


def assert_account_is_well(installation, account, load):
    """Nothing was lost or doubled; returns how many messages wait for a person."""
    said = messages_of(installation, load.people)
    assert_each_was_heard_once(said, load)
    taken = account.took()
    for person, answers in by_person(said, "out").items():
        assert_arrived_once_in_order(answers, taken[person], account.tells)
    return sum(one.state == "unknown" for one in said)


def assert_arrived_once_in_order(answers, ids, tells):
    """`ids` are what the provider took: each answer once, in order, and nothing else.

    An answer that is not confirmed may have arrived or not, unless the provider would have told.
    """
    place = spare = 0
    for one in answers:
        if one.state == "unknown":
            spare += 0 if tells else 1
            continue
        assert one.provider_id in ids[place:], (one, ids)
        between = ids.index(one.provider_id, place) - place
        assert between <= spare, (one, ids)
        place, spare = place + between + 1, 0
    assert len(ids) - place <= spare, (answers, ids)


def sent_twice(installation):
    """Messages with more than one attempt that may have reached the provider."""
    return installation.rows(
        "SELECT message_id, count(*) FROM chatbot_deliveryattempt "
        "WHERE outcome IN ('', 'sent', 'unknown') GROUP BY message_id HAVING count(*) > 1"
    )
