"""Says in a header what a page asked the database, where the request asks for it."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

ASK = "X-Bench-Queries"
COUNTED = "X-Bench-Count"
UNCAPPED = "X-Bench-Uncapped"
WHOLE_COUNT = re.compile(r"\bcount\s*\(", re.IGNORECASE)
CAP = re.compile(r"\blimit\s+\d+", re.IGNORECASE)


class CountQueriesMiddleware:
    """Answers `X-Bench-Queries: 1` with the number of queries, and how many count without end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if ASK not in request.headers:
            return self.get_response(request)
        seen: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            seen.append(sql)
            return execute(sql, params, many, context)

        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(note))
            response = self.get_response(request)
        response[COUNTED] = str(len(seen))
        response[UNCAPPED] = " | ".join(sql[:300] for sql in seen if endless_count(sql))
        return response


def endless_count(sql: str) -> bool:
    """Whether a statement counts rows of the leads without a limit on how many it looks at."""
    return bool("leads_lead" in sql and WHOLE_COUNT.search(sql) and not CAP.search(sql))
