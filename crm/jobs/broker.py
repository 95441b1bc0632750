"""The two queues of django-q2, taught to outlive their server and to let a beat through.

Both are chosen in settings (`Q_CLUSTER["broker_class"]`): the database by default, Redis with
REDIS_URL. What differs matters to whoever queues a job: the database gives receipts (a job whose
cluster was killed is handed out again after Q_CLUSTER["retry"] seconds), Redis gives none (such
a job is gone). Therefore every job is safe to repeat, and whatever must not be forgotten is
found again by a scheduled job that looks for work left undone.
"""

import logging
import time
from functools import cache
from typing import Any

import redis
from django import db
from django.conf import settings
from django_q.brokers.orm import ORM
from django_q.brokers.redis_broker import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm.jobs.heartbeat import beat_package

logger = logging.getLogger(__name__)

Handed = list[tuple[Any, Any]] | None
AWAY_PAUSE = 1.0  # seconds between two looks at a server that does not answer


class Beating:
    """A queue that hands out a beat every JOBS_BEAT seconds, besides what lies in it.

    The beat is made here, in the pusher, and not put into the queue: where several clusters share
    one, each has to prove itself, and an idle installation writes nothing to its database.
    """

    _next_beat = 0.0
    _away = False

    def dequeue(self) -> Handed:
        """The next jobs as (receipt, package); waits up to a second when there are none."""
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + settings.JOBS_BEAT
            return [(None, beat_package())]
        try:
            handed: Handed = super().dequeue()  # type: ignore[misc]
        except (db.Error, redis.RedisError) as error:
            self._say_away(error)
            time.sleep(AWAY_PAUSE)
            return None
        self._say_back()
        return handed

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Nobody reads django-q's own statistics here, and they cost a write every second."""

    def _say_away(self, error: Exception) -> None:
        if not self._away:
            logger.error("The job queue does not answer: %s", error)
        self._away = True

    def _say_back(self) -> None:
        if self._away:
            logger.warning("The job queue answers again")
        self._away = False


class DatabaseBroker(Beating, ORM):
    def acknowledge(self, task_id: int) -> None:
        """Take a done job from the queue; if the database is away it will be done once more."""
        try:
            super().acknowledge(task_id)
        except db.Error as error:
            logger.error("A finished job keeps its place in the queue: %s", error)


class RedisBroker(Beating, Redis):
    @staticmethod
    def get_connection(list_key: str = "") -> redis.Redis:
        return _redis(settings.REDIS_URL)


@cache
def _redis(url: str) -> redis.Redis:
    """One client a process, that fails within seconds: a request may be waiting for it."""
    return redis.from_url(
        url,
        socket_connect_timeout=2,
        socket_timeout=5,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=30,
    )
