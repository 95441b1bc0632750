"""Receipts by chat: sent, tapped or worked at twice, they are one; a restart loses nothing."""

from decimal import Decimal

import pytest
from django.db import connection

from chatbot.intents import handing_in
from chatbot.models import ConfirmedReceipt
from chatbot.tests import receipts_known
from chatbot.tests.receipts_known import CAPTION, yes
from chatbot.tests.self_service import MOST_QUERIES, at_once, jpeg, make_loan, restarted
from chatbot.work import work_off
from partners.models import Receipt

pytestmark = [pytest.mark.once, pytest.mark.django_db]
loan = receipts_known.loan


# --- Once ------------------------------------------------------------------------------------


def test_the_same_picture_twice_is_one_receipt(ask, loan):
    for _ in range(2):
        ask.picture(jpeg(), CAPTION)
        yes(ask)
        (told,) = ask.jobs()
    assert Receipt.objects.count() == 1
    assert "ya lo tenía" in told


def test_the_same_webhook_twice_is_one_receipt(ask, loan):
    ask.graph.media["900"] = jpeg()
    image = {"id": "900", "mime_type": "image/jpeg", "sha256": "x", "caption": CAPTION}
    element = {"type": "image", "image": image}
    first = ask.element(element, wamid="wamid.SAME")
    assert len(first) == 1 and ask.element(element, wamid="wamid.SAME") == []
    yes(ask)
    ask.jobs()
    assert Receipt.objects.count() == 1


def test_the_same_button_twice_is_one_receipt(ask, loan):
    ask.picture(jpeg(), CAPTION)
    button = ask.options[0][0]
    assert "guardando" in ask.tap(button)[0]
    assert "Ya me lo confirmaste" in ask.tap(button)[0]
    ask.jobs()
    (text,) = ask.tap(button)
    assert f"n.º {Receipt.objects.get().pk}" in text
    assert ask.jobs() == []


def test_the_job_twice_stores_and_tells_once(ask, loan):
    ask.picture(jpeg(), CAPTION)
    yes(ask)
    (row,) = ConfirmedReceipt.objects.all()
    assert len(ask.jobs()) == 1
    handing_in.hand_in(row.pk)
    handing_in.sweep()
    assert ask.jobs() == [] and Receipt.objects.count() == 1


def test_a_button_of_an_older_picture_confirms_no_other(ask, loan):
    ask.picture(jpeg(), CAPTION)
    old = ask.options[0][0]
    ask("cancelar")
    ask.picture(jpeg("red"), CAPTION)
    ask.tap(old)
    ask.jobs()
    assert not ConfirmedReceipt.objects.exists()


def test_a_second_picture_waits_for_the_first(ask, loan):
    ask.picture(jpeg(), "Monto: 500")
    texts = ask.picture(jpeg("red"))
    assert "uno en uno" in texts[0] and "¿Qué día pagaste?" in texts[1]
    ask("ayer")
    ask("sí")
    ask.jobs()
    assert Receipt.objects.count() == 1


# --- Restarts and two at once ----------------------------------------------------------------


def test_a_restart_in_the_middle_of_every_step(ask, ana, product, loan):
    make_loan(ana, product, "P-000007")
    restarted()
    ask("comprobante")
    restarted()
    ask.picture(jpeg())
    for answer in ("450", "ayer", "P-000007", "no"):
        restarted()
        ask(answer)
    assert ask.dialog.step == "mend"
    restarted()
    ask("el monto")
    restarted()
    ask("460")
    restarted()
    ask("sí")
    restarted()
    ask.jobs()
    receipt = Receipt.objects.get()
    assert (receipt.amount, receipt.loan.number) == (Decimal("460.00"), "P-000007")


def test_a_voice_note_in_the_middle_leaves_the_question_open(ask, loan):
    for step, go_on in (("file", None), ("amount", jpeg), ("day", "500"), ("confirm", "ayer")):
        if go_on is None:
            ask("comprobante")
        elif go_on is jpeg:
            ask.picture(jpeg())
        else:
            ask(go_on)
        assert ask.dialog.step == step
        (text,) = ask.picture(None, kind="audio", mime="audio/ogg")
        assert "escuchar" in text
        assert (ask.dialog.step, ask.dialog.misunderstood) == (step, 0)


def test_queries_of_every_message_are_few(ask, ana, product, loan):
    make_loan(ana, product, "P-000007")
    steps = [lambda: ask("comprobante"), lambda: ask.picture(jpeg())]
    steps += [lambda words=words: ask(words) for words in ("450", "ayer", "P-000007", "no", "no")]
    for step in steps:
        step()
        assert len(ask.queries) <= MOST_QUERIES


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_two_workers_on_one_confirmed_receipt_store_one(ask, loan):
    ask.picture(jpeg(), CAPTION)
    ask.jobs()
    yes(ask)
    (row,) = ConfirmedReceipt.objects.all()
    at_once(lambda: handing_in.hand_in(row.pk), lambda: handing_in.hand_in(row.pk))
    assert Receipt.objects.count() == 1
    assert len(ask.jobs()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_two_taps_at_once_confirm_once(ask, loan):
    ask.picture(jpeg(), CAPTION)
    button = ask.options[0][0]
    for number in (1, 2):
        ask.post_tap(button, wamid=f"wamid.BOTH{number}")
    at_once(work_off, work_off)
    assert ConfirmedReceipt.objects.count() == 1
    ask.jobs()
    assert Receipt.objects.count() == 1
