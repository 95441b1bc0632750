"""What Meta tells of templates."""

import pytest

from chatbot import alarms
from chatbot.channels.pages import checking
from chatbot.models import InboundEvent
from chatbot.tests import provider_bodies as bodies
from chatbot.work import work_off
from crm.conversations.models import MessageTemplate

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


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


@pytest.fixture
def template(channel):
    return MessageTemplate.objects.create(
        channel=channel,
        name="pago_recordatorio",
        language="es_MX",
        status="APPROVED",
        quality="GREEN",
        category="UTILITY",
        components=[{"type": "BODY", "text": "Hola {{1}}"}],
    )


def states():
    return sorted(InboundEvent.objects.values_list("kind", "state"))


# --- Templates -------------------------------------------------------------------------------


def test_a_paused_template_turns_the_light_red_and_says_why(take, template):
    channel = take(bodies.PAUSED)
    template.refresh_from_db()
    assert template.status == "PAUSED"
    assert template.reason == "People reported it; Meta pauses it for three hours."
    assert (channel.health, channel.stopped_at) == ("red", None)
    assert "pago_recordatorio is paused. People reported it" in channel.last_error


@pytest.mark.parametrize("event", ["APPROVED", "UNPAUSED"])
def test_its_return_ends_that_and_nothing_else(take, template, event):
    take(bodies.PAUSED)
    other = bodies.template_event(event, message_template_name="otra")
    assert take(other).health == "red"
    again = bodies.template_event(event, message_template_name="pago_recordatorio")
    assert (take(again).health, take(again).last_error) == ("green", "")


def test_a_template_disabled_for_good_turns_it_red_as_well(take, template):
    other = {"title": "DISABLED", "description": "Disabled"}
    channel = take(bodies.template_event("DISABLED", other_info=other))
    template.refresh_from_db()
    assert (template.status, channel.health) == ("DISABLED", "red")


def test_a_rejected_template_says_what_is_wrong_with_it(take, template):
    channel = take(bodies.TEMPLATE)
    template.refresh_from_db()
    assert (template.status, template.reason) == (
        "REJECTED",
        "Parameters – Separate them with text",
    )
    assert (channel.health, channel.stopped_at) == ("yellow", None)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"reason": "SCAM"}, "Meta takes it for fraud."),
        ({"reason": "OF_TOMORROW"}, "OF_TOMORROW"),
        ({"reason": "NONE"}, ""),
        ({"reason": None}, ""),
        ({"reason": 7, "rejection_info": "x", "other_info": []}, "7"),
        ({"other_info": {"title": "X", "description": "Meta's words"}}, "Meta's words"),
    ],
)
def test_a_reason_is_told_in_words_as_far_as_there_are_any(take, template, value, reason):
    take(bodies.template_event("REJECTED", **value))
    template.refresh_from_db()
    assert template.reason == reason


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("APPROVED", "APPROVED"), ("REINSTATED", "APPROVED"), ("UNARCHIVED", "APPROVED"),
        ("UNPAUSED", "APPROVED"),
        ("PENDING", "PENDING"), ("IN_APPEAL", "IN_APPEAL"), ("LIMIT_EXCEEDED", "LIMIT_EXCEEDED"),
        ("LOCKED", "LOCKED"), ("ARCHIVED", "ARCHIVED"), ("PENDING_DELETION", "GONE"),
        ("DELETED", "GONE"), ("FLAGGED", "DISABLED"),
        ("X" * 300, "X" * 30),
    ],
)  # fmt: skip
def test_each_event_of_a_template_is_a_state_of_it(take, template, event, status):
    MessageTemplate.objects.update(status="DISABLED")  # "FLAGGED" leaves what is there
    take(bodies.template_event(event))
    template.refresh_from_db()
    assert template.status == status


def test_quality_category_and_wording_change_each_by_itself(take, template):
    take(bodies.QUALITY)
    template.refresh_from_db()
    assert (template.quality, template.status, template.category) == (
        "YELLOW", "APPROVED", "UTILITY")  # fmt: skip
    take(bodies.CATEGORY)
    template.refresh_from_db()
    assert (template.category, template.status) == ("MARKETING", "APPROVED")
    assert template.components == [{"type": "BODY", "text": "Hola {{1}}"}]
    take(bodies.WORDING)
    template.refresh_from_db()
    assert template.components == [
        {"type": "HEADER", "format": "TEXT", "text": "Su pago"},
        {"type": "BODY", "text": "Hola {{1}}, vence el {{2}}."},
        {"type": "FOOTER", "text": "Mesa de crédito"},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "URL", "text": "Pagar", "url": "https://example.org/pagar"}],
        },
    ]


@pytest.mark.parametrize("key", ["message_template_name", "message_template_language"])
@pytest.mark.parametrize("value", [None, "", 7, ["x"]])
def test_a_template_without_a_name_is_kept_as_news_of_nothing(take, template, key, value):
    take(bodies.template_event("DELETED", **{key: value}))
    assert ("template", "ignored") in states()
    assert MessageTemplate.objects.get(name="pago_recordatorio").status == "APPROVED"


def test_wordings_that_no_database_takes_are_made_ones_it_takes(take, template):
    odd = {
        "message_template_element": "Hola\x00 \ud800",
        "message_template_buttons": [
            {"message_template_button_text": "\x00", "n": float("nan"), "deep": [[[[[[[[[1]]]]]]]]]}
        ],
    }
    take(bodies.template("message_template_components_update", **odd))
    template.refresh_from_db()
    assert template.components[0] == {"type": "BODY", "text": "Hola\ufffd ?"}
    assert template.components[1]["buttons"][0]["n"] is None


def test_of_two_paused_templates_the_other_one_is_still_paused(take):
    take(*(bodies.template_event("PAUSED", message_template_name=one) for one in ("una", "dos")))
    channel = take(bodies.template_event("UNPAUSED", message_template_name="dos"))
    assert channel.health == "red" and "una" in channel.last_error
    assert take(bodies.template_event("UNPAUSED", message_template_name="una")).health == "green"


def test_a_template_hides_nothing_that_is_wrong_with_the_account(take):
    told = take(bodies.account("ACCOUNT_OFFBOARDED")).last_error
    channel = take(bodies.template_event("PAUSED", message_template_name="una"))
    assert (channel.health, channel.last_error) == ("red", told)
    channel = take(bodies.template_event("UNPAUSED", message_template_name="una"))
    assert (channel.health, channel.last_error) == ("red", told)


def test_of_one_template_in_two_languages_the_other_one_is_still_paused(take):
    def told(event, language):
        return bodies.template_event(
            event, message_template_name="una", message_template_language=language
        )

    take(told("PAUSED", "es_MX"), told("PAUSED", "en_US"))
    channel = take(told("UNPAUSED", "en_US"))
    assert (channel.health, " una " in channel.last_error) == ("red", True)
    assert (take(told("UNPAUSED", "es_MX")).health, channel.last_error) == ("green", "")


PAUSED = bodies.template_event("PAUSED", message_template_name="una")
REJECTED = bodies.template_event("REJECTED", message_template_name="una")
RETURNED = bodies.template_event("UNPAUSED", message_template_name="una")
UNFLAGGED = bodies.account(
    "UNFLAGGED", "phone_number_quality_update", display_phone_number="15550001111"
)


@pytest.mark.parametrize("trouble", [PAUSED, REJECTED], ids=["paused", "rejected"])
@pytest.mark.parametrize("turned", [False, True], ids=["account first", "template first"])
def test_what_is_wrong_with_the_account_outlasts_a_templates_trouble(take, trouble, turned):
    channel = take(*([trouble, bodies.FLAGGED] if turned else [bodies.FLAGGED, trouble]))
    assert channel.health == ("red" if trouble is PAUSED else "yellow")
    assert "(FLAGGED)" in channel.last_error and " una " in channel.last_error
    channel = take(RETURNED)
    assert channel.health == "yellow"
    assert channel.last_error == "The number's quality is low. (15550001111, TIER_1K) (FLAGGED)"
    assert (take(UNFLAGGED).health, channel.last_error) == ("green", "")


def test_a_templates_trouble_outlasts_what_is_wrong_with_the_account(take):
    told = take(PAUSED).last_error
    assert take(bodies.FLAGGED).last_error != told
    channel = take(UNFLAGGED)
    assert (channel.health, channel.last_error) == ("red", told)
    assert take(RETURNED).health == "green"


def test_however_much_is_said_of_both_each_ends_by_itself(take):
    long = {"alert_severity": "WARNING", "alert_type": "A", "alert_description": "x" * 400}
    take(bodies.account("", "account_alerts", alert_info=long))
    why = {"other_info": {"title": "", "description": "y" * 480}}
    channel = take(bodies.template_event("PAUSED", message_template_name="una", **why))
    assert len(channel.last_error) <= 500 and channel.last_error.endswith("(TEMPLATE_PAUSED)")
    channel = take(RETURNED)
    assert channel.health == "yellow" and "x" in channel.last_error


def test_a_template_that_is_no_more_is_nobodys_trouble(take):
    assert take(bodies.template_event("DISABLED", message_template_name="una")).health == "red"
    assert take(bodies.template_event("DELETED", message_template_name="una")).health == "green"


# --- What a trouble of the account hides -----------------------------------------------------


def banned(state):
    return bodies.account("DISABLED_UPDATE", ban_info={"waba_ban_state": state})


@pytest.mark.parametrize("first", [True, False], ids=["before", "meanwhile"])
def test_a_template_is_still_paused_when_its_channel_is_resumed(take, channel, first):
    for step in (0, 1):
        if first is (step == 0):
            take(PAUSED)
        else:
            alarms.stop(channel, "Token", "190")
    checking.resume(channel)
    checking.check(channel)
    channel = take()
    assert (channel.health, channel.stopped_at) == ("red", None)
    assert channel.last_error == "The template una is not sent now. (TEMPLATE_PAUSED)"
    assert (take(RETURNED).health, channel.last_error) == ("green", "")


@pytest.mark.parametrize("first", [True, False], ids=["before", "meanwhile"])
def test_a_template_is_still_paused_when_the_account_is_well_again(take, first):
    take(*([PAUSED, banned("SCHEDULE_FOR_DISABLE")][:: 1 if first else -1]))
    channel = take(banned("REINSTATE"))
    assert channel.health == "red" and "admitted the account" in channel.last_error
    assert channel.last_error.endswith("The template una is not sent now. (TEMPLATE_PAUSED)")
    channel = take(RETURNED)
    assert channel.health == "yellow" and "una" not in channel.last_error


@pytest.mark.parametrize("how", ["checked", "seen to"])
def test_a_template_that_was_paused_meanwhile_is_told_of_then(take, channel, how):
    if how == "checked":
        type(channel).objects.update(health="red", last_error="Token vencido (190)")
    else:
        take(bodies.account("ACCOUNT_OFFBOARDED"))
    take(PAUSED)
    (checking.check if how == "checked" else checking.see_to)(channel)
    assert take().last_error == "The template una is not sent now. (TEMPLATE_PAUSED)"
    checking.see_to(channel)
    checking.check(channel)
    assert take().health == "green", "somebody has seen to it"


# --- What is told again, late ----------------------------------------------------------------


def at_time(body, seconds):
    return {**body, "entry": [{**body["entry"][0], "time": seconds}]}


@pytest.mark.parametrize(
    ("late", "early", "status", "health"),
    [(RETURNED, PAUSED, "APPROVED", "unknown"), (PAUSED, RETURNED, "PAUSED", "red")],
    ids=["paused", "returned"],
)
def test_of_a_template_the_newest_counts(take, late, early, status, health):
    take(at_time(late, 1790010400))
    before = take()
    health = before.health if health == "unknown" else health
    channel = take(at_time(early, 1790000400))
    assert (channel.health, MessageTemplate.objects.get().status) == (health, status)
    # Its list says how it is now; what is told after that is news.
    channel = take(at_time(early, 1790010401))
    assert MessageTemplate.objects.get().status != status


def test_of_an_account_the_newest_counts(take):
    channel = take(at_time(banned("REINSTATE"), 1790010400))
    told = channel.last_error
    channel = take(at_time(banned("DISABLE"), 1790000400))
    assert (channel.health, channel.last_error, channel.stopped_at) == ("yellow", told, None)
    channel = take(at_time(bodies.FLAGGED, 1790000400))  # of something else, so it is news
    assert "(FLAGGED)" in channel.last_error
    assert take(at_time(UNFLAGGED, 1790000300)).last_error == channel.last_error
    assert take(at_time(banned("DISABLE"), 1790010401)).stopped_at is not None
