"""How long a message waits after the provider's answer, and how often it is tried."""

import itertools

import pytest
from django.utils import timezone

from chatbot import patience
from chatbot.inbox import answering
from chatbot.tests.errors_known import later, tell
from chatbot.tests.fakes.meta import error_body
from chatbot.tests.outgoing import outcomes, states
from chatbot.work import work_off

pytestmark = [pytest.mark.django_db, pytest.mark.once]
DAY = 24 * 3600


def wait_of(message):
    message.refresh_from_db()
    return (message.due_at - timezone.now()).total_seconds()


@pytest.mark.parametrize("code", [1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057])
def test_a_passing_error_is_tried_again(queue, graph, code):
    graph.errors = [code]
    (message,) = queue("Hola")
    work_off()
    assert (states(message), outcomes(message), graph.sent) == (["queued"], ["retry"], [])
    message.refresh_from_db()
    assert (message.due_at > timezone.now(), message.error_code) == (True, str(code))
    later()
    work_off()
    assert (states(message), graph.texts()) == (["sent"], ["Hola"])
    message.refresh_from_db()
    assert (message.error_code, message.error_text) == ("", "")


@pytest.mark.parametrize(
    ("code", "seconds"),
    [(130429, 5), (131056, 1), (131057, 60), (4, 120), (131016, 1), (131049, DAY)],
)
def test_each_error_has_its_own_patience(queue, graph, code, seconds):
    graph.errors = [code]
    (message,) = queue("Hola")
    work_off()
    assert seconds - 1 < wait_of(message) < seconds * 1.3 + 1


def test_one_person_written_to_too_fast_waits_ever_four_times_longer(queue, graph):
    graph.errors = [131056] * 3
    (message,) = queue("1")
    waits = []
    for _ in range(3):
        later()
        work_off()
        waits.append(wait_of(message))
    assert [round(wait / 4**n) for n, wait in enumerate(waits)] == [1, 1, 1]


def test_one_person_written_to_too_fast_holds_up_nobody_else(queue, graph):
    graph.errors = [131056]
    (first,) = queue("1")
    work_off()
    (other,) = queue("A", to=2)
    work_off()
    assert states(first, other) == ["queued", "sent"]


def test_a_channel_that_is_too_fast_waits_whole(queue, channel, graph):
    graph.errors = [130429]
    queue("1")
    work_off()
    (other,) = queue("A", to=2)
    work_off()
    channel.refresh_from_db()
    assert (states(other), graph.sent) == (["queued"], [])
    assert (channel.stopped_at, channel.health) == (None, "unknown")
    later()
    work_off()
    assert sorted(graph.texts()) == ["1", "A"]


def test_marketing_held_back_once_it_was_taken_waits_as_well(queue, graph, post):
    (message,) = queue("promoción")
    work_off()
    for day in (1, 2, 4):
        tell(post, message, "failed", 131049)
        assert day * DAY - 1 < wait_of(message) < day * DAY * 1.3 + 1
        assert (message.state, message.provider_id, message.error_code) == ("queued", "", "131049")
        later()
        work_off()
    tell(post, message, "delivered")
    assert (states(message), len(graph.sent)) == (["delivered"], 4)
    message.refresh_from_db()
    assert (message.error_text, message.failed_at) == ("", None)


def test_marketing_held_back_again_and_again_is_given_up(queue, graph, post):
    (message,) = queue("promoción")
    while states(message) == ["queued"]:
        later()
        work_off()
        tell(post, message, "failed", 131049)
    assert (states(message), len(outcomes(message))) == (["failed"], patience.MOST_ATTEMPTS)


def test_a_wait_the_provider_asks_for_is_kept(queue, graph):
    graph.behaviour = [(429, error_body(131000), {"Retry-After": "90"})]
    (message,) = queue("Hola")
    work_off()
    assert 89 < wait_of(message) < 120


@pytest.mark.parametrize("header", ["soon", "-1", "9" * 30, "Wed, 21 Oct 2026 07:28:00 GMT", "١"])
def test_a_wait_that_cannot_be_read_is_none(queue, graph, header):
    graph.behaviour = [(503, error_body(131000), {"Retry-After": header.encode().decode("latin1")})]
    (message,) = queue("Hola")
    work_off()
    assert wait_of(message) < 3


def test_a_person_who_tries_again_has_all_tries_before_them(queue, graph):
    graph.errors = [131016] * (patience.MOST_ATTEMPTS + 1)
    (message,) = queue("Hola")
    for _ in range(patience.MOST_ATTEMPTS):
        later()
        work_off()
    assert states(message) == ["failed"]
    answering.retry(message=message)
    work_off()
    assert (states(message), graph.errors) == (["queued"], [])
    later()
    work_off()
    assert states(message) == ["sent"]


@pytest.mark.parametrize(("code", "tries"), [(135000, 2), (1, 3), (131000, 4)])
def test_what_rarely_helps_is_tried_a_few_times_only(queue, graph, code, tries):
    graph.errors = [code] * 9
    (message,) = queue("Hola")
    for _ in range(9):
        later()
        work_off()
    assert (states(message), len(outcomes(message))) == (["failed"], tries)


def test_patience_grows_and_ends(queue, graph):
    graph.errors = [131016] * 20
    (message,) = queue("Hola")
    waits = []
    while states(message) == ["queued"]:
        later()
        work_off()
        waits.append(wait_of(message))
    assert states(message) == ["failed"]
    assert outcomes(message) == ["retry"] * (patience.MOST_ATTEMPTS - 1) + ["failed"]
    assert all(later > earlier for earlier, later in itertools.pairwise(waits[:-1]))
    assert message.failed_at is not None
