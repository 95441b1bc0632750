"""A receipt's file that has come, and cannot be taken: told at once, not with the next answer."""

import pytest

from chatbot.intents import receipt_files
from chatbot.media import MOST_ATTEMPTS
from chatbot.models import ConfirmedReceipt
from chatbot.tests import desk, receipts_known
from chatbot.tests.receipts_known import CAPTION, yes
from chatbot.tests.self_service import jpeg
from chatbot.tests.test_bot_receipt_files import GIF
from crm.conversations import ownership
from crm.conversations.models import Attachment, Message
from partners.models import Receipt

pytestmark = [pytest.mark.once, pytest.mark.django_db]
loan = receipts_known.loan
SIX_MEGABYTES = jpeg() + b"\0" * 6 * 1024 * 1024


def comes(ask):
    """The file is fetched; what they hear of it."""
    ask.jobs()
    return ask.jobs()


@pytest.mark.parametrize(
    ("content", "caption", "told"),
    [
        (SIX_MEGABYTES, "", "hasta 5 MB"),
        (SIX_MEGABYTES, CAPTION, "hasta 5 MB"),
        (GIF, "Monto: 500", "PDF, JPEG o PNG"),
        ((404, {}), "Monto: 500", "No pude descargar"),
    ],
)
def test_they_hear_it_as_soon_as_the_file_is_here(ask, loan, content, caption, told):
    ask.picture(content, caption)
    Attachment.objects.update(attempts=MOST_ATTEMPTS - 1)
    (text,) = comes(ask)
    assert told in text and Message.objects.latest("pk").is_private
    assert ask.dialog.step == "file" and "file" not in ask.dialog.data
    receipt_files.look(Attachment.objects.get().pk)  # the job that is done twice
    assert ask.jobs() == []
    (question,) = ask.picture(jpeg())
    assert ("S/ 500.00" in question) == (caption == CAPTION)


def test_they_hear_it_where_the_last_try_was_killed(ask, loan):
    ask.picture(jpeg(), "Monto: 500")
    Attachment.objects.update(attempts=MOST_ATTEMPTS)
    (text,) = comes(ask)
    assert "No pude descargar" in text and ask.dialog.step == "file"


def test_of_a_file_that_may_be_taken_nothing_is_said(ask, loan):
    ask.picture(jpeg(), CAPTION)
    assert comes(ask) == [] and ask.dialog.step == "confirm"


def test_after_the_question_was_left_nothing_is_said(ask, loan):
    ask.picture(SIX_MEGABYTES)
    ask("cancelar")
    assert comes(ask) == []


def test_beside_a_person_nothing_is_said(ask, loan):
    ask.picture(SIX_MEGABYTES)
    ownership.claim(conversation=ask.talk, user=desk.person("officer"))
    assert comes(ask) == [] and ask.dialog.step == "amount"


def test_who_was_faster_hears_it_once(ask, loan):
    ask.picture(SIX_MEGABYTES, CAPTION)
    yes(ask)
    assert len([*ask.jobs(), *ask.jobs()]) == 1
    assert ConfirmedReceipt.objects.get().settled_at and not Receipt.objects.exists()
