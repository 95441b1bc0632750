"""The list of leads with a million of them, against the same list with ten thousand."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import requests

from bench.queries import ASK, COUNTED, UNCAPPED
from bench.report import Row, percentile
from bench.servers import ROOT, Process, Stage, free_port, procfile, wait_for_port

SMALL, LARGE = 10_000, 1_000_000
MOST_RATIO, MOST_QUERIES = 1.5, 10
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
AGENT = "vendedor07"
# Whatever a manager may ask for; an agent, who sees own and free leads, nearly the same.
ASKED: tuple[dict[str, object], ...] = (
    {},
    {"page": 5},
    {"page": 10},
    {"sort": "last_message_at"},
    {"sort": "-first_message_at"},
    {"sort": "first_message_at", "page": 10},
    {"status": "new"},
    {"status": "lost", "page": 10},
    {"status": "won", "sort": "first_message_at"},
    {"assigned_to": "unassigned"},
    {"assigned_to": "mine", "page": 10},
    {"assigned_to": AGENT},
    {"assigned_to": AGENT, "sort": "-first_message_at", "page": 5},
    {"source": "referral"},
    {"source": "manual", "sort": "last_message_at", "page": 10},
    {"property": "MIL-007"},
    {"property": "MIL-123", "sort": "first_message_at"},
    {"since": "2025-06-01"},
    {"until": "2024-12-31", "page": 5},
    {"since": "2025-03-01", "until": "2025-03-02"},
    {"q": "Quena"},
    {"q": "quena", "page": 10},
    {"q": "de mentira"},
    {"q": "+519000000123"},
    {"q": "no existe"},
    {"status": "negotiating", "source": "ad", "page": 5},
    {"status": "new", "assigned_to": "unassigned", "page": 10},
    {"status": "contacted", "property": "MIL-007"},
    {"assigned_to": AGENT, "status": "qualified", "source": "referral"},
    {"status": "won", "since": "2025-01-01", "until": "2025-12-31"},
    {"q": "ana", "status": "qualified", "sort": "-first_message_at"},
)


@dataclass(frozen=True, slots=True)
class Page:
    """What one page shows and costs: seconds of each try, rows, queries, and the statements that
    count without end."""

    seconds: list[float]
    rows: int
    queries: int
    uncapped: str

    @property
    def cost(self) -> float:
        """The lower quartile: what else the machine does can only make a page slower."""
        return percentile(self.seconds, 0.25)


class Office:
    """A desk with so many leads, its web server, and two people who are logged in."""

    def __init__(self, stage: Stage, leads: int) -> None:
        self.leads, self.port = leads, free_port()
        self.environment = self.surroundings(create_database(f"leads_{leads}"))
        self.manage("prepare")
        self.manage("seed_demo", "--leads", str(leads))
        stage.processes.append(web := Process(*procfile("web"), environment=self.environment))
        wait_for_port(self.port, web)
        self.people = {name: self.log_in(name) for name in ("gerente", "agente")}
        self.agent = self.key_of(AGENT)

    def surroundings(self, database: str) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": database,
            "DEMO": "1",
            "PORT": str(self.port),
            "BASE_URL": f"http://127.0.0.1:{self.port}",
        }

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        return done.stdout

    def key_of(self, username: str) -> str:
        imports = "from crm.people.models import User"
        script = f"{imports}; print(User.objects.get(username={username!r}).pk)"
        return self.manage("shell", "--no-imports", "-c", script).strip()

    def log_in(self, name: str) -> requests.Session:
        session, door = requests.Session(), f"http://127.0.0.1:{self.port}/accounts/login/"
        found = TOKEN.search(session.get(door).text)
        assert found, "the log-in page has no form"
        form = {"csrfmiddlewaretoken": found[1], "login": name, "password": "demo"}
        session.post(door, form, allow_redirects=False).raise_for_status()
        assert "sessionid" in session.cookies, f"{name} was not let in"
        return session

    def get(self, name: str, asked: dict[str, object], **headers: str) -> requests.Response:
        params = {key: self.agent if value == AGENT else value for key, value in asked.items()}
        url = f"http://127.0.0.1:{self.port}/leads/?{urlencode(params)}"
        answer = self.people[name].get(url, headers=headers, allow_redirects=False)
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")
        return answer


def measure(stage: Stage, quick: bool) -> Iterator[Row]:
    small = Office(stage, SMALL)
    large = Office(stage, LARGE // 10 if quick else LARGE)
    rows = []
    for name in ("gerente", "agente"):
        for asked in ASKED:
            if name == "agente" and asked.get("assigned_to") == AGENT:
                continue
            rows.append(compared(name, asked, small, large, 5 if quick else 11))
            yield rows[-1]
    ratios = [row.ratio for row in rows if row.ratio is not None]
    missed = sum(row.ok is False for row in rows)
    yield Row(f"leads, worst of {len(rows)}", f"{missed} missed", "", max(ratios), "", not missed)


def compared(name: str, asked: dict[str, object], small: Office, large: Office, tries: int) -> Row:
    """One page of both lists in turn, so that whatever else the machine does meets both.

    Where only the large list fills the page, it is compared with a page the small one can fill:
    rows cost their drawing, however many others there are.
    """
    ours, floor, instead = first_look(large, name, asked), first_look(small, name, asked), asked
    if floor.rows < ours.rows:
        instead = {}
        floor = first_look(small, name, instead)
    for _ in range(tries):
        for office, page, wanted in ((small, floor, instead), (large, ours, asked)):
            started = time.perf_counter()
            office.get(name, wanted)
            page.seconds.append(time.perf_counter() - started)
    ratio = ours.cost / floor.cost
    cost = f"{ours.cost * 1000:.0f} ms, {ours.queries} queries"
    if ours.uncapped:
        cost += f", counts: {ours.uncapped}"
    return Row(
        f"leads as {name} ?{urlencode(asked)}",
        cost,
        f"{floor.cost * 1000:.0f} ms" + (", a full page" if instead is not asked else ""),
        ratio,
        f"<= {MOST_RATIO}, {MOST_QUERIES} queries",
        ratio <= MOST_RATIO and ours.queries <= MOST_QUERIES and not ours.uncapped,
    )


def first_look(office: Office, name: str, asked: dict[str, object]) -> Page:
    answer = office.get(name, asked, **{ASK: "1"})
    rows = answer.text.count('class="row-link"')
    return Page([], rows, int(answer.headers[COUNTED]), answer.headers[UNCAPPED])


def create_database(name: str) -> str:
    """Beside the stage's own; its DATABASE_URL."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
