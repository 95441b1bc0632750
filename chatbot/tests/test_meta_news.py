"""What Meta tells of the account, its templates, and of people's wishes, names and ids."""

import copy
import time

import pytest

from chatbot.channels import directory
from chatbot.channels.meta import Meta
from chatbot.models import InboundEvent
from chatbot.tests import provider_bodies as bodies
from chatbot.tests import provider_samples as sample
from chatbot.tests.graph_stub import envelope, message_body
from chatbot.work import work_off
from crm.conversations.models import Channel, Conversation, Message, MessageTemplate

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def test_each_field_that_says_something_is_to_be_subscribed_to():
    made = [body for body in vars(bodies).values() if isinstance(body, dict) and "entry" in body]
    fields = {change["field"] for body in made for change in body["entry"][0]["changes"]}
    told = set(" ".join(map(str, Meta.steps)).replace(",", " ").replace(".", " ").split())
    # Nothing is made of these.
    assert fields - told == {"business_capability_update", "calls", "group_lifecycle_update"}


@pytest.fixture
def take(post, channel, graph):
    """take(body, …) -> everything these bodies set off is done; the channel as it is then."""

    def send(*bodies):
        for body in bodies:
            assert post(body).status_code == 200
        work_off()
        channel.refresh_from_db()
        return channel

    return send


def states():
    return sorted(InboundEvent.objects.values_list("kind", "state"))


# --- The account -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (bodies.RESTRICTED, "restricted the account. (RESTRICTED_BIZ_INITIATED_MESSAGING)"),
        (bodies.VIOLATION, "breaks its rules. (SPAM)"),
        (bodies.BANNED, "disabled the account. (April 17, 2026)"),
        (bodies.DELETED, "deleted at Meta"),
        (bodies.account("ACCOUNT_RESTRICTION", restriction_info=None), "restricted"),
        (bodies.account("DISABLED_UPDATE"), "disabled"),
        (envelope({"errors": [{"code": 131031}]}), "locked the account"),
    ],
)
def test_an_account_in_trouble_stops_its_channel(take, body, words):
    channel = take(body)
    assert (channel.health, channel.stopped_at is not None) == ("red", True)
    assert words in channel.last_error


@pytest.mark.parametrize(
    ("body", "health", "words"),
    [
        (bodies.ALERT, "red", "does not qualify"),
        (bodies.FLAGGED, "yellow", "quality is low. (15550001111, TIER_1K)"),
        (bodies.account("DOWNGRADE", "phone_number_quality_update"), "yellow", "fewer people"),
        (bodies.DISPLAY_NAME, "yellow", "(Oficina Demo: NAME_NOT_CONSISTENT)"),
        (bodies.account("ACCOUNT_OFFBOARDED"), "red", "no longer connected"),
        (
            bodies.account("DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"}),
            "yellow",
            "admitted the account again",
        ),
        (
            bodies.account("DISABLED_UPDATE", ban_info={"waba_ban_state": "SCHEDULE_FOR_DISABLE"}),
            "red",
            "is going to disable",
        ),
        (envelope({"decision": "REJECTED"}, "account_review_update"), "red", "not approved"),
        (bodies.ERRORS, "yellow", "Something went wrong"),
        (envelope({"errors": [{"code": 130429}]}), "yellow", "Too many messages at once"),
        (envelope({"errors": [{"code": 99, "title": "Of tomorrow"}]}), "yellow", "Of tomorrow"),
    ],
)
def test_what_wants_a_look_turns_the_light_and_stops_nothing(take, body, health, words):
    channel = take(body)
    assert (channel.health, channel.stopped_at) == (health, None)
    assert words in channel.last_error


@pytest.mark.parametrize(
    "body",
    [
        bodies.PARTNER,
        bodies.CAPABILITY,
        bodies.account("THROUGHPUT_UPGRADE", "phone_number_quality_update"),
        bodies.account("OF_TOMORROW"),
        envelope({"decision": "APPROVED"}, "phone_number_name_update"),
        envelope({"alert_info": {"alert_severity": "INFORMATIONAL"}}, "account_alerts"),
    ],
)
def test_what_nobody_has_to_act_on_is_kept_and_changes_nothing(take, body):
    assert take(body).health == "unknown"
    assert states() == [("account", "ignored")]


def test_a_good_quality_clears_the_light(take):
    take(bodies.FLAGGED)
    assert take(bodies.account("UNFLAGGED", "phone_number_quality_update")).health == "green"


def quality(event, number=sample.OFFICE, **value):
    value |= {"display_phone_number": number, "current_limit": "TIER_1K"}
    return bodies.account(event, "phone_number_quality_update", **value)


def test_a_good_quality_of_one_number_ends_the_doubt_of_that_one_alone(take):
    take(bodies.FLAGGED)
    channel = take(quality("UNFLAGGED", "15550007777"))
    assert (channel.health, sample.OFFICE in channel.last_error) == ("yellow", True)
    assert take(quality("UNFLAGGED")).health == "green"


@pytest.mark.parametrize("body", [bodies.ALERT, bodies.DISPLAY_NAME])
def test_a_good_quality_ends_no_other_trouble(take, body):
    before = take(bodies.FLAGGED, body)
    after = take(quality("UNFLAGGED"))
    assert (after.health, after.last_error) == (before.health, before.last_error)
    assert "FLAGGED" not in after.last_error


@pytest.mark.parametrize(
    "body",
    [bodies.ERRORS, bodies.FLAGGED, bodies.DISPLAY_NAME, envelope({"errors": [{"code": 1}]})],
)
@pytest.mark.parametrize("worse", [bodies.RESTRICTED, bodies.ALERT])
def test_what_wants_a_look_hides_nothing_that_does_not_work(take, worse, body):
    before = take(worse)
    after = take(body)
    assert (after.health, after.last_error) == ("red", before.last_error)


def test_the_ban_itself_gives_way_to_its_end(take):
    take(bodies.BANNED)
    again = bodies.account("DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"})
    channel = take(again)
    assert (channel.health, channel.stopped_at is not None) == ("yellow", True)
    assert "admitted the account again" in channel.last_error
    take(bodies.DELETED)
    again["entry"][0]["time"] = 1790009999
    assert "deleted at Meta" in take(again).last_error


def test_older_alerts_name_their_severity_outside(take):
    flat = {"alert_severity": "WARNING", "alert_description": "Watch it"}
    channel = take(envelope(flat, "account_alerts"))
    assert (channel.health, "Watch it" in channel.last_error) == ("yellow", True)


def test_an_error_beside_a_message_speaks_of_that_message(take):
    body = message_body(sample.EMPTY_INTERACTIVE, sender=sample.ANA)
    error = {"code": 131000, "title": "Unsupported webhook payload"}
    body["entry"][0]["changes"][0]["value"]["errors"] = [error]
    assert take(body).health == "unknown"
    assert Message.objects.get(direction="in").kind == "unsupported"


def test_news_of_another_account_of_the_app_are_not_ours(take, channel):
    channel.credentials = {**channel.credentials, "business_account_id": "900200"}
    channel.save()
    assert take(bodies.RESTRICTED, bodies.PAUSED).stopped_at is None
    assert channel.health == "unknown"
    assert not MessageTemplate.objects.exists()


def test_the_same_news_twice_are_one_and_later_ones_another(take):
    take(bodies.FLAGGED, bodies.FLAGGED)
    assert InboundEvent.objects.count() == 1
    later = bodies.account("FLAGGED", "phone_number_quality_update")
    later["entry"][0]["time"] = 1790009999
    take(later)
    assert InboundEvent.objects.count() == 2


def without_time(body):
    body = copy.deepcopy(body)
    for entry in body["entry"]:
        entry.pop("time", None)
    return body


@pytest.mark.parametrize(
    "body", [envelope({"errors": [{"code": 131031}]}), without_time(bodies.RESTRICTED)]
)
def test_trouble_that_comes_again_after_a_repair_is_heard_again(take, body, monkeypatch):
    assert take(body, body).stopped_at is not None
    Channel.objects.update(health="green", stopped_at=None, last_error="")
    directory.forget()
    later = time.time() + 90
    monkeypatch.setattr(time, "time", lambda: later)
    channel = take(body)
    assert (channel.health, channel.stopped_at is not None) == ("red", True)


def test_an_error_beside_a_message_is_one_however_often_it_comes(take):
    body = message_body(sample.EMPTY_INTERACTIVE, sender=sample.ANA)
    body["entry"][0]["changes"][0]["value"]["errors"] = [{"code": 131000}]
    take(without_time(body), without_time(body))
    assert InboundEvent.objects.filter(kind="account").count() == 1


# --- People ----------------------------------------------------------------------------------


def known(take):
    take(message_body({**sample.TEXT, "from": sample.ANA}, sender=sample.ANA))
    return Conversation.objects.get().contact


@pytest.mark.parametrize(
    ("value", "wanted"), [("stop", False), ("resume", True), ("signup", True), ("STOP", False)]
)
def test_a_wish_about_marketing_is_noted(take, value, wanted):
    contact = known(take)
    contact.opted_out_at = None if not wanted else contact.created_at
    contact.save()
    wish = {"wa_id": sample.ANA, "category": "marketing_messages", "value": value}
    take(envelope(bodies.of_office(user_preferences=[wish]), "user_preferences"))
    contact.refresh_from_db()
    assert (contact.opted_out_at is None) is wanted


def test_the_documented_wish_stops_marketing_from_its_own_time_on(take):
    contact = known(take)
    take(bodies.PREFERENCES)
    contact.refresh_from_db()
    assert contact.opted_out_at.timestamp() == 1790000401


def test_stopping_and_resuming_are_two_wishes(take):
    contact = known(take)
    wish = {"wa_id": sample.ANA, "category": "marketing_messages"}
    for value, at in (("stop", 1790000401), ("resume", 1790000402), ("stop", 1790000401)):
        told = {**wish, "value": value, "timestamp": at}
        take(envelope(bodies.of_office(user_preferences=[told]), "user_preferences"))
    contact.refresh_from_db()
    assert contact.opted_out_at is None  # the first one came again, late


@pytest.mark.parametrize(
    "wish",
    [
        {"wa_id": sample.ANA, "category": "service_messages", "value": "stop"},
        {"wa_id": sample.ANA, "category": "marketing_messages", "value": "perhaps"},
        {"wa_id": sample.ANA, "category": "marketing_messages", "value": None},
        {"wa_id": sample.ANA},
        {"category": "marketing_messages", "value": "stop"},
        {},
        None,
    ],
)
def test_another_wish_is_kept_and_not_acted_on(take, wish):
    contact = known(take)
    take(envelope(bodies.of_office(user_preferences=[wish]), "user_preferences"))
    contact.refresh_from_db()
    assert contact.opted_out_at is None


def test_a_wish_by_user_id_alone(take):
    contact = known(take)
    wish = {"user_id": "MX.1001", "category": "marketing_messages", "value": "stop"}
    take(envelope(bodies.of_office(user_preferences=[wish]), "user_preferences"))
    contact.refresh_from_db()
    assert contact.opted_out_at is not None


def noted(action="add", **contact):
    element = {"type": "contact", "action": action, "contact": contact}
    return envelope(bodies.of_office(state_sync=[element]), "smb_app_state_sync")


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        ({"full_name": "Ana F. de la Mesa", "phone_number": sample.ANA}, "Ana F. de la Mesa"),
        ({"first_name": "Anita", "phone_number": "+52 1 555 000 2222"}, "Anita"),
    ],
)
def test_a_name_noted_on_the_phone_becomes_theirs(channel, contact, name):
    [event] = Meta(channel).parse(noted(**contact))
    news = Meta(channel).understand(event.kind, event.payload)
    assert (event.kind, event.lane) == ("person", f"p:{sample.ANA}")
    assert (news.name, news.addresses[0].value, news.reachable) == (name, sample.ANA, None)


def test_strangers_of_an_address_book_stay_strangers(take):
    take(bodies.APP_STATE)
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        noted("remove", full_name="Ana", phone_number=sample.ANA),
        noted(phone_number=sample.ANA),
        noted(full_name="Ana"),
        noted(full_name="Ana", phone_number="none"),
    ],
)
def test_a_contact_without_news_is_kept(take, body):
    known(take)
    take(body)
    assert Conversation.objects.get().contact.name == "Ana Ficticia"
    assert states()[-1] in [("person", "ignored"), ("notice", "ignored")]


def addresses():
    return sorted(a.value for a in Conversation.objects.get().identity.addresses.all())


@pytest.mark.parametrize(
    "body", [bodies.USER_ID, message_body(sample.NEW_USER_ID, sender=sample.ANA)]
)
def test_a_new_user_id_is_the_same_person(take, body):
    known(take)
    body = copy.deepcopy(body)
    del body["entry"][0]["changes"][0]["value"]["contacts"]  # Meta leaves them out
    take(body)
    assert addresses() == sorted([sample.ANA, "MX.2002"])


def test_a_new_number_brings_the_new_user_id_along(take):
    known(take)
    system = {
        "wa_id": "5215550009999",
        "user_id": "MX.2002",
        "previous_user_id": "MX.1001",
        "type": "customer_changed_number",
    }
    take(message_body({**sample.NEW_NUMBER, "system": system}, sender=sample.ANA))
    assert addresses() == sorted(["5215550009999", "MX.2002"])


def test_an_id_that_nobody_had_before_makes_nobody(take):
    alone = {**sample.NEW_USER_ID, "system": {"user_id": "MX.2002", "type": "user_changed_user_id"}}
    take(envelope(bodies.of_office(messages=[alone])))
    assert not Conversation.objects.exists()
    assert states() == [("notice", "ignored")]


# --- What is only kept -----------------------------------------------------------------------


@pytest.mark.parametrize("body", [bodies.CALL, bodies.GROUP, bodies.NO_HISTORY])
def test_calls_and_groups_and_the_unknown_are_kept_as_notices(take, body):
    take(body)
    assert states() == [("notice", "ignored")]


@pytest.mark.parametrize("body", bodies.BODIES)
def test_keys_are_the_same_each_time_and_fit_the_table(channel, body):
    first, second = (Meta(channel).parse(body) for _ in range(2))
    assert [event.key for event in first] == [event.key for event in second]
    assert len({event.key for event in first}) == len(first)
    assert all(len(event.key) <= 255 and len(event.kind) <= 12 for event in first)
    assert all(event.lane != "s" or event.kind == "status" for event in first)
