"""The work in the background: problems, portions, two of them, stopping, cleaning up."""

import errno
import os
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone
from django_q.models import OrmQ

from crm.errors import DeskError
from crm.imports import errors_file, jobs, sheets, verbs, work
from crm.imports.models import Import, ImportKey
from crm.imports.tests.files import begun, checked, people, problems, ran, sheet, uploaded
from partners.models import Partner
from partners.tests import import_known
from partners.tests.import_known import HEAD, _raise, error_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
_media, small = import_known._media, import_known.small


def test_from_a_file_to_rows(officer):
    one = uploaded("partners", people(3), officer)
    assert (one.state, one.rows, one.headings[:2]) == ("uploaded", 3, ["Nro socio", "Nombre"])
    one = checked("partners", people(3), officer)
    assert (one.state, one.good, one.bad) == ("checked", 3, 0) and not Partner.objects.exists()
    verbs.run(one=one, only_good=False)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.made, one.position) == ("done", 3, 3)
    assert Partner.objects.count() == 3 and not ImportKey.objects.exists()


def test_a_file_that_cannot_be_read_says_so(officer):
    one = uploaded("partners", b"%PDF-1.4", officer)
    assert one.state == "failed" and "neither CSV nor XLSX" in one.failure and not one.may_resume


def test_what_is_unforeseen_in_a_file_ends_the_reading(officer, monkeypatch, caplog):
    monkeypatch.setattr(work, "normalise", _raise(RecursionError("Ana Ficticia 40000001")))
    one = uploaded("partners", people(1), officer)
    assert one.state == "failed" and "cannot be read" in one.failure
    assert "40000001" not in caplog.text


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), OSError(errno.EMFILE, "files"), MemoryError()]
)
def test_what_the_machine_lacks_is_waited_for_and_no_fault_of_the_file(officer, monkeypatch, error):
    content = sheet(("Nombre", "DNI"), ("Ana Ficticia", "40000001"))
    with monkeypatch.context() as patch:
        patch.setattr(sheets.zipfile, "ZipFile", _raise(error))
        with pytest.raises(type(error)):
            uploaded("partners", content, officer)
    one = Import.objects.get()
    assert one.state == "reading"
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.rows) == ("uploaded", 1)


def test_a_disk_that_stays_full_ends_the_reading_with_words(officer, monkeypatch):
    monkeypatch.setattr(work, "normalise", _raise(OSError(errno.ENOSPC, "full")))
    monkeypatch.setattr(work, "PATIENCE", timedelta(0))
    one = uploaded("partners", people(1), officer)
    assert one.state == "failed" and "no room" in one.failure


def test_every_problem_is_listed_by_row_and_column(officer):
    one = checked(
        "partners",
        "\n".join(
            [
                HEAD,
                "S-1,Ana Ficticia,40000001,1985-05-17",
                ",Luis Ficticio,4000,30/02/1990",
                "S-3,,40000003,17/05/2999",
                "S-1,Eva Ficticia,40000001,",
                "S-5,Rosa Ficticia,40000005,1990-01-01,de más",
            ]
        ),
        officer,
    )
    assert sorted(problems(one)) == [
        (3, "DNI", "A DNI has eight digits; a spreadsheet drops zeros in front."),
        (3, "Fecha de nacimiento", "There is no such day."),
        (3, "Nro socio", "This is missing."),
        (4, "Fecha de nacimiento", "This day is yet to come."),
        (4, "Nombre", "This is missing."),
        (5, "DNI", "Row 2 says the same."),
        (5, "Nro socio", "Row 2 says the same."),
        (6, "", "The row has 5 cells, but there are 4 headings."),
    ]
    assert (one.good, one.bad) == (1, 4)
    assert one.problem_counts["DNI"] == 2


def test_all_rows_are_imported_only_if_all_are_good(officer):
    one = checked("partners", f"{people(2)}\nS-9,,1,", officer)
    with pytest.raises(DeskError, match="problems"):
        verbs.run(one=one, only_good=False)
    verbs.run(one=one, only_good=True)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.made, one.bad) == ("done", 2, 1)


def test_nothing_good_is_nothing_to_import(officer):
    one = checked("partners", f"{HEAD}\nS-1,,,", officer)
    with pytest.raises(DeskError, match="no good row"):
        verbs.run(one=one, only_good=True)


def test_the_error_file_holds_the_rows_as_they_came(officer):
    one = ran(
        "partners",
        f'{HEAD}\nS-1,"=HYPERLINK(""http://x"")",12,\nS-2,@SUM(1),-1,+1\nS-3,Ana,40000003,',
        officer,
    )
    head, *rows = error_rows(one)
    assert head == ["Row", "Nro socio", "Nombre", "DNI", "Fecha de nacimiento", "What is wrong"]
    assert [row[:5] for row in rows] == [
        ["2", "S-1", '\'=HYPERLINK("http://x")', "12", ""],
        ["3", "S-2", "'@SUM(1)", "'-1", "'+1"],
    ]
    assert "DNI: " in rows[1][5] and "Fecha de nacimiento: This is no date" in rows[1][5]
    assert (one.folder / errors_file.NAME).read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_error_file_is_a_formula(sign):
    assert errors_file.harmless(f"{sign}1+1") == f"'{sign}1+1"
    assert errors_file.harmless(f"1{sign}1") == f"1{sign}1"


def test_a_file_twice_makes_nothing_twice(officer):
    ran("partners", people(5), officer)
    again = ran("partners", people(5), officer)
    assert (again.made, again.changed, again.same) == (0, 0, 5)
    more = ran("partners", people(7), officer)
    assert (more.made, more.same) == (2, 5) and Partner.objects.count() == 7


def test_what_somebody_writes_in_that_moment_is_seen_at_a_second_look(officer, small, monkeypatch):
    one = begun(checked("partners", people(15), officer))
    real, calls = type(one.importer).write, []

    def late(self, rows, by, source):
        calls.append(len(rows))
        if len(calls) == 1:
            raise IntegrityError("number is taken")
        return real(self, rows, by, source)

    monkeypatch.setattr(type(one.importer), "write", late)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.made, one.bad, calls) == ("done", 15, 0, [10, 10, 5])


def test_a_long_import_makes_room_for_others(
    officer, small, monkeypatch, django_capture_on_commit_callbacks
):
    one = begun(checked("partners", people(25), officer))
    monkeypatch.setattr(work, "TURN", -1)
    with django_capture_on_commit_callbacks(execute=True):
        work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.position) == ("running", 10)
    assert OrmQ.objects.get().func() == work.JOB


def test_one_that_is_stopped_keeps_what_it_wrote_and_can_go_on(officer, small, monkeypatch):
    one = begun(checked("partners", people(25), officer))
    monkeypatch.setattr(work, "TURN", -1)
    work.go_on(one.pk)
    verbs.cancel(one=one)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.position, Partner.objects.count()) == ("cancelled", 10, 10)
    monkeypatch.undo()
    verbs.resume(one=one)
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.made, Partner.objects.count()) == ("done", 25, 25)


def test_a_check_that_is_stopped_goes_back_to_the_columns(officer):
    one = uploaded("partners", people(3), officer)
    verbs.name_columns(one=one, mapping={"name": 1, "document_number": 2, "number": 0})
    verbs.cancel(one=one)
    one.refresh_from_db()
    assert one.state == "uploaded"
    verbs.cancel(one=one)
    one.refresh_from_db()
    assert one.state == "cancelled" and not one.may_resume
    for late in (
        lambda: verbs.cancel(one=one),
        lambda: verbs.resume(one=one),
        lambda: verbs.run(one=one, only_good=True),
        lambda: verbs.name_columns(one=one, mapping={}),
    ):
        with pytest.raises(DeskError, match="moved on"):
            late()


def test_it_is_run_once(officer):
    one = begun(checked("partners", people(3), officer))
    with pytest.raises(DeskError, match="moved on"):
        verbs.run(one=one, only_good=True)
    work.go_on(one.pk)
    work.go_on(one.pk)
    assert Partner.objects.count() == 3


def test_files_are_kept_for_a_month(officer):
    one = ran("partners", f"{people(2)}\nS-9,,1,", officer)
    jobs.clear_old()
    assert (one.folder / work.UPLOAD).exists()
    Import.objects.update(created_at=timezone.now() - timedelta(days=31))
    jobs.clear_old()
    one.refresh_from_db()
    assert not one.folder.exists() and one.cleared_at and not one.has_errors_file
    assert (one.state, one.made) == ("done", 2) and not one.problems.exists()


def test_what_was_never_read_is_not_kept_for_ever(officer):
    one = uploaded("partners", people(1), officer)
    long_ago = timezone.now() - timedelta(days=31)
    for state, kept in [("running", True), ("checking", True), ("reading", False)]:
        Import.objects.update(created_at=long_ago, state=state)
        jobs.clear_old()
        assert one.folder.exists() is kept


def test_files_of_nobody_go(officer):
    one, gone = (ran("partners", people(1), officer) for _ in range(2))
    Import.objects.filter(pk=gone.pk).delete()
    jobs.clear_old()
    assert gone.folder.exists()
    strange = one.folder.parent / "lost+found"
    other = one.folder.parent / "not-one-of-our-own"
    for each in (strange, other):
        each.mkdir()
    for each in (one.folder, gone.folder, strange, other):
        os.utime(each, (0, 0))
    jobs.clear_old()
    assert one.folder.exists() and not gone.folder.exists()
    assert strange.exists() and other.exists()


def test_only_the_first_thousand_problems_are_kept_and_all_are_in_the_file(officer):
    rows = [f"S-{n},Ana,{n}," for n in range(1200)]
    one = checked("partners", "\n".join([HEAD, *rows]), officer)
    assert one.bad == 1200 == sum(one.problem_counts.values())
    assert one.problems.count() == 1000 and len(error_rows(one)) == 1201


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_import(officer, small):
    one = begun(checked("partners", people(60), officer))

    def worker():
        try:
            work.go_on(one.pk)
        finally:
            connection.close()

    workers = [threading.Thread(target=worker) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    one.refresh_from_db()
    assert (one.state, one.made, Partner.objects.count()) == ("done", 60, 60)
