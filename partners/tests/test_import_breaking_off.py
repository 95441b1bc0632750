"""Imports that break off: killed workers, full disks, a database that goes away."""

import errno
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django_q.models import OrmQ

from crm.imports import errors_file, reading, verbs, work
from crm.imports.models import Import, ImportProblem
from crm.imports.tests.files import begun, checked, people, uploaded
from partners.models import Partner
from partners.tests import import_known
from partners.tests.import_known import HEAD, _raise, error_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
_media, small = import_known._media, import_known.small


@pytest.mark.parametrize("step", ["look", "write", "append"])
def test_a_worker_killed_halfway_loses_nothing_and_doubles_nothing(
    officer, small, monkeypatch, step
):
    content = f"{people(25)}\nS-900,,1,\n{people(9, start=500).partition(chr(10))[2]}"
    one = begun(checked("partners", content, officer))
    calls = []

    def dying(real):
        def call(*args, **kwargs):
            calls.append(step)
            found = real(*args, **kwargs)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return found

        return call

    owner = errors_file if step == "append" else type(one.importer)
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, dying(getattr(owner, step)))
        with pytest.raises(KeyboardInterrupt):
            work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.position) == ("running", 10) and Partner.objects.count() == 10
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.made, one.bad, one.position) == ("done", 34, 1, 35)
    assert Partner.objects.count() == 34
    assert [row[0] for row in error_rows(one)] == ["Row", "27"]
    assert ImportProblem.objects.filter(run=one).count() == 2


def test_what_an_attempt_left_in_the_error_file_does_not_count(officer, small):
    bad = "\n".join([HEAD, *(f"S-{n},Ana,{n}," for n in range(25))])
    one = checked("partners", bad, officer)
    size = one.errors_size
    path = one.folder / errors_file.NAME
    path.write_bytes(path.read_bytes() + b"half a li")
    Import.objects.filter(pk=one.pk).update(state="checking", position=20)
    Import.objects.filter(pk=one.pk).update(offset=_offset_of(one, 20), errors_size=size)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert len(path.read_bytes()) == one.errors_size > size and b"half a li" not in (
        path.read_bytes()
    )


def _offset_of(one, row):
    text = (one.folder / work.ROWS).read_bytes()
    return len(b"".join(text.splitlines(keepends=True)[:row]))


def test_a_database_that_goes_away_is_waited_for(officer, small, monkeypatch):
    one = begun(checked("partners", people(15), officer))
    with monkeypatch.context() as patch:
        patch.setattr(work, "read_rows", _raise(OperationalError("gone")))
        with pytest.raises(OperationalError):
            work.go_on(one.pk)
    one.refresh_from_db()
    assert one.state == "running"
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.made) == ("done", 15)


class KilledError(BaseException):
    """What no job lives to count."""


def taken_up(one, dies=True):
    """As by the sweep, when nobody can be at it any more."""
    gone = timezone.now() - work.LEASE - timedelta(seconds=1)
    Import.objects.filter(pk=one.pk).update(heartbeat=gone)
    Import.objects.filter(pk=one.pk, state="reading").update(started_at=gone)
    with pytest.raises(KilledError) if dies else nullcontext():
        work.go_on(one.pk)
    one.refresh_from_db()


def test_a_file_that_kills_whoever_reads_it_is_given_up_with_words(officer, monkeypatch):
    monkeypatch.setattr(work, "normalise", _raise(KilledError()))
    with pytest.raises(KilledError):
        uploaded("partners", people(1), officer)
    one = Import.objects.get()
    work.go_on(one.pk)  # the first might live yet: nobody reads beside it
    for _ in range(work.MOST_TRIES - 1):
        taken_up(one)
        assert one.state == "reading"
    taken_up(one, dies=False)
    assert one.state == "failed" and "cannot be read" in one.failure


def test_a_disk_that_is_full_for_a_while_is_no_try(officer, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(work, "normalise", _raise(OSError(errno.ENOSPC, "full")))
        with pytest.raises(OSError, match="full"):
            uploaded("partners", people(1), officer)
        one = Import.objects.get()
        for _ in range(work.MOST_TRIES + 1):
            with pytest.raises(OSError, match="full"):
                work.go_on(one.pk)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.tries) == ("uploaded", 0)


@pytest.mark.parametrize("error", [KilledError(), OperationalError("too much at once")])
def test_rows_that_break_off_every_check_are_given_up_with_words(
    officer, small, monkeypatch, error
):
    one = uploaded("partners", people(15), officer)
    verbs.name_columns(one=one, mapping={"number": 0, "name": 1, "document_number": 2})
    monkeypatch.setattr(type(one.importer), "look", _raise(error))
    for _ in range(work.MOST_TRIES):
        with pytest.raises(type(error)):
            work.go_on(one.pk)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert one.state == "failed" and "three times after 0 of 15 rows" in one.failure
    monkeypatch.undo()
    verbs.resume(one=one)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.good) == ("checked", 15)


def test_who_lost_the_database_while_reading_lets_the_next_one_read(officer, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(work, "read_file", _raise(OperationalError("away")))
        with pytest.raises(OperationalError):
            uploaded("partners", people(1), officer)
    one = Import.objects.get()
    work.go_on(one.pk)
    one.refresh_from_db()
    assert one.state == "uploaded"


CUT = """
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
CREATE TRIGGER cut BEFORE UPDATE ON imports_import
    FOR EACH ROW WHEN (NEW.state = 'uploaded') EXECUTE FUNCTION cut()"""


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection to lose")
@pytest.mark.django_db(transaction=True)
def test_whose_connection_is_cut_while_reading_lets_the_next_one_read(officer):
    with connection.cursor() as cursor:
        cursor.execute(CUT)
    try:
        with pytest.raises((OperationalError, InterfaceError)):
            uploaded("partners", people(1), officer)
    finally:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION cut() CASCADE")
    one = Import.objects.get()
    assert (one.state, one.started_at) == ("reading", None)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert one.state == "uploaded"


def test_of_a_file_that_breaks_off_nothing_half_is_left(officer, monkeypatch):
    def breaks_off(file, *_):
        file.write("half a row")
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(reading, "_write", breaks_off)
    with pytest.raises(OSError, match="full"):
        uploaded("partners", people(3), officer)
    assert [path.name for path in Import.objects.get().folder.iterdir()] == ["upload"]


def test_an_import_goes_on_as_long_as_it_gets_further_and_no_longer(officer, small, monkeypatch):
    one = begun(checked("partners", people(65), officer))
    real, calls = type(one.importer).write, []

    def every_second(self, rows, by, source):
        calls.append(len(rows))
        if len(calls) % 2 == 0 or one.position >= 50:
            raise KilledError
        return real(self, rows, by, source)

    with monkeypatch.context() as patch:
        patch.setattr(type(one.importer), "write", every_second)
        for position in (10, 20, 30, 40, 50, 50, 50, 50):
            taken_up(one)
            assert (one.state, one.position) == ("running", position)
        taken_up(one, dies=False)
    assert one.state == "failed" and "three times after 50 of 65 rows" in one.failure
    verbs.resume(one=one)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.made, Partner.objects.count()) == ("done", 65, 65)


def test_what_is_unforeseen_stops_it_and_can_be_gone_on_with(officer, small, monkeypatch, caplog):
    one = begun(checked("partners", people(15), officer))
    with monkeypatch.context() as patch:
        patch.setattr(type(one.importer), "write", _raise(ValueError("Ana Ficticia 40000001")))
        work.go_on(one.pk)
    one.refresh_from_db()
    assert one.state == "failed" and one.may_resume and "40000001" not in caplog.text
    verbs.resume(one=one)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.made) == ("done", 15)


def test_what_a_lost_worker_left_is_taken_up(officer, django_capture_on_commit_callbacks):
    one = begun(checked("partners", people(3), officer))
    OrmQ.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        work.sweep()
    assert not OrmQ.objects.exists()
    Import.objects.filter(pk=one.pk).update(heartbeat=timezone.now() - timedelta(minutes=5))
    with django_capture_on_commit_callbacks(execute=True):
        work.sweep()
        work.sweep()
    assert OrmQ.objects.count() == 1
