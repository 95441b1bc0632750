"""Receipts by chat: which files are taken, which come late, and which are given up."""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.intents import handing_in
from chatbot.models import ConfirmedReceipt
from chatbot.tests import receipts_known
from chatbot.tests.receipts_known import CAPTION, yes
from chatbot.tests.self_service import jpeg
from crm.conversations.models import Attachment
from crm.errors import DeskError
from partners.models import Receipt

pytestmark = [pytest.mark.once, pytest.mark.django_db]
loan = receipts_known.loan
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
GIF = b"GIF89a" + b"\x01\x00\x01\x00\x80\x00\x00" + b"\x00" * 40


def test_a_pdf_and_a_png_are_taken(ask, loan):
    ask.picture(PNG, CAPTION, kind="document", mime="image/png", filename="voucher.png")
    yes(ask)
    ask.jobs()
    assert Receipt.objects.get().content_type == "image/png"


def test_a_gif_is_refused_at_once_with_the_limits(ask, loan):
    (text,) = ask.picture(GIF, CAPTION, kind="document", mime="image/gif", filename="x.gif")
    assert "PDF, JPEG o PNG" in text and "5 MB" in text
    assert ask.dialog.step == "file"
    (question,) = ask.picture(jpeg())
    assert "S/ 500.00" in question
    yes(ask)
    ask.jobs()
    assert Receipt.objects.count() == 1


def test_a_gif_that_calls_itself_a_jpeg_is_refused_by_its_bytes(ask, loan):
    ask.picture(GIF, CAPTION)
    yes(ask)
    (text,) = ask.jobs()
    assert "PDF, JPEG o PNG" in text and not Receipt.objects.exists()


def test_six_megabytes_are_refused_with_the_limits(ask, loan):
    ask.picture(jpeg() + b"\0" * 6 * 1024 * 1024, CAPTION)
    yes(ask)
    (text,) = ask.jobs()
    assert "5 MB" in text and "PDF, JPEG o PNG" in text
    assert not Receipt.objects.exists()
    assert ConfirmedReceipt.objects.get().settled_at is not None


def test_six_megabytes_known_before_the_question_are_refused_before_it(ask, loan):
    ask.picture(jpeg() + b"\0" * 6 * 1024 * 1024, "Monto: 500")
    assert ask.jobs() == []  # the file comes
    (text,) = ask("ayer")
    assert "5 MB" in text and ask.dialog.step == "file"
    assert ask.dialog.data["amount"] == "500.00"


def test_a_file_that_is_not_here_yet_is_waited_for(ask, loan):
    ask.picture((503, {}), CAPTION)  # the provider does not have it yet
    yes(ask)
    assert ask.jobs() == []
    attachment = Attachment.objects.get()
    assert attachment.state == "pending"
    ask.graph.media[attachment.media_id] = jpeg()
    past = timezone.now() - timedelta(minutes=2)
    Attachment.objects.update(due_at=past)
    ConfirmedReceipt.objects.update(due_at=past)
    handing_in.sweep()
    assert Receipt.objects.count() == 1
    (told,) = ask.jobs()
    assert "pendiente de revisión" in told


def test_a_file_that_never_comes_is_told(ask, loan):
    ask.picture((503, {}), CAPTION)
    button = ask.options[0][0]
    yes(ask)
    ask.jobs()
    Attachment.objects.update(state="failed")
    ConfirmedReceipt.objects.update(due_at=timezone.now())
    handing_in.sweep()
    (told,) = ask.jobs()
    assert "Envíalo otra vez" in told and "5 MB" in told
    assert ConfirmedReceipt.objects.get().settled_at is not None
    assert ask.tap(button, "Sí") == [told]


def test_what_cannot_be_stored_says_so_in_the_end_and_a_retry_makes_one(ask, loan, settings):
    broken, whole = "/proc/nowhere", settings.MEDIA_ROOT
    ask.picture(jpeg(), CAPTION)
    ask.jobs()
    yes(ask)
    settings.MEDIA_ROOT = broken
    for _ in range(handing_in.MOST_FAILURES):
        ConfirmedReceipt.objects.update(due_at=timezone.now())
        handing_in.sweep()
    settings.MEDIA_ROOT = whole
    (told,) = ask.jobs()
    assert "Algo falló" in told
    dialog = ask.dialog
    assert dialog.name == "" and dialog.failed_at is not None
    ask.picture(jpeg(), CAPTION)
    yes(ask)
    ask.jobs()
    assert Receipt.objects.count() == 1


class KilledError(BaseException):
    """What no job lives to count."""


def test_a_file_that_comes_after_it_was_given_up_is_not_blamed(ask, loan):
    ask.picture((503, {}), CAPTION)
    button = ask.options[0][0]
    yes(ask)
    ConfirmedReceipt.objects.update(confirmed_at=timezone.now() - timedelta(minutes=61))
    (told,) = ask.jobs()
    assert "No pude descargar" in told
    Attachment.objects.update(state="ready")
    assert ask.tap(button, "Sí") == [told]


def test_one_refused_after_failures_is_told_why_again(ask, loan, monkeypatch):
    answers = [OSError("disk"), OSError("disk"), DeskError("El archivo tiene contraseña.")]

    def fail(**said):
        raise answers.pop(0)

    ask.picture(jpeg(), CAPTION)
    button = ask.options[0][0]
    yes(ask)
    monkeypatch.setattr(handing_in, "submit_receipt", fail)
    for _ in range(3):
        ConfirmedReceipt.objects.update(due_at=timezone.now())
        handing_in.sweep()
    (told,) = ask.jobs()
    assert "No puedo aceptar" in told and "contraseña" in told
    assert ask.tap(button, "Sí") == [told]


def test_a_picture_that_kills_its_job_is_given_up_and_told(ask, loan, monkeypatch):
    def kill(**said):
        raise KilledError

    ask.picture(jpeg(), CAPTION)
    ask.jobs()
    button = ask.options[0][0]
    yes(ask)
    monkeypatch.setattr(handing_in, "submit_receipt", kill)
    for _ in range(handing_in.MOST_FAILURES):
        ConfirmedReceipt.objects.update(due_at=timezone.now())
        with pytest.raises(KilledError):
            handing_in.sweep()
        assert ConfirmedReceipt.objects.get().due_at > timezone.now() + timedelta(minutes=10)
    ConfirmedReceipt.objects.update(due_at=timezone.now())
    handing_in.sweep()
    (told,) = ask.jobs()
    assert "Algo falló" in told and ask.dialog.failed_at is not None
    assert ConfirmedReceipt.objects.get().settled_at is not None
    assert ask.tap(button, "Sí") == [told]
