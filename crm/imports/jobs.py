"""What is done for imports by the clock."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.imports.models import Import, ImportProblem
from crm.imports.work import forget_keys, remove_files
from crm.jobs.schedules import Job

KEPT = timedelta(days=30)

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


def clear_old() -> None:
    """Uploads hold people's documents and debts: they are not kept for longer than needed."""
    old = Import.objects.filter(cleared_at=None, created_at__lt=timezone.now() - KEPT)
    for one in old.exclude(state__in=Import.WORKING):
        remove_files(one)
        forget_keys(one)
        ImportProblem.objects.filter(run=one).delete()
        done = one.state if one.state == Import.State.DONE else Import.State.CANCELLED
        Import.objects.filter(pk=one.pk).update(
            cleared_at=timezone.now(), sample=[], problem_counts={}, state=done
        )
