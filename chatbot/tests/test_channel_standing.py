"""How channels stand: what waits, what is stuck, how fast they go, on the list and on the page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatbot.channels.addresses import webhook_url
from chatbot.channels.pages.standing import Standing, pace_of, standings
from chatbot.tests.desk import browser, conversation, hear, person, say, words
from crm.conversations.models import Channel, Message, MessageTemplate

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
NOW = timezone.now


@pytest.fixture
def admin():
    return browser(person("administrator"))


@pytest.fixture
def other(channel):
    return Channel.objects.create(name="Otro", provider="telegram", mode="live")


def stuck(channel, state, *, ago=0, **fields):
    """A message of ours in this state, made `ago` minutes before now."""
    message = say(conversation(channel), state=state, ago=ago, provider_id="")
    Message.objects.filter(pk=message.pk).update(**fields)
    return message


def test_each_channel_has_its_own_numbers(channel, other):
    hear(conversation(channel), ago=5)
    stuck(channel, "queued", ago=90)
    stuck(channel, "sending", ago=1)
    stuck(channel, "held")
    stuck(channel, "unknown")
    stuck(other, "failed", failed_at=NOW() - timedelta(hours=2))
    stuck(other, "failed", failed_at=NOW() - timedelta(hours=30))
    found = standings()
    one = found[channel.pk]
    assert (one.waiting, one.held, one.unconfirmed, one.failed) == (2, 1, 1, 0)
    assert timedelta(minutes=89) < one.age < timedelta(minutes=91)
    assert one.last_inbound is not None
    assert found[other.pk] == Standing(failed=1)


def test_what_only_passes_through_is_not_called_old(channel):
    stuck(channel, "queued")
    assert standings()[channel.pk].age is None


def test_sent_messages_are_nowhere_in_the_queue(channel):
    for state in ("sent", "delivered", "read", "cancelled"):
        stuck(channel, state)
    assert standings() == {}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL chooses by the numbers")
def test_unsettled_messages_are_found_by_their_indexes(channel):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        standings()
    for query in asked.captured_queries[:3]:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
            plan = " ".join(str(row[-1]) for row in cursor.fetchall())
        assert "USING INDEX message_" in plan, plan


def test_the_list_shows_health_queue_and_trouble_in_words(channel, other, admin):
    Channel.objects.filter(pk=channel.pk).update(health="red", last_error="Token vencido (190)")
    hear(conversation(channel))
    stuck(channel, "queued", ago=200)
    stuck(channel, "unknown")
    page = words(admin.get("/channels/"))
    assert "Token vencido (190)" in page
    assert 'class="health health-red"' in page
    assert "3 h" in page
    assert "brand-telegram" in page  # its own sign, drawn by the page


def a_busy_channel(number):
    provider = ("meta", "whapi", "maytapi", "telegram", "instagram", "neutral", "pigeon")[
        number % 7
    ]
    made = Channel.objects.create(name=f"C{number}", provider=provider, last_error="x", mode="live")
    stuck(made, "queued")
    hear(conversation(made))
    sent = say(conversation(made))
    Message.objects.filter(pk=sent.pk).update(sent_at=NOW())
    MessageTemplate.objects.create(channel=made, name="una", language="es", status="APPROVED")


def test_the_pages_ask_as_much_for_fifty_channels_as_for_one(channel, admin):
    pages = ["/channels/", f"/channels/{channel.pk}/", f"/channels/{channel.pk}/standing/", "/"]
    counted = {}
    for page in pages:
        admin.get(page)
        with CaptureQueriesContext(connection) as once:
            admin.get(page)
        counted[page] = len(once)
    for number in range(49):
        a_busy_channel(number)
    assert words(admin.get("/channels/")).count("data-copy=") == 50
    for page in pages:
        with CaptureQueriesContext(connection) as often:
            admin.get(page)
        assert len(often) <= counted[page], page
    assert counted["/channels/"] <= 16


def test_the_list_shows_the_speed_the_templates_and_a_way_to_try(channel, other, admin):
    sent = say(conversation(channel))
    Message.objects.filter(pk=sent.pk).update(sent_at=NOW())
    for name, status in (("una", "APPROVED"), ("otra", "PAUSED"), ("vieja", "GONE")):
        MessageTemplate.objects.create(channel=channel, name=name, language="es", status=status)
    page = words(admin.get("/channels/"))
    one, two = page.split('class="channel"')[1:]
    assert "Otro" in one  # by name
    assert "1 of 4,800 in the last minute" in two
    assert "2 templates" in two and "template" not in one.replace("template-", "")
    assert f'href="/channels/{channel.pk}/#trial"' in two
    Channel.objects.filter(pk=channel.pk).update(stopped_at=NOW())
    assert f"/channels/{channel.pk}/#trial" not in words(admin.get("/channels/"))
    assert "#trial" not in words(browser(person("manager")).get("/channels/"))


def test_what_does_not_work_stands_first_and_what_is_off_last(channel, other, admin):
    Channel.objects.filter(pk=channel.pk).update(name="Zeta", health="red")
    Channel.objects.create(name="Alfa", provider="meta", is_active=False, stopped_at=NOW())
    Channel.objects.create(name="Beta", provider="meta", health="yellow")
    rows = words(admin.get("/channels/")).split('class="row-link"')[1:]
    assert [row.partition("</a>")[0].rpartition(">")[2] for row in rows] == [
        "Zeta",
        "Beta",
        "Otro",
        "Alfa",
    ]


def test_without_a_channel_the_list_offers_to_add_one(db, admin):
    page = words(admin.get("/channels/"))
    assert "No channels yet" in page and page.count('href="/channels/add/"') == 1
    assert "/channels/add/" not in words(browser(person("manager")).get("/channels/"))


@pytest.mark.parametrize(
    ("known", "list_says", "page_says"),
    [
        ("", "Not registered from here", "not asked yet"),
        ("https://otro.ejemplo.test/hook", "Another address is on record", "not this channel"),
        ("{ours}", "", ""),
        ("https://otro.ejemplo.test/hook, {ours}", "", ""),
        ("messages, standby", "", ""),
    ],
)
def test_what_is_on_record_is_compared_with_our_own_address(
    channel, admin, known, list_says, page_says
):
    known = known.format(ours=webhook_url(channel))
    Channel.objects.filter(pk=channel.pk).update(on_record=known)
    shown, page = words(admin.get("/channels/")), words(admin.get(f"/channels/{channel.pk}/"))
    for said in ("Not registered from here", "Another address is on record"):
        assert (said in shown) == (said == list_says)
    for said in ("not asked yet", "not this channel"):
        assert (said in page) == (said == page_says)


@pytest.mark.parametrize(
    "broken",
    [{"stopped_at": NOW()}, {"is_active": False}, {"provider": "pigeon"}],
    ids=["stopped", "off", "unknown"],
)
def test_the_page_says_why_nothing_can_be_tried(channel, admin, broken):
    Channel.objects.filter(pk=channel.pk).update(**broken)
    page = words(admin.get(f"/channels/{channel.pk}/"))
    assert 'id="trial"' in page and 'name="trial-text"' not in page
    assert "Nothing goes out on this channel now." in page


# --- How fast --------------------------------------------------------------------------------


def test_what_is_claimed_ahead_is_no_pause_and_counts_as_nothing_sent(channel):
    channel.per_second = 20
    channel.paced_until = NOW() + timedelta(milliseconds=600)
    pace = pace_of(channel)
    assert (pace.rate, pace.most, pace.sent, pace.paused_until) == (20, 1200, 0, None)


@pytest.mark.usefixtures("in_english")
def test_the_page_says_what_went_out_and_what_may(channel, admin):
    Channel.objects.filter(pk=channel.pk).update(
        per_second=20, paced_until=NOW() + timedelta(milliseconds=600)
    )
    message = say(conversation(channel))
    Message.objects.filter(pk=message.pk).update(sent_at=NOW())
    page = words(admin.get(f"/channels/{channel.pk}/"))
    assert "1 of 1,200 in the last minute" in page and "at most 20 a second" in page


def test_a_pause_the_provider_asked_for_is_shown(channel, admin):
    until = NOW() + timedelta(minutes=10)
    Channel.objects.filter(pk=channel.pk).update(paced_until=until)
    channel.refresh_from_db()
    assert abs(pace_of(channel).paused_until - until) < timedelta(seconds=1)
    clock = f"{timezone.localtime(until):%H:%M:%S}"
    assert clock in words(admin.get(f"/channels/{channel.pk}/"))


def test_the_last_minute_counts_what_we_sent_through_the_provider(channel, other):
    for talk, author in ((channel, "bot"), (channel, "phone_app"), (other, "bot")):
        message = say(conversation(talk), author=author)
        Message.objects.filter(pk=message.pk).update(sent_at=NOW())
    old = say(conversation(channel))
    Message.objects.filter(pk=old.pk).update(sent_at=NOW() - timedelta(minutes=2))
    assert pace_of(channel).sent == 1


def test_the_part_that_renews_itself_is_a_page_of_its_own(channel, admin):
    stuck(channel, "held")
    part = words(admin.get(f"/channels/{channel.pk}/standing/"))
    assert "<html" not in part
    assert 'id="standing"' in part and "data-pulse-version=" in part
    assert browser(person("agent")).get(f"/channels/{channel.pk}/standing/").status_code == 403
    assert browser().get(f"/channels/{channel.pk}/standing/").status_code == 302
    assert admin.get("/channels/999999/standing/").status_code == 404


# --- On the dashboard ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken", [{"health": "red"}, {"stopped_at": NOW(), "health": "green"}], ids=["red", "stopped"]
)
def test_a_channel_that_does_not_work_stands_on_the_dashboard(channel, broken):
    Channel.objects.filter(pk=channel.pk).update(**broken, last_error="Token vencido.")
    stuck(channel, "queued")
    for role in ("administrator", "manager"):
        page = words(browser(person(role)).get("/"))
        assert f'href="/channels/{channel.pk}/"' in page
        assert "Token vencido" in page
    assert "Token vencido" not in words(browser(person("agent")).get("/"))


def test_the_dashboard_is_silent_about_channels_that_work_or_are_off(channel, other):
    Channel.objects.filter(pk=other.pk).update(health="red", is_active=False, last_error="Roto")
    Channel.objects.filter(pk=channel.pk).update(health="yellow", last_error="Regular")
    page = words(browser(person("administrator")).get("/"))
    assert "Roto" not in page and "Regular" not in page
