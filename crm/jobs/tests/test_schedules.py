"""Declared jobs and the rows django-q2 runs them by."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django_q.models import Schedule

from crm.jobs import checks, schedules
from crm.jobs.models import JobSetting
from crm.jobs.schedules import Job, synchronise

pytestmark = pytest.mark.django_db

NIGHTLY = Job("nightly", "Nightly", "crm.jobs.jobs.clear_results", every="daily at 3")
OFTEN = Job("often", "Often", "crm.jobs.jobs.clear_sessions", minutes=5)
HOURLY = Job("hourly", "Hourly", "crm.jobs.jobs.clear_sessions", every="hourly")
LOST = Job("lost", "Lost", "crm.jobs.jobs.nowhere", minutes=1)
LISTED = (NIGHTLY, OFTEN)


def row(job):
    return Schedule.objects.get(name=job.group)


def clock(moment):
    local = timezone.localtime(moment)
    return local.hour, local.minute


def test_every_declared_job_leads_somewhere(settings):
    assert not checks.schedules_lead_somewhere(None)
    settings.SCHEDULES = [f"{__name__}.LOST"]
    assert "nowhere" in checks.schedules_lead_somewhere(None)[0].msg


def test_rows_are_made_equal_to_the_list():
    synchronise([NIGHTLY, OFTEN, HOURLY])
    assert clock(row(NIGHTLY).next_run) == (3, 0)
    assert (row(OFTEN).schedule_type, row(OFTEN).minutes) == (Schedule.MINUTES, 5)
    assert row(HOURLY).schedule_type == Schedule.HOURLY
    synchronise([Job("often", "Often", OFTEN.func, minutes=10)])
    assert row(OFTEN).minutes == 10
    assert Schedule.objects.count() == 1


def test_a_second_time_changes_nothing():
    synchronise(LISTED)
    before = list(Schedule.objects.order_by("id").values())
    synchronise(LISTED)
    assert list(Schedule.objects.order_by("id").values()) == before


def test_rows_of_others_are_left_alone_and_doubles_dropped():
    Schedule.objects.create(name="by hand", func="math.sqrt")
    synchronise(LISTED)
    Schedule.objects.create(name=NIGHTLY.group, func="math.sqrt")
    synchronise(LISTED)
    assert Schedule.objects.filter(name="by hand").exists()
    assert row(NIGHTLY).func == NIGHTLY.func


def test_a_run_that_was_missed_is_made_up_for():
    synchronise(LISTED)
    missed = row(NIGHTLY).next_run - timedelta(days=3)
    Schedule.objects.filter(name=NIGHTLY.group).update(next_run=missed)
    synchronise(LISTED)
    assert row(NIGHTLY).next_run == missed


def test_what_an_administrator_changed_wins():
    synchronise(LISTED)
    JobSetting.objects.create(name="nightly", hour=22, minute=30)
    JobSetting.objects.create(name="often", enabled=False)
    synchronise(LISTED)
    assert clock(row(NIGHTLY).next_run) == (22, 30)
    assert row(NIGHTLY).next_run > timezone.now()
    assert row(OFTEN).repeats == 0
    JobSetting.objects.all().delete()
    synchronise(LISTED)
    assert clock(row(NIGHTLY).next_run) == (3, 0)
    assert row(OFTEN).repeats == -1


def test_switched_on_again_it_does_not_run_at_once():
    JobSetting.objects.create(name="often", enabled=False)
    synchronise(LISTED)
    Schedule.objects.filter(name=OFTEN.group).update(next_run=timezone.now() - timedelta(days=2))
    JobSetting.objects.update(enabled=True)
    synchronise(LISTED)
    assert row(OFTEN).next_run > timezone.now()


@pytest.mark.parametrize(
    "wrong", [{}, {"every": "daily"}, {"every": "daily at 24"}, {"every": "hourly", "minutes": 5}]
)
def test_a_rhythm_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ImproperlyConfigured):
        Job("odd", "Odd", "math.sqrt", **wrong)


def test_two_jobs_of_one_name_are_refused(settings):
    settings.SCHEDULES = [f"{__name__}.LISTED", f"{__name__}.NIGHTLY"]
    with pytest.raises(ImproperlyConfigured, match="nightly"):
        schedules.declared()
