"""Work in the background."""

from crm.settings.data import REDIS_URL
from crm.settings.running import env

JOB_TIMEOUT = 600
Q_CLUSTER: dict[str, object] = {
    "name": "ventanilla",
    "workers": env.int("JOB_WORKERS", default=2),
    "bulk": 1,
    "timeout": JOB_TIMEOUT,
    "retry": JOB_TIMEOUT + 120,
    "max_attempts": 5,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "poll": 1,
    "guard_cycle": 1,
    "label": "Trabajos",
    # A cluster keeps one job in hand, so that another machine may take the next.
    "queue_limit": 1,
    # Kilobytes after which a worker makes room for a fresh one: libraries are never given back.
    "max_rss": 300_000,
    **(
        {"redis": REDIS_URL, "broker_class": "crm.jobs.broker.RedisBroker"}
        if REDIS_URL
        else {"orm": "default", "broker_class": "crm.jobs.broker.DatabaseBroker"}
    ),
}
# Seconds: between two beats of a cluster, without one before it is taken for dead, and given to
# it to finish what is at hand when everything stops (bin/keep waits for ten).
JOBS_BEAT = env.float("JOBS_BEAT", default=15)
JOBS_DEAD_AFTER = env.float("JOBS_DEAD_AFTER", default=60)
JOBS_STOP_GRACE = env.float("JOBS_STOP_GRACE", default=6)
# What runs by the clock: dotted paths to the JOBS of each room.
SCHEDULES = [
    "crm.jobs.jobs.JOBS",
    "crm.imports.jobs.JOBS",
    "chatbot.jobs.JOBS",
    "partners.jobs.JOBS",
    "tickets.jobs.JOBS",
]
# The resident worker: how often it looks (seconds), how much it takes at once.
WORK_POLL = 0.05
WORK_BATCH = 10
OUTBOX_THREADS = env.int("OUTBOX_THREADS", default=32)
# Of every second of writing to SQLite the worker leaves this multiple to the webhooks.
WORK_SQLITE_REST = env.float("WORK_SQLITE_REST", default=1.0)
