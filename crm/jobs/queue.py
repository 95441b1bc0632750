"""The one door to the background: `enqueue`."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

import redis
from django import db
from django.db import transaction
from django_q.tasks import async_task

logger = logging.getLogger(__name__)


def enqueue(func: str, *args: Any, **options: Any) -> None:
    """Queue `func(*args)` once the current transaction is committed, at once if there is none.

    `func` is a dotted path; `args` are primary keys and other plain values; `options` are
    django-q2's (`group`, `timeout`, `save`, `task_name` …). A job runs at least once on the
    database's queue and at most once on Redis's (see crm/jobs/broker.py), and when the queue is
    away it is only logged: the caller's work is done and stays done. So whoever queues something
    that must happen also has a scheduled job that finds it undone.
    """
    transaction.on_commit(partial(put, func, args, options=options))


def put(
    func: str,
    args: Sequence[Any] = (),
    kwargs: dict[str, Any] | None = None,
    options: dict[str, Any] | None = None,
) -> bool:
    """Queue a call now; False, and a line in the log, when the queue does not answer."""
    try:
        async_task(func, *args, **(kwargs or {}), q_options=options or {})
    except (db.Error, redis.RedisError) as error:
        logger.error("Could not queue %s: %s", func, error)
        return False
    return True
