"""The desk's settings, with the floor's view beside the desk's own and a count of queries."""

from crm.settings import *  # noqa: F403
from crm.settings import INSTALLED_APPS as _ROOMS
from crm.settings import MIDDLEWARE as _DESK

INSTALLED_APPS = [*_ROOMS, "bench"]
ROOT_URLCONF = "bench.floor"
MIDDLEWARE = [*_DESK, "bench.queries.CountQueriesMiddleware"]
