"""A partner's whole visit by chat, step by step: log-in, statement, loans, one loan, a ticket."""

import re
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from django.db import connection
from django.utils import timezone

from bench import bodies
from bench.load import blast
from bench.report import Row, percentile
from bench.servers import Stage

LIMIT = 0.300  # seconds, at the 95th percentile, for every step
MOST_QUERIES = 30
OFFICERS, LOANS = 5, 2
QUIET = 0.25  # seconds without another answer: the step is over
Script = tuple[tuple[str, str], ...]
BOUNDARY = re.compile(r"^(BEGIN|(RELEASE )?SAVEPOINT)\b")
SCRIPT = (
    ("hello", "Hola"),
    ("log in", "DNI 4{:07d} 1990"),
    ("statement", "estado de cuenta"),
    ("loans", "mis préstamos"),
    ("one loan", "detalle de préstamo 1"),
    ("a ticket", "crear ticket"),
    ("its subject", "Problema con pago"),
    ("its text", "No puedo pagar mi cuota"),
    ("log out", "cerrar sesión"),
)


# Whose messages cost most: somebody new who wants a visit, and a log-in with what was asked before.
PROSPECTS = (
    ("a visit first of all", "Hola, quiero visitar Villa Marina"),
    ("its hour", "1"),
    ("a search", "busco casa en Miraflores hasta 200 mil"),
    ("a person", "quiero hablar con un asesor"),
)
WISHES = (("statement asked", "estado de cuenta"), ("log in for it", "DNI 4{:07d} 1990"))


def measure(stage: Stage, quick: bool) -> Iterator[Row]:
    from chatbot.tests.graph_stub import GraphStub

    rounds = 20 if quick else 100
    make_partners(rounds + 8)
    look_after_property()
    with GraphStub(port=stage.graph_port) as graph:
        stage.web()
        worker = stage.work()
        for index in range(5):  # so that nothing is done for the first time
            visit(stage, graph.times, index)
        visits = [visit(stage, graph.times, index) for index in range(5, 5 + rounds)]
        for step, (name, _) in enumerate(SCRIPT):
            yield timed(f"self-service, {name}, {stage.vendor}", [one[step] for one in visits])
        stage.stop(worker)
        for index in (rounds + 5, rounds + 6):  # the first fills what is kept in memory
            row = counted(stage, index, SCRIPT, "a partner")
        yield row
        yield counted(stage, rounds + 7, WISHES, "a log-in that serves")
        yield counted(stage, rounds + 8, PROSPECTS, "a stranger")


def timed(what: str, took: list[float]) -> Row:
    p95 = percentile(took, 0.95)
    ours = f"p50 {ms(median(took))}, p95 {ms(p95)}"
    return Row(what, ours, "", None, f"p95 < {ms(LIMIT)}", p95 < LIMIT)


def visit(stage: Stage, answers: list[float], index: int) -> list[float]:
    """Seconds of each step, from the POST leaving to the last of its answers arriving."""
    return [say(stage, answers, words.format(index), index) for _, words in SCRIPT]


def say(stage: Stage, answers: list[float], words: str, index: int) -> float:
    known = len(answers)
    request = iter([bodies.message(words, bodies.person(index))])
    started = time.time()
    blast(stage.port, [request])
    while len(answers) == known or time.time() - answers[-1] < QUIET:
        if time.time() - started > 30:
            raise RuntimeError(f"no answer to {words!r} within 30 s")
        time.sleep(0.001)
    return answers[-1] - started


def counted(stage: Stage, index: int, script: Script, whose: str) -> Row:
    """Queries from the stored message to its queued answer, without what begins a transaction or
    a savepoint, and without the look for what is due, which is one for all that is. In this
    process, by the worker's own calls."""
    from chatbot.lanes import due_lanes, handle_lane
    from chatbot.work import work_off

    counts = {}
    for name, words in script:
        blast(stage.port, [iter([bodies.message(words.format(index), bodies.person(index))])])
        seen: list[str] = []

        def note(execute, sql, params, many, context, seen=seen):  # type: ignore[no-untyped-def]
            seen.append(sql)
            return execute(sql, params, many, context)

        lanes = due_lanes()
        with connection.execute_wrapper(note):
            for lane in lanes:
                handle_lane(lane)
        time.sleep(1.1)  # nobody types faster, and providers tell whole seconds
        counts[name] = sum(not BOUNDARY.search(sql) for sql in seen)
        work_off()
    most = max(counts.values())
    ours = ", ".join(f"{name} {count}" for name, count in counts.items())
    what = f"self-service, queries a message, {whose}, {stage.vendor}"
    return Row(what, f"at most {most}", ours, None, f"{MOST_QUERIES}", most <= MOST_QUERIES)


def make_partners(count: int) -> None:
    """With two loans each, registered with the phones they write from; their officers."""
    from django.contrib.auth.models import Group

    from crm.people.models import Agency, User
    from partners.loans import disburse, draft_loan
    from partners.models import LoanProduct
    from partners.registry import register_partner

    agency = Agency.objects.create(name="Lima")
    for number in range(OFFICERS):
        officer = User.objects.create_user(f"officer-{number}", agency=agency)
        officer.groups.add(Group.objects.get(name="officer"))
    product = LoanProduct.objects.create(code="PERS", name="Personal", rate=Decimal(24))
    day = timezone.localdate() - timedelta(days=100)
    for index in range(count):
        partner = register_partner(
            by=None,
            name=f"Ana Ficticia {index}",
            document_type="dni",
            document_number=f"4{index:07d}",
            birthday=date(1990, 5, 17),
            phone=f"+{bodies.person(index)}",
            agency=agency,
        )
        for number in range(LOANS):
            loan = draft_loan(
                partner=partner,
                product=product,
                number=f"P-{index:04}{number}",
                principal=Decimal(1000),
                terms=12,
                disbursed_on=day,
                first_due=day + timedelta(days=31),
                by=None,
            )
            disburse(loan=loan, by=None)


def look_after_property() -> None:
    """Of the stage's: somebody shows it to who wants a visit."""
    from crm.catalog.models import Property
    from crm.people.models import User

    agent = User.objects.create_user("agent", first_name="María")
    Property.objects.filter(code="VM-01").update(
        district="Miraflores", price=180_000, responsible=agent
    )


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
