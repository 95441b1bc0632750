"""What is taken as proof of a payment, and what is refused with nothing kept of it."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings as installed
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from crm.audit.models import AuditEntry
from crm.errors import DeskError
from partners.models import Receipt
from partners.receipts import submit_receipt
from partners.tests import proofs
from partners.tests.conftest import make_loan, make_partner

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def kept(media):
    return sorted(one.name for one in media.rglob("*") if one.is_file())


def seen(receipt, number=1):
    """The picture that is shown of a page."""
    with receipt.file.storage.open(receipt.picture(number)) as file:
        return Image.open(io.BytesIO(file.read()))


TAKEN = {
    "jpeg": (proofs.picture, "image/jpeg"),
    "png": (lambda: proofs.picture("PNG"), "image/png"),
    "webp": (lambda: proofs.picture("WEBP"), "image/webp"),
    "pdf": (proofs.pdf, "application/pdf"),
}


@pytest.mark.parametrize("kind", TAKEN)
def test_pictures_and_pdfs_are_taken_by_what_they_are(partner, media, kind):
    make, content_type = TAKEN[kind]
    content = make()
    receipt = submit_receipt(partner=partner, file=content, file_name="../voucher.exe")
    assert (receipt.status, receipt.content_type) == ("pending", content_type)
    assert receipt.file_name == "voucher.exe"
    assert receipt.file.read() == content
    assert seen(receipt).format == "JPEG"
    # Under a name nobody guesses, outside of what is served to everybody.
    assert "voucher" not in receipt.file.name and len(receipt.file.name) > 30
    assert kept(media) == sorted([receipt.file.name[9:], f"{receipt.file.name[9:]}-1.jpg"])
    assert AuditEntry.objects.about(receipt).get().action == "receipt_submitted"


def test_what_is_shown_says_nothing_of_where_it_was_taken(partner):
    content = proofs.with_place()
    receipt = submit_receipt(partner=partner, file=content)
    shown = seen(receipt)
    assert not shown.getexif() and "comment" not in shown.info
    assert shown.size == (80, 60)  # upright
    assert receipt.file.read() == content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_a_camera_noted_wrongly_harms_nothing(client, officer, partner, kind):
    client.force_login(officer)
    file = SimpleUploadedFile("foto.jpg", proofs.with_broken_notes(kind))
    answer = client.post(reverse("partners:receipt_create", args=[partner.pk]), {"file": file})
    assert answer.status_code == 302
    assert seen(Receipt.objects.get()).size == (80, 60)  # upright


def test_a_jpeg_may_have_more_pixels_than_what_is_unpacked_whole(partner):
    # What looks like layers within its notes is none.
    content = proofs.of_pixels("JPEG", 5000, 4100, comment=b"\xff\xda" * 200)
    assert seen(submit_receipt(partner=partner, file=content)).size == (2400, 1968)


def test_a_jpeg_may_come_in_as_many_layers_as_a_program_writes(partner):
    assert seen(submit_receipt(partner=partner, file=proofs.of_scans(20))).size == (60, 80)


def test_of_a_long_pdf_the_first_pages_are_shown(partner):
    receipt = submit_receipt(partner=partner, file=proofs.pdf(7))
    assert receipt.pages == 7 and list(receipt.pictures) == [1, 2, 3, 4, 5]
    assert max(seen(receipt, 5).size) == 2000


REFUSED = {
    "too_large": (lambda: proofs.picture() + bytes(6_000_000), "larger than 5"),
    "empty": (lambda: b"", "empty"),
    "gif": (lambda: proofs.picture("GIF"), "JPEG, PNG or WebP"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "JPEG, PNG or WebP"),
    "html": (lambda: b"<html><script>alert(1)</script></html>", "JPEG, PNG or WebP"),
    "text": (lambda: b"pagado", "JPEG, PNG or WebP"),
    "bomb": (proofs.bomb, "too many pixels"),
    "png_unpacked": (lambda: proofs.of_pixels("PNG", 5000, 4001), "too many pixels"),
    "jpeg_in_layers": (
        lambda: proofs.of_pixels("JPEG", 5000, 4001, progressive=True),
        "too many pixels",
    ),
    "jpeg_colour_by_colour": (
        lambda: proofs.picture(size=(5000, 4001)).replace(b"\xff\xda\0\x0c\3", b"\xff\xda\0\x08\1"),
        "too many pixels",
    ),
    "jpeg_of_endless_layers": (lambda: proofs.of_scans(101), "damaged"),
    "jpeg_of_hidden_layers": (lambda: proofs.of_hidden_scans(300), "damaged"),
    "webp_unpacked": (lambda: proofs.of_pixels("WEBP", 4000, 3200), "too many pixels"),
    "truncated": (lambda: proofs.picture(size=(600, 800))[:2000], "damaged"),
    "truncated_png": (lambda: proofs.picture("PNG", size=(600, 800))[:900], "damaged"),
    "head_alone": (lambda: b"\xff\xd8\xff\xe0", "damaged"),
    "picture_and_archive": (proofs.with_archive, "two things"),
    "picture_and_pdf": (lambda: proofs.picture() + proofs.pdf(), "two things"),
    "picture_and_page": (lambda: proofs.picture() + b"<SCRIPT>x</SCRIPT>", "two things"),
    "pdf_script": (proofs.with_script, "run something"),
    "pdf_hidden_script": (proofs.with_hidden_script, "run something"),
    "pdf_launch": (proofs.with_launch, "run something"),
    "pdf_button": (proofs.with_button, "run something"),
    "pdf_file": (proofs.with_file, "other files"),
    "pdf_password": (lambda: proofs.with_password("secreta"), "password"),
    "pdf_locked_for_nobody": (lambda: proofs.with_password(""), "password"),
    "pdf_endless": (lambda: proofs.pdf(51), "too long"),
    "pdf_without_pages": (lambda: proofs.pdf(0), "no pages"),
    "pdf_bomb": (proofs.unpacked_too_large, "cannot be read"),
    "pdf_cut_off": (lambda: proofs.pdf()[:200], "cannot be read"),
    "pdf_in_name_only": (lambda: b"%PDF-1.7\n" + bytes(500), "cannot be read"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.usefixtures("in_english")
def test_what_is_refused_is_said_and_leaves_nothing(partner, media, case):
    make, words = REFUSED[case]
    with pytest.raises(DeskError, match=words):
        submit_receipt(partner=partner, file=make(), file_name="voucher.jpg")
    assert not Receipt.objects.exists() and kept(media) == []
    assert not AuditEntry.objects.exists()


@pytest.mark.usefixtures("in_english")
def test_a_file_that_is_too_large_is_not_even_read(partner):
    class Endless(SimpleUploadedFile):
        def read(self, *args):
            raise AssertionError("read")

    file = Endless("x.jpg", b"x")
    file.size = installed.UPLOAD_MAX_BYTES + 1
    with pytest.raises(DeskError, match="larger"):
        submit_receipt(partner=partner, file=file)


SAID_WRONGLY = {
    "negative": ({"amount": Decimal(-5)}, "more than zero"),
    "fine": ({"amount": Decimal("1.005")}, "two decimals"),
    "absurd": ({"amount": Decimal("1e12")}, "too large"),
    "to_come": ({"paid_on": date(2999, 1, 1)}, "day to come"),
    "long_number": ({"reference": "9" * 61}, "60 characters"),
}


@pytest.mark.parametrize("case", SAID_WRONGLY)
@pytest.mark.usefixtures("in_english")
def test_facts_that_cannot_be_are_refused(partner, media, case):
    facts, words = SAID_WRONGLY[case]
    with pytest.raises(DeskError, match=words):
        submit_receipt(partner=partner, file=proofs.picture(), **facts)
    assert not Receipt.objects.exists() and kept(media) == []


@pytest.mark.usefixtures("in_english")
def test_nobody_pays_anothers_loan_by_mistake(partner, product, media):
    theirs = make_loan(make_partner("Beto Ficticio", "40000002", "S-002"), product)
    with pytest.raises(DeskError, match="not this partner's"):
        submit_receipt(partner=partner, file=proofs.picture(), loan=theirs)
    assert kept(media) == []


def test_what_is_known_is_kept_beside_it(partner, loan, officer):
    receipt = submit_receipt(
        partner=partner,
        file=proofs.picture(),
        loan=loan,
        amount=Decimal("17.01"),
        paid_on=date(2024, 2, 1),
        reference="  OP   77 ",
        by=officer,
    )
    assert (receipt.loan, receipt.amount, receipt.reference) == (loan, Decimal("17.01"), "OP 77")
    assert AuditEntry.objects.about(receipt).get().actor == officer


def test_the_same_picture_twice_is_one_receipt(partner, media):
    first = submit_receipt(partner=partner, file=proofs.picture(), amount=Decimal(5))
    files = kept(media)
    again = submit_receipt(partner=partner, file=proofs.picture(), amount=Decimal(9))
    assert again == first and Receipt.objects.get().amount == 5
    assert kept(media) == files


def test_another_partner_may_send_the_same_picture(partner):
    other = make_partner("Beto Ficticio", "40000002", "S-002")
    mine = submit_receipt(partner=partner, file=proofs.picture())
    assert submit_receipt(partner=other, file=proofs.picture()) != mine


def test_yesterdays_payment_is_taken_in_today(partner):
    yesterday = timezone.localdate() - timedelta(days=1)
    assert submit_receipt(partner=partner, file=proofs.picture(), paid_on=yesterday).pk
