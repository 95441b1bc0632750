"""Taking receipts in at the counter, their files, and who may see any of it."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from crm.audit.models import AuditEntry
from partners.models import Receipt
from partners.receipts import reject_receipt, submit_receipt
from partners.tests import proofs
from partners.tests.conftest import make_partner
from partners.tests.reviewing import facts, fresh, page, read

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def receipt(partner, loan):
    return submit_receipt(partner=partner, file=proofs.picture(), loan=loan)


@pytest.fixture
def three(partner, loan):
    return [
        submit_receipt(partner=partner, file=proofs.picture(colour=one), loan=loan)
        for one in ("white", "red", "green")
    ]


@pytest.fixture
def at_desk(browser, officer):
    return browser(officer)


# --- Taking one in, and the partner's page ------------------------------------------------------


def sent(content, name="voucher.jpg"):
    return SimpleUploadedFile(name, content, "image/jpeg")


def test_one_is_taken_in_at_the_counter(at_desk, partner, loan, officer):
    url = reverse("partners:receipt_create", args=[partner.pk])
    assert "P-001" in read(at_desk, url)
    answer = at_desk.post(url, {"file": sent(proofs.picture()), "amount": "17.01"})
    receipt = Receipt.objects.get()
    assert answer.url == page(receipt) and receipt.amount == Decimal("17.01")
    assert AuditEntry.objects.about(receipt).get().actor == officer
    again = at_desk.post(url, {"file": sent(proofs.picture())}, follow=True)
    assert "sent before" in again.content.decode() and Receipt.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<html>", "JPEG, PNG or WebP"),
        (proofs.picture() + bytes(6_000_000), "larger than 5"),
        (None, "required"),
    ],
    ids=["empty", "html", "large", "none"],
)
def test_what_cannot_be_taken_in_is_said_beside_the_file(at_desk, partner, content, words):
    url = reverse("partners:receipt_create", args=[partner.pk])
    file = {} if content is None else {"file": sent(content)}
    shown = at_desk.post(url, {"reference": "OP 77", **file}).content.decode()
    assert words in shown.replace("\xa0", " ") and "OP 77" in shown
    assert not Receipt.objects.exists()


def test_a_partners_page_shows_their_latest_receipts(at_desk, partner, three, officer):
    url = reverse("partners:receipts_of", args=[partner.pk])
    reject_receipt(receipt=three[0], by=officer, reason="No")
    shown = read(at_desk, url)
    assert all(page(one) in shown for one in three) and "Refused" in shown
    assert reverse("partners:receipt_create", args=[partner.pk]) in shown
    other = make_partner("Beto Ficticio", "40000002", "S-002")
    assert "No receipts yet" in read(at_desk, reverse("partners:receipts_of", args=[other.pk]))


# --- Files, and who may ----------------------------------------------------------------------


def test_the_original_is_given_out_as_a_file_alone(at_desk, partner):
    content = proofs.pdf()
    receipt = submit_receipt(partner=partner, file=content, file_name="v.pdf")
    answer = at_desk.get(page(receipt, "file"))
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{receipt.pk}.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]


def test_what_is_shown_is_a_picture_of_ours(at_desk, receipt):
    url = reverse("partners:receipt_page", args=[receipt.pk, 1])
    answer = at_desk.get(url)
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8\xff")
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "private" in answer["Cache-Control"]
    for number in (0, 2):
        gone = reverse("partners:receipt_page", args=[receipt.pk, number])
        assert at_desk.get(gone).status_code == 404


def test_a_file_that_is_gone_is_a_404(at_desk, receipt):
    receipt.file.storage.delete(receipt.file.name)
    assert at_desk.get(page(receipt, "file")).status_code == 404


@pytest.mark.parametrize("role", ["agent", "marketer"])
def test_others_in_the_house_see_nothing_of_it(browser, colleague, receipt, partner, role):
    client = browser(colleague(role))
    for url in (
        reverse("partners:receipts"),
        page(receipt),
        page(receipt, "file"),
        reverse("partners:receipt_page", args=[receipt.pk, 1]),
        reverse("partners:receipts_of", args=[partner.pk]),
        reverse("partners:receipt_create", args=[partner.pk]),
    ):
        assert client.get(url).status_code == 403, url
    for step in ("approve", "reject", "correct", "reopen", "hold"):
        assert client.post(page(receipt, step)).status_code == 403, step
    assert fresh(receipt).taken_by is None


def test_a_manager_reviews_as_well(browser, manager, receipt, loan):
    client = browser(manager)
    client.post(page(receipt, "approve"), facts(loan))
    assert fresh(receipt).reviewer == manager


def test_looking_without_deciding_takes_nothing(browser, colleague, receipt):
    reader = colleague()
    reader.user_permissions.add(Permission.objects.get(codename="view_receipt"))
    client = browser(reader)
    shown = read(client, page(receipt))
    assert fresh(receipt).taken_by is None and "data-key" not in shown.replace(
        'data-key="+ ="', ""
    ).replace('data-key="-"', "").replace('data-key="0"', "")


@pytest.mark.parametrize("pk", [0, 987654321])
def test_a_receipt_that_is_not_there_is_a_404(at_desk, pk):
    for step in ("", "file"):
        assert at_desk.get(page(Receipt(pk=pk), step)).status_code == 404
    for step in ("approve", "reject", "correct", "reopen", "hold"):
        assert at_desk.post(page(Receipt(pk=pk), step)).status_code == 404
