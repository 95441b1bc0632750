"""What is done for imports by the clock."""

import shutil
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.imports.earlier import forget
from crm.imports.models import Import, ImportProblem
from crm.imports.work import remove_files
from crm.jobs.schedules import Job

KEPT = timedelta(days=30)
A_DAY = 24 * 3600  # seconds

JOBS = [
    Job(
        name="sweep_imports",
        label=_("Go on with imports"),
        func="crm.imports.work.sweep",
        minutes=1,
        explanation=_("Takes up an import whose worker was lost."),
    ),
    Job(
        name="clear_imports",
        label=_("Delete files of old imports"),
        func="crm.imports.jobs.clear_old",
        every="daily at 5",
        explanation=_("What was uploaded, and its error file, after 30 days; the counts stay."),
    ),
]


def _clear_folders_of_nobody() -> None:
    """Their import was deleted, or never came to be. What has another name is not ours."""
    for folder in (Path(settings.MEDIA_ROOT) / "imports").glob("*-*-*-*-*"):
        try:
            token = UUID(folder.name)
        except ValueError:
            continue
        old = folder.stat().st_mtime < time.time() - A_DAY
        if old and not Import.objects.filter(token=token).exists():
            shutil.rmtree(folder, ignore_errors=True)


def clear_old() -> None:
    """Uploads hold people's documents and debts: they are not kept for longer than needed."""
    _clear_folders_of_nobody()
    old = Import.objects.filter(cleared_at=None, created_at__lt=timezone.now() - KEPT)
    # Whatever takes so long to be read is never read; the rest may have been begun just now.
    for one in old.exclude(state__in=(Import.State.CHECKING, Import.State.RUNNING)):
        remove_files(one)
        forget(one)
        ImportProblem.objects.filter(run=one).delete()
        done = one.state if one.state == Import.State.DONE else Import.State.CANCELLED
        Import.objects.filter(pk=one.pk).update(
            cleared_at=timezone.now(), sample=[], problem_counts={}, state=done
        )
