"""Answers of a provider, and what became of the message."""

from chatbot.tests.fakes.meta import envelope
from chatbot.tests.outgoing import make_due
from chatbot.work import work_off
from crm.conversations.models import Channel


def later():
    """All that was put off may go now, the whole channel's pause included."""
    make_due()
    Channel.objects.update(paced_until=None)


def tell(post, message, state, code=None):
    """A status of Meta's about the message's last try."""
    message.refresh_from_db()
    attempt = message.attempts.first()
    status = {"id": message.provider_id or "wamid.OLD", "status": state}
    errors = {"errors": [{"code": code}]} if code else {}
    callback = {"biz_opaque_callback_data": str(attempt.pk)}
    assert post(envelope({"statuses": [status | errors | callback]})).status_code == 200
    work_off()
