"""The scheduled-jobs page."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone, translation
from django_q.models import Failure, OrmQ, Schedule, Task

from crm.jobs.models import JobSetting
from crm.jobs.overview import kind_and_place
from crm.jobs.schedules import declared, synchronise
from crm.people.models import User

pytestmark = [pytest.mark.once, pytest.mark.django_db]

PAGE = "/jobs/"
NAME = "clear-results"
GROUP = "ventanilla:clear-results"
TRACEBACK = """Ana Ficticia +51 987 654 321 : Traceback (most recent call last):
  File "/x/django_q/worker.py", line 118, in worker
    res = f(*task["args"], **task["kwargs"])
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/x/leads/capture.py", line 41, in capture
    raise ValueError("Ana Ficticia +51 987 654 321")
leads.capture.OddError: Ana Ficticia +51 987 654 321
"""


def colleague(role):
    user = User.objects.create_user(f"{role}-ficticia", password="demo")
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def admin(client):
    client.cookies["django_language"] = "en"
    user = colleague("administrator")
    client.force_login(user)
    return user


def ended(success, minutes_ago=5, result=None, **values):
    moment = timezone.now() - timedelta(minutes=minutes_ago)
    identity = f"{Task.objects.count():032}"
    values = {"func": "crm.jobs.jobs.clear_results", "args": (), "kwargs": {}, **values}
    return Task.objects.create(
        id=identity,
        name=identity,
        started=moment - timedelta(seconds=2),
        stopped=moment,
        success=success,
        result=result,
        **values,
    )


ADDRESSES = [
    ("get", PAGE),
    ("post", f"{PAGE}{NAME}/"),
    ("post", f"{PAGE}{NAME}/run/"),
    ("post", f"{PAGE}failures/1/again/"),
]


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_a_stranger_is_sent_to_log_in(client, method, address):
    response = getattr(client, method)(address)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
@pytest.mark.parametrize("role", ["agent", "manager"])
def test_only_administrators_come_in(client, role, method, address):
    client.force_login(colleague(role))
    assert getattr(client, method)(address).status_code == 403


@pytest.mark.parametrize("address", [address for method, address in ADDRESSES if method == "post"])
def test_what_writes_is_posted(client, admin, address):
    assert client.get(address).status_code == 405


def test_it_says_what_ran_and_what_will(client, admin):
    synchronise()
    ended(False, minutes_ago=60, group=GROUP, result=TRACEBACK)
    ended(True, minutes_ago=5, group=GROUP)
    text = client.get(PAGE).content.decode()
    assert "Clear old job records" in text
    assert "Deletes records of good runs" in text
    assert "Every day" in text and 'value="03:00"' in text
    assert "Done" in text and "2.0 s" in text
    assert "The background jobs are not running" in text


def test_before_the_first_start_it_says_so(client, admin):
    Schedule.objects.all().delete()
    text = client.get(PAGE).content.decode()
    assert "when the jobs start" in text and "never" in text and "Nothing. Failures" in text


def test_without_any_job_it_says_so(client, admin, settings):
    settings.SCHEDULES = []
    assert "No scheduled jobs" in client.get(PAGE).content.decode()


def test_queries_do_not_grow_with_the_rows(client, admin, django_assert_max_num_queries):
    synchronise()
    for number in range(20):
        ended(False, minutes_ago=number, group=GROUP, result=TRACEBACK)
        ended(True, minutes_ago=number, group=GROUP)
    with django_assert_max_num_queries(16):
        client.get(PAGE)


def test_hour_and_switch_are_changed_and_undone(client, admin):
    synchronise()
    response = client.post(f"{PAGE}{NAME}/", {"at": "22:30"}, follow=True)
    setting = JobSetting.objects.get(name=NAME)
    assert (setting.enabled, setting.hour, setting.minute) == (False, 22, 30)
    assert setting.changed_by == admin
    assert Schedule.objects.get(name=GROUP).repeats == 0
    text = response.content.decode()
    assert "Clear old job records is off." in text and "Changed by" in text
    undo = f"{PAGE}{NAME}/?enabled=on&amp;at=03%3A00"
    assert undo in text
    client.post(undo.replace("&amp;", "&"))
    setting.refresh_from_db()
    assert (setting.enabled, setting.hour) == (True, None)
    assert timezone.localtime(Schedule.objects.get(name=GROUP).next_run).hour == 3


def test_a_switched_off_job_can_be_undone_to_off(client, admin):
    client.post(f"{PAGE}{NAME}/", {"at": "03:00"})
    text = client.post(f"{PAGE}{NAME}/", {"enabled": "on", "at": "03:00"}, follow=True)
    assert f"{PAGE}{NAME}/?enabled=&amp;at=03%3A00" in text.content.decode()
    client.post(f"{PAGE}{NAME}/?enabled=&at=03%3A00")
    assert not JobSetting.objects.get(name=NAME).enabled


def test_htmx_gets_the_list_only(client, admin):
    answer = client.post(f"{PAGE}{NAME}/", {"at": "04:00"}, headers={"HX-Request": "true"})
    assert answer.content.decode().strip().startswith('<div id="jobs"')
    assert "toasts" in answer["HX-Trigger"]


@pytest.mark.parametrize("at", ["25:00", "soon"])
def test_a_time_that_is_none_changes_nothing(client, admin, at):
    response = client.post(f"{PAGE}{NAME}/", {"enabled": "on", "at": at}, follow=True)
    assert "That is not a time of day." in response.content.decode()
    assert not JobSetting.objects.exists()


def test_an_unknown_job_is_not_found(client, admin):
    assert client.post(f"{PAGE}nonsense/", {"enabled": "on"}).status_code == 404
    assert client.post(f"{PAGE}nonsense/run/").status_code == 404
    assert client.post(f"{PAGE}failures/nonsense/again/").status_code == 404


def test_every_declared_job_can_be_switched(client, admin):
    for job in declared():
        at = {"at": f"{job.hour:02}:00"} if job.hour is not None else {}
        assert client.post(f"{PAGE}{job.name}/", at).status_code == 302
        assert not JobSetting.objects.get(name=job.name).enabled


def test_run_now_queues_it_and_keeps_its_result(
    client, admin, django_capture_on_commit_callbacks, database_queue
):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{PAGE}{NAME}/run/")
    queued = OrmQ.objects.get()
    assert (queued.func(), queued.group()) == ("crm.jobs.jobs.clear_results", GROUP)
    assert queued.task["save"] is True


def test_a_failure_tells_its_kind_and_place_and_nobody_s_data(client, admin):
    ended(False, group=GROUP, result=TRACEBACK)
    text = client.get(PAGE).content.decode()
    assert "OddError" in text and "leads/capture.py:41" in text
    assert "Ficticia +51" not in text and "987 654" not in text


def test_a_failed_job_runs_again_once(client, admin, database_queue):
    failure = ended(False, func="crm.jobs.jobs.clear_sessions", args=(7,), result=TRACEBACK)
    client.post(f"{PAGE}failures/{failure.pk}/again/")
    queued = OrmQ.objects.get()
    assert (queued.func(), queued.args()) == ("crm.jobs.jobs.clear_sessions", (7,))
    assert not Failure.objects.exists()
    assert client.post(f"{PAGE}failures/{failure.pk}/again/").status_code == 404


def test_a_good_run_is_not_run_again(client, admin):
    good = ended(True)
    assert client.post(f"{PAGE}failures/{good.pk}/again/").status_code == 404


def test_with_the_queue_away_the_failure_stays(client, admin, queue_away):
    failure = ended(False, result=TRACEBACK)
    response = client.post(f"{PAGE}failures/{failure.pk}/again/", follow=True)
    assert "The queue does not answer" in response.content.decode()
    assert Failure.objects.filter(pk=failure.pk).exists()
    response = client.post(f"{PAGE}{NAME}/run/", follow=True)
    assert "The queue does not answer" in response.content.decode()


def test_of_a_strange_result_nothing_is_shown():
    with translation.override("en"):
        assert kind_and_place("Ana Ficticia") == ("unknown error", "")
        assert kind_and_place("") == ("unknown error", "")


@pytest.fixture
def database_queue(monkeypatch):
    from django_q.conf import Conf

    monkeypatch.setattr(Conf, "BROKER_CLASS", "crm.jobs.broker.DatabaseBroker")
    monkeypatch.setattr(Conf, "ORM", "default")


@pytest.fixture
def queue_away(monkeypatch, settings):
    """Redis, on a port where nobody listens."""
    from django_q.conf import Conf

    from crm.jobs.tests.outages import free_port

    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    monkeypatch.setattr(Conf, "BROKER_CLASS", "crm.jobs.broker.RedisBroker")
