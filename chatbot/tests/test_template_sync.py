"""Templates as the provider lists them: written down, kept up to date, gone when they are gone."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from django.utils.module_loading import import_string

from chatbot.changes import apply_template_news
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import TemplateNews
from chatbot.statuses import note_template
from chatbot.template_sync import sync_all, sync_one, sync_templates
from chatbot.tests.graph_stub import envelope
from chatbot.work import work_off
from crm.conversations.models import Channel, MessageTemplate
from crm.jobs.schedules import declared

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def account(channel):
    cache.clear()
    channel.credentials = {**channel.credentials, "business_account_id": "777"}
    channel.save()
    return channel


def listed(name="seguimiento", language="es_PE", status="APPROVED", **more):
    return {
        "id": f"id-{name}",
        "name": name,
        "language": language,
        "status": status,
        "category": "UTILITY",
        "quality_score": {"score": "GREEN"},
        "components": [{"type": "BODY", "text": "Hola {{1}}"}],
        **more,
    }


def known(channel):
    rows = channel.templates.order_by("name", "language")
    return [(row.name, row.language, row.status) for row in rows]


def test_what_is_listed_is_written_down_page_by_page(account, graph):
    graph.page = 2
    graph.listed = [listed(f"t{number}") for number in range(5)]
    assert sync_templates(account) == 5
    row = account.templates.get(name="t3")
    assert (row.external_id, row.category, row.quality) == ("id-t3", "UTILITY", "GREEN")
    assert row.components == [{"type": "BODY", "text": "Hola {{1}}"}]


def test_again_it_changes_nothing_but_what_is_new(account, graph):
    graph.listed = [listed(), listed(language="en")]
    sync_templates(account)
    before = set(account.templates.values_list("pk", flat=True))
    graph.listed = [
        listed(status="REJECTED", rejected_reason="INVALID_FORMAT"),
        listed(language="en"),
    ]
    sync_templates(account)
    assert set(account.templates.values_list("pk", flat=True)) == before
    row = account.templates.get(language="es_PE")
    assert row.status == "REJECTED" and row.reason
    graph.listed = [listed(), listed(language="en")]
    sync_templates(account)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("APPROVED", "")


def test_what_is_no_longer_listed_is_gone_and_may_come_back(account, graph):
    graph.listed = [listed("una"), listed("otra")]
    sync_templates(account)
    graph.listed = [listed("una")]
    sync_templates(account)
    assert known(account) == [("otra", "es_PE", "GONE"), ("una", "es_PE", "APPROVED")]
    graph.listed = [listed("otra")]
    sync_templates(account)
    assert known(account) == [("otra", "es_PE", "APPROVED"), ("una", "es_PE", "GONE")]


def test_an_error_changes_nothing(account, graph, settings):
    graph.listed = [listed()]
    sync_templates(account)
    settings.GRAPH_API_URL = "http://127.0.0.1:9"
    with pytest.raises(ChannelError):
        sync_templates(account)
    assert known(account) == [("seguimiento", "es_PE", "APPROVED")]


def test_templates_of_another_channel_are_left_alone(account, graph):
    other = Channel.objects.create(name="Otro", provider="meta")
    apply_template_news(other, TemplateNews(name="suya", language="es", status="APPROVED"))
    graph.listed = []
    sync_templates(account)
    assert known(other) == [("suya", "es", "APPROVED")]


def test_what_a_webhook_told_meanwhile_is_not_gone(account, graph):
    graph.listed = [listed()]
    told_at = timezone.now() + timedelta(minutes=1)
    late = MessageTemplate.objects.create(
        channel=account, name="nueva", language="es", status="PENDING", changed_at=told_at
    )
    sync_templates(account)
    late.refresh_from_db()
    assert late.status == "PENDING"


def test_what_a_webhook_told_while_the_list_was_read_stays(account, graph):
    told_at = timezone.now() + timedelta(minutes=1)
    news = TemplateNews("seguimiento", "es_PE", status="APPROVED", at=told_at)
    apply_template_news(account, news)
    graph.listed = [listed(status="REJECTED", rejected_reason="INVALID_FORMAT")]
    sync_templates(account)
    row = account.templates.get()
    assert (row.status, row.reason) == ("APPROVED", "")
    # What it did not tell is known from the list all the same.
    assert row.external_id == "id-seguimiento" and row.components != []


def test_what_a_webhook_tells_in_the_second_of_the_list_counts(account, graph):
    graph.listed = [listed(status="PENDING")]
    sync_templates(account)
    at = timezone.now().replace(microsecond=0)  # providers count in whole seconds
    apply_template_news(account, TemplateNews("seguimiento", "es_PE", status="APPROVED", at=at))
    assert known(account) == [("seguimiento", "es_PE", "APPROVED")]


@pytest.mark.parametrize("way", ["list", "gone", "refusal"])
def test_late_news_undo_nothing_that_was_learned_otherwise(account, graph, way):
    graph.listed = [listed(status="PAUSED" if way == "list" else "APPROVED")]
    sync_templates(account)
    if way == "gone":
        graph.listed = []
        sync_templates(account)
    if way == "refusal":
        note_template(account.templates.get().pk, "DISABLED", "Off")
    status = {"list": "PAUSED", "gone": "GONE", "refusal": "DISABLED"}[way]
    news = TemplateNews("seguimiento", "es_PE", status="APPROVED")
    apply_template_news(account, replace(news, at=timezone.now() - timedelta(days=3)))
    assert known(account) == [("seguimiento", "es_PE", status)]
    apply_template_news(account, replace(news, at=timezone.now()))
    assert known(account) == [("seguimiento", "es_PE", "APPROVED")]


def test_a_refusal_that_is_told_of_late_undoes_nothing_newer(account, graph):
    graph.listed = [listed()]
    sync_templates(account)
    pk = account.templates.get().pk
    note_template(pk, "PAUSED", "Off", timezone.now() - timedelta(hours=1))
    assert known(account) == [("seguimiento", "es_PE", "APPROVED")]
    note_template(pk, "PAUSED", "Off", timezone.now())
    assert known(account) == [("seguimiento", "es_PE", "PAUSED")]


def test_names_longer_than_ours_are_the_same_name_next_time(account, graph):
    graph.listed = [listed("n" * 600, language="es_PE_something")]
    for _ in range(2):
        sync_templates(account)
    assert [status for _, _, status in known(account)] == ["APPROVED"]


# --- Every day -------------------------------------------------------------------------------


def test_the_job_is_declared():
    job = next(job for job in declared() if job.name == "sync_templates")
    assert (job.func, job.hour) == ("chatbot.template_sync.sync_all", 4)


def test_the_job_asks_every_channel_that_has_some_and_stops_at_none(account, graph, caplog):
    # The first to be asked.
    Channel.objects.create(
        pk=0, name="Sin cuenta", provider="meta", external_id="1", mode=Channel.Mode.LIVE
    )
    off = Channel.objects.create(
        name="Apagado",
        provider="meta",
        external_id="2",
        is_active=False,
        credentials=account.credentials,
    )
    for slug in ("telegram", "pigeon"):
        made = Channel.objects.create(name=slug, provider=slug)
        apply_template_news(made, TemplateNews(name="suya", language="es", status="APPROVED"))
    graph.listed = [listed()]
    sync_all()
    assert known(account) == [("seguimiento", "es_PE", "APPROVED")]
    assert known(off) == []
    for slug in ("telegram", "pigeon"):
        assert known(Channel.objects.get(provider=slug)) == [("suya", "es", "APPROVED")]
    assert "channel 0" in caplog.text
    assert "token-de-prueba" not in caplog.text


def test_on_a_dry_run_nobody_is_asked(account, graph, post, django_capture_on_commit_callbacks):
    Channel.objects.filter(pk=account.pk).update(mode=Channel.Mode.DRY_RUN)
    graph.listed = [listed()]
    with django_capture_on_commit_callbacks(execute=True):
        post(told("message_template_status_update", event="APPROVED"))
        work_off()
    sync_all()
    sync_one(account.pk, time.time())
    assert account.templates.get().components == []
    assert graph.requests == []


def test_the_simulator_is_nobody(db):
    made = Channel.objects.create(name="Simulador", provider="simulator")
    assert not made.is_live
    sync_all()
    assert made.templates.exists()


# --- After a webhook -------------------------------------------------------------------------


@pytest.fixture
def jobs(monkeypatch):
    """The jobs that were queued, as (function, arguments)."""
    queued = []
    monkeypatch.setattr(
        "crm.jobs.queue.async_task", lambda func, *args, **_options: queued.append((func, args))
    )
    return queued


def told(field, **value):
    named = {"message_template_name": "seguimiento", "message_template_language": "es_PE"}
    return envelope({**named, **value}, field, account="777", time=1790000400)


def test_a_new_template_is_read_whole(
    account, graph, post, jobs, django_capture_on_commit_callbacks
):
    graph.listed = [listed()]
    with django_capture_on_commit_callbacks(execute=True):
        post(told("message_template_status_update", event="APPROVED"))
        work_off()
    assert account.templates.get().components == []
    ((func, args),) = jobs
    import_string(func)(*args)
    assert account.templates.get().components == [{"type": "BODY", "text": "Hola {{1}}"}]


def test_what_a_webhook_leaves_out_of_a_wording_is_read(
    account, graph, post, jobs, django_capture_on_commit_callbacks
):
    header = {"type": "HEADER", "format": "IMAGE"}
    body = {"type": "BODY", "text": "Hola de nuevo"}
    graph.listed = [listed(components=[header, body])]
    sync_templates(account)
    with django_capture_on_commit_callbacks(execute=True):
        post(told("message_template_components_update", message_template_element="Hola de nuevo"))
        work_off()
    assert account.templates.get().components == [body]
    for func, args in jobs:
        import_string(func)(*args)
    assert account.templates.get().components == [header, body]


def test_what_is_known_is_not_read_again(
    account, graph, post, jobs, django_capture_on_commit_callbacks
):
    graph.listed = [listed()]
    sync_templates(account)
    with django_capture_on_commit_callbacks(execute=True):
        post(told("message_template_quality_update", new_quality_score="YELLOW"))
        work_off()
    assert account.templates.get().quality == "YELLOW"
    assert jobs == []


def test_many_news_at_once_ask_once(account, graph):
    graph.listed = [listed()]
    asked = time.time()
    before = len(graph.requests)
    for number in range(5):
        sync_one(account.pk, asked - number)
    assert len(graph.requests) == before + 1
    sync_one(account.pk, time.time())
    assert len(graph.requests) == before + 2


def test_a_provider_that_cannot_be_asked_is_asked_again(account, graph, settings, caplog):
    settings.GRAPH_API_URL, reachable = "http://127.0.0.1:9", settings.GRAPH_API_URL
    asked = time.time()
    sync_one(account.pk, asked)
    assert "token-de-prueba" not in caplog.text
    settings.GRAPH_API_URL = reachable
    graph.listed = [listed()]
    sync_one(account.pk, asked)
    assert known(account) == [("seguimiento", "es_PE", "APPROVED")]
    Channel.objects.update(templates_tried_at=timezone.now() - timedelta(minutes=6))
    sync_one(account.pk, time.time(), True)
    assert account.templates.get().changed_at > Channel.objects.get().templates_tried_at


# --- After a refusal -------------------------------------------------------------------------


@pytest.mark.parametrize("worker", ["quick", "slow"])
def test_a_list_that_cannot_be_read_is_asked_for_once(
    account, graph, jobs, settings, caplog, worker, django_capture_on_commit_callbacks
):
    settings.GRAPH_API_URL = "http://127.0.0.1:9"
    row = MessageTemplate.objects.create(channel=account, name="una", status="APPROVED")
    for _ in range(20):
        cache.clear()  # every process may have one of its own
        with django_capture_on_commit_callbacks(execute=True):
            note_template(row.pk, "", "Its values do not fit")
        if worker == "quick":
            work_through(jobs)
    work_through(jobs)
    assert caplog.text.count(f"Templates of channel {account.pk}") == 1


def work_through(jobs):
    while jobs:
        cache.clear()
        func, args = jobs.pop(0)
        import_string(func)(*args)
