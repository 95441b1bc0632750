"""What is done in the background: reading a file, checking it, importing it.

A portion of rows is one transaction: what it wrote, how far it came, and how much of the error
file counts are committed together, under the lock of the import's row. So a worker that is
killed loses nothing and doubles nothing, and two workers at one import take turns.
"""

import logging
import shutil
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.errors import DeskError
from crm.imports import errors_file, machine
from crm.imports.contract import Outcome, Row
from crm.imports.earlier import Earlier, forget, forget_rehearsed
from crm.imports.models import Import, ImportProblem
from crm.imports.reading import lines, normalise
from crm.imports.rows import read_rows
from crm.jobs.queue import enqueue

logger = logging.getLogger(__name__)

ROWS, UPLOAD = "rows.jsonl", "upload"
JOB = "crm.imports.work.go_on"
# Rows in a transaction. SQLite has one writer, and webhooks wait for it.
PORTION, PORTION_ON_SQLITE = 500, 100
# Seconds after which a job makes room for others; far below JOB_TIMEOUT.
TURN = 60
# A job that has not been heard of for so long is not coming back.
SILENT = timedelta(minutes=3)
# A file that is being read gives no sign: after so long nobody reads it, no job lives longer.
LEASE = timedelta(seconds=settings.JOB_TIMEOUT, minutes=1)
# Jobs that may break off one after another without getting any further.
MOST_TRIES = 3
# How long a disk or a memory that is full is waited for, from the upload on.
PATIENCE = timedelta(minutes=30)
MOST_SHOWN = 1000


def start(one: Import) -> None:
    enqueue(JOB, one.pk, task_name=f"import {one.pk}")


def go_on(pk: int) -> None:
    """Work at an import for a while; if there is more to do then, queue that. Safe to repeat."""
    one = _take(pk)
    if one is None:
        return
    until = time.monotonic() + TURN
    with translation.override(one.by.language or settings.LANGUAGE_CODE):
        if one.tries > MOST_TRIES:
            _give_up(one)
            return
        if one.state == Import.State.READING:
            _read(one)
            return
        while _portion_or_failure(pk):
            if time.monotonic() > until:
                start(one)
                return


def _take(pk: int) -> Import | None:
    """What there is to work at; None: it has ended, or somebody else is at it.

    The try is counted before the work: whom a file kills counts nothing afterwards.
    """
    now = timezone.now()
    with transaction.atomic():
        rows = Import.objects.under_way().select_related("by").filter(pk=pk)
        free = rows.exclude(state=Import.State.READING, started_at__gt=now - LEASE)
        one = free.select_for_update(skip_locked=True, of=("self",)).first()
        if one is not None:
            one.tries, one.heartbeat = one.tries + 1, now
            if one.state == Import.State.READING:
                one.started_at = now
            one.save(update_fields=["tries", "heartbeat", "started_at"])
    return one


def _give_up(one: Import) -> None:
    """Whoever worked at it was killed, or lost the database, each time at the same place."""
    logger.error("Import %s is given up after %s tries", one.pk, MOST_TRIES)
    came = {"done": one.position, "all": one.rows}
    if one.state == Import.State.READING:
        words = _("This file cannot be read. Save the table again as CSV, and upload that.")
    elif one.state == Import.State.CHECKING:
        words = _("Checking broke off three times after %(done)d of %(all)d rows. Split the file.")
    else:
        words = _("Importing broke off three times after %(done)d of %(all)d rows; these stay.")
    _stop(one.pk, words % came)


def _read(one: Import) -> None:
    try:
        read_file(one)
    except (OperationalError, InterfaceError):
        # The database is away. Nobody reads any more: the next need not wait for the lease.
        if not connection.is_usable():
            connection.close()
        with suppress(OperationalError, InterfaceError):
            Import.objects.filter(pk=one.pk, started_at=one.started_at).update(started_at=None)
        raise


def read_file(one: Import) -> None:
    """Make rows of the upload; what cannot be read is said on the import's page."""
    try:
        contents = normalise(one.folder / UPLOAD, one.folder / ROWS)
    except DeskError as error:
        _stop(one.pk, str(error))
        return
    except FileNotFoundError:
        _stop(one.pk, _("The file is no longer there. Upload it again."))
        return
    except Exception as error:
        if machine.is_to_blame(error):
            _wait_or_stop(one, error)
            return
        # Or it would be taken up again for ever, and fail each time.
        logger.error("Import %s could not be read: %s", one.pk, type(error).__name__)
        _stop(one.pk, _("This file cannot be read. Save the table again as CSV, and upload that."))
        return
    Import.objects.filter(pk=one.pk, state=Import.State.READING).update(
        state=Import.State.UPLOADED,
        headings=contents.headings,
        sample=contents.sample,
        rows=contents.rows,
        heartbeat=timezone.now(),
        tries=0,
    )


def _wait_or_stop(one: Import, error: Exception) -> None:
    """The sweep comes back to it, for a while. To wait is no try."""
    if timezone.now() < one.created_at + PATIENCE:
        mine = Import.objects.filter(pk=one.pk, started_at=one.started_at)
        mine.update(started_at=None, tries=F("tries") - 1)
        raise error
    logger.error("Import %s could not be read: %s", one.pk, type(error).__name__)
    _stop(one.pk, _("The server has no room to read this file. Upload it again later."))


def _portion_or_failure(pk: int) -> bool:
    began = time.monotonic()
    try:
        more = _portion_or_again(pk)
    except (OperationalError, InterfaceError):
        # The database is away or busy: nothing was written, and the sweep comes back to it.
        raise
    except Exception as error:
        # Its words may hold what stands in the file.
        logger.error("Import %s stopped: %s", pk, type(error).__name__)
        _stop(pk, _("Something unforeseen happened. What was imported so far is kept."))
        return False
    if more and connection.vendor == "sqlite":
        time.sleep((time.monotonic() - began) * settings.WORK_SQLITE_REST)
    return more


def _portion_or_again(pk: int) -> bool:
    """Somebody at the desk may have written the same in this moment: a second look sees it."""
    try:
        return portion(pk)
    except IntegrityError:
        return portion(pk)


def portion(pk: int) -> bool:
    """Check or import the next rows; whether there are more."""
    with transaction.atomic():
        locked = Import.objects.select_for_update(skip_locked=True).filter(pk=pk)
        one = locked.filter(state__in=[Import.State.CHECKING, Import.State.RUNNING]).first()
        if one is None:
            return False
        size = PORTION_ON_SQLITE if connection.vendor == "sqlite" else PORTION
        taken, offset = lines(one.folder / ROWS, one.offset, size)
        rows = read_rows(one, taken)
        earlier = Earlier(one)
        earlier.note_repeats((row, *said) for row in rows for said in one.importer.keys(row))
        one.importer.look(rows, one.by, earlier)
        if one.state == Import.State.RUNNING:
            good = [row for row in rows if row.is_good]
            source = _("Import %(number)d") % {"number": one.pk}
            one.importer.write(good, one.by, source)
        _note(one, rows, offset)
        one.save()
        return one.is_working


def _note(one: Import, rows: list[Row], offset: int) -> None:
    """How far it has come, and what was wrong."""
    outcomes = Counter(row.outcome if row.is_good else "" for row in rows)
    one.made += outcomes[Outcome.MADE]
    one.changed += outcomes[Outcome.CHANGED]
    one.same += outcomes[Outcome.SAME]
    one.bad += outcomes[""]
    one.errors_size = errors_file.append(one, rows)
    _keep_problems(one, rows)
    one.position += len(rows)
    one.offset = offset
    one.heartbeat, one.tries = timezone.now(), 0
    if not rows or one.position >= one.rows:
        one.finished_at = one.heartbeat
        checking = one.state == Import.State.CHECKING
        one.state = Import.State.CHECKED if checking else Import.State.DONE
        (forget_rehearsed if checking else forget)(one)


def _keep_problems(one: Import, rows: list[Row]) -> None:
    found = [(row, problem) for row in rows for problem in row.problems]
    room = MOST_SHOWN - sum(one.problem_counts.values())
    counts = Counter(one.problem_counts)
    counts.update(one.heading(problem.column) for _row, problem in found)
    one.problem_counts = dict(counts)
    ImportProblem.objects.bulk_create(
        ImportProblem(
            run=one,
            row=row.number,
            column=one.heading(problem.column)[:120],
            cell=_cell_of(one, row, problem.column)[:120],
            words=problem.words[:400],
        )
        for row, problem in found[: max(room, 0)]
    )


def _cell_of(one: Import, row: Row, column: str) -> str:
    position = one.mapping.get(column)
    return str(row.cells[position]) if position is not None and position < len(row.cells) else ""


def _stop(pk: int, words: str) -> None:
    Import.objects.filter(pk=pk, state__in=Import.WORKING).update(
        state=Import.State.FAILED, failure=words[:300], finished_at=timezone.now()
    )


def sweep() -> None:
    """Take up again what a worker that is gone has left undone."""
    now = timezone.now()
    for one in Import.objects.under_way().filter(heartbeat__lt=now - SILENT):
        if Import.objects.filter(pk=one.pk, heartbeat=one.heartbeat).update(heartbeat=now):
            start(one)


def remove_files(one: Import) -> None:
    if one.folder.exists():
        shutil.rmtree(one.folder)
