"""Days and hours of visits, for tests."""

from datetime import datetime, time, timedelta

from django.utils import timezone

DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


def working_day(after=None):
    """One that is neither today nor tomorrow, nor a holiday; or the next one after that."""
    found = (after or timezone.localdate() + timedelta(1)) + timedelta(1)
    while found.weekday() > 4:
        found += timedelta(1)
    return found


def moment(day, hour):
    return timezone.make_aware(datetime.combine(day, time(hour)))


def hours(chat):
    """Of the hours offered."""
    offered = [id_.partition(".")[2] for id_, _title in chat.options if id_.startswith("slot:")]
    return [timezone.localtime(datetime.fromisoformat(one)) for one in offered if one != "other"]
