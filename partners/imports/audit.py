"""Lines of the audit log for a whole portion of rows."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from crm.audit.models import AuditEntry
from crm.people.models import User

# What it is about, what was before, what is now, why.
Told = tuple[Model, dict[str, Any], dict[str, Any], str]


def entries(action: str, by: User, told: Iterable[Told]) -> Iterator[AuditEntry]:
    """As `crm.audit.models.record` writes them: of before and after only what differs."""
    for subject, before, after, reason in told:
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        yield AuditEntry(
            actor=by,
            action=action,
            subject_type=ContentType.objects.get_for_model(subject),
            subject_id=subject.pk,
            named=str(subject)[:200],
            before={name: before[name] for name in names if name in before},
            after={name: after[name] for name in names if name in after},
            reason=reason[:500],
        )
