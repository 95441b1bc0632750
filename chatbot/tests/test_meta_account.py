"""What else Meta is asked: its templates, and the account."""

from dataclasses import replace

import pytest

from chatbot.channels.errors import ChannelError
from chatbot.channels.meta import Meta
from chatbot.channels.registry import acting_for
from chatbot.tests import meta_desk
from chatbot.tests.fakes.meta import error_body
from chatbot.tests.meta_desk import ANA, HOLA, file, row
from crm.conversations.models import Channel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english"), pytest.mark.once]

meta = meta_desk.meta

# --- Templates -------------------------------------------------------------------------------


def test_all_pages_of_templates_are_read(meta, graph):
    graph.listed, graph.page = [row(n) for n in range(7)], 3
    news = meta.templates()
    assert [one.name for one in news] == [f"plantilla_{n}" for n in range(7)]
    one = news[0]
    assert (one.id, one.language, one.status, one.category, one.quality, one.reason) == (
        "0", "es", "APPROVED", "UTILITY", "GREEN", "")  # fmt: skip
    assert one.components == [{"type": "BODY", "text": "Hola {{1}}"}]
    assert {request.path for request in graph.requests} == {"/v25.0/900100/message_templates"}
    assert "rejected_reason" in graph.requests[0].query["fields"]


def test_a_rejected_template_says_why_in_words(meta, graph):
    graph.listed = [row(1, status="REJECTED", rejected_reason="PROMOTIONAL")]
    [news] = meta.templates()
    assert news.reason == "It advertises, and its category does not allow that."


def test_a_broken_row_costs_no_neighbour(meta, graph):
    graph.listed = [None, {}, row(1, name=None), row(2, components=None, quality_score=7), "x"]
    [news] = meta.templates()
    assert (news.name, news.components, news.quality) == ("plantilla_2", [], "")


@pytest.mark.parametrize("answer", [(200, b"no JSON"), (200, {}), (200, {"data": None})])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(meta, graph, answer):
    graph.templates = lambda query: answer
    with pytest.raises(ChannelError) as refused:
        meta.templates()
    assert not refused.value.permanent


def test_a_list_that_never_ends_ends(meta, graph):
    paging = {"cursors": {"after": "x"}, "next": "https://example.org/"}
    graph.templates = lambda query: (200, {"data": [], "paging": paging})
    assert meta.templates() == []
    assert len(graph.requests) == 100


# --- The account -----------------------------------------------------------------------------


def test_registering_needs_the_account_and_the_word(meta, graph):
    meta.register("https://office.example/webhooks/meta/1/")
    assert graph.subscribed == [
        {
            "override_callback_uri": "https://office.example/webhooks/meta/1/",
            "verify_token": "sesamo",
        }
    ]
    for missing in ("business_account_id", "verify_token"):
        bare = Channel(
            provider="meta",
            external_id="100200",
            credentials={**meta.channel.credentials, missing: ""},
        )
        with pytest.raises(ChannelError) as refused:
            Meta(bare).register("https://office.example/")
        assert refused.value.permanent
    assert len(graph.subscribed) == 1


def test_on_record_is_where_each_app_is_called_or_its_name(meta, graph):
    apps = [
        {"whatsapp_business_api_data": {"id": "1", "name": "Otra app"}},
        {"override_callback_uri": "https://office.example/", "whatsapp_business_api_data": None},
        {},
        None,
    ]
    graph.get = lambda path, headers: (200, {"data": apps})
    assert meta.on_record() == "Otra app, https://office.example/"


def test_a_check_names_the_number_or_says_what_is_wrong(meta, graph):
    assert meta.check() == "Oficina Demo · +51 1 555 0100"
    graph.get = lambda path, headers: (401, error_body(190))
    with pytest.raises(ChannelError) as refused:
        meta.check()
    assert refused.value.stop
    assert str(refused.value) == "The access token is not valid any more: enter a new one."


def test_on_a_dry_run_none_of_it_reaches_meta(channel, graph):
    channel.mode = Channel.Mode.DRY_RUN
    simulator = acting_for(channel)
    assert simulator.send(replace(HOLA, kind="image", file=file())).startswith("wamid.SIM.")
    simulator.mark_read("wamid.IN1", (ANA,))
    simulator.show_typing("wamid.IN1", (ANA,))
    assert graph.requests == []
