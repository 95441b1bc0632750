"""What a person does with an import: upload, name its columns, run it, cancel it."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import DeskError
from crm.imports import work
from crm.imports.earlier import forget
from crm.imports.models import Import, ImportProblem
from crm.people.models import User

State = Import.State


def upload(*, kind: str, file: "UploadedFile", by: User) -> Import:
    """Keep the file in private and have it read in the background."""
    one = Import(kind=kind, original_name=str(file.name)[-200:], by=by)
    one.folder.mkdir(parents=True, mode=0o700)
    with (one.folder / work.UPLOAD).open("wb") as kept:
        (one.folder / work.UPLOAD).chmod(0o600)
        for chunk in file.chunks():
            kept.write(chunk)
    with transaction.atomic():
        one.save()
        work.start(one)
    return one


def name_columns(
    *, one: Import, mapping: dict[str, int], month_first: bool = False, decimal: str = ""
) -> None:
    """Say which column is what, and have the file checked. DeskError once it was imported."""
    said: dict[str, Any] = {"mapping": mapping, "month_first": month_first, "decimal": decimal}
    _begin(one, State.CHECKING, Import.BEFORE, **said)


def run(*, one: Import, only_good: bool) -> None:
    """Import what was checked: all rows, or only the good ones of a file with bad ones."""
    if one.state == State.CHECKED and one.bad and not only_good:
        raise DeskError(_("There are rows with problems: import only the good ones, or mend them."))
    if one.state == State.CHECKED and not one.good:
        raise DeskError(_("There is no good row to import."))
    _begin(one, State.RUNNING, (State.CHECKED,), only_good=only_good, is_run=True)


def resume(*, one: Import) -> None:
    """Go on where it was stopped by an error or by a person."""
    with transaction.atomic():
        locked = _locked(one)
        if not locked.may_resume:
            raise _moved_on()
        locked.state = State.RUNNING if locked.is_run else State.CHECKING
        locked.failure, locked.finished_at = "", None
        locked.heartbeat, locked.tries = timezone.now(), 0
        locked.save()
        work.start(locked)


def cancel(*, one: Import) -> None:
    """Stop it. What was being checked goes back to naming its columns; rows that were imported
    already stay, and the page says how many."""
    with transaction.atomic():
        locked = _locked(one)
        if locked.state not in (*Import.WORKING, *Import.BEFORE):
            raise _moved_on()
        checking = locked.state == State.CHECKING
        locked.state = State.UPLOADED if checking else State.CANCELLED
        locked.finished_at = timezone.now()
        locked.save(update_fields=["state", "finished_at"])


def _begin(one: Import, state: str, before: tuple[str, ...], **said: Any) -> None:
    """From the first row on."""
    with transaction.atomic():
        locked = _locked(one)
        if locked.state not in before or locked.cleared_at:
            raise _moved_on()
        if state == State.CHECKING:
            forget(locked)
        ImportProblem.objects.filter(run=locked).delete()
        now = timezone.now()
        fresh: dict[str, Any] = {
            **dict.fromkeys(
                ("position", "offset", "errors_size", "made", "changed", "same", "bad", "tries"), 0
            ),
            "problem_counts": {},
            "state": state,
            "started_at": now,
            "finished_at": None,
            "heartbeat": now,
        }
        for name, value in (fresh | said).items():
            setattr(locked, name, value)
        locked.save()
        work.start(locked)


def _locked(one: Import) -> Import:
    return Import.objects.select_for_update(of=("self",)).get(pk=one.pk)


def _moved_on() -> DeskError:
    return DeskError(_("This import has moved on. Look at it again."))
