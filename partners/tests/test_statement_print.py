"""The statement as a PDF, read again by pdftotext."""

import base64
import http.server
import os
import re
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from django.utils import translation

from crm.errors import DeskError
from crm.people.models import Contact
from partners.models import PaymentOption
from partners.papers import printing
from partners.papers.press import Press, PressError, press, render
from partners.payments import book_payment
from partners.statement import statement_of
from partners.tests.conftest import make_loan, make_partner

pytestmark = [pytest.mark.once, pytest.mark.django_db]

YEAR = date(2024, 1, 1), date(2024, 12, 31)
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def text_of(content, *options):
    done = subprocess.run(
        ["pdftotext", "-layout", *options, "-", "-"], input=content, capture_output=True, check=True
    )
    return re.sub(r"[ \xa0]+", " ", done.stdout.decode())


def pages_of(content):
    return text_of(content).split("\f")[:-1]


def english(partner):
    Contact.objects.filter(pk=partner.contact_id).update(language="en")
    partner.contact.refresh_from_db()
    return partner


@pytest.fixture
def visited():
    """What a server on this machine was asked for."""
    paths = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # its name is the protocol's
            paths.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    paths_and_url = paths, f"http://127.0.0.1:{server.server_port}/x.png"
    yield paths_and_url
    server.shutdown()
    server.server_close()


def test_a_file_with_the_businesss_name_the_movements_and_how_to_pay(
    browser, officer, partner, loan, settings
):
    settings.BUSINESS_NAME, settings.BUSINESS_DETAILS = "Casas Ejemplo", "RUC 20000000001 · Lima"
    PaymentOption.objects.create(
        kind="bank", name="Banco Ejemplo", number="191-0000000-0-00", cci="01124100019000658270"
    )
    book_payment(
        loan=loan, amount=Decimal("17.01"), paid_on=loan.first_due, by=None, reference="OP 77"
    )
    english(partner)
    answer = browser(officer).get(
        f"/partners/{partner.pk}/statement/pdf/", {"from": "2024-01-01", "to": "2024-03-31"}
    )
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].endswith('S-001-2024-03-31.pdf"')
    (page,) = pages_of(answer.content)
    for words in (
        "Casas Ejemplo",
        "RUC 20000000001 · Lima",
        "Ana Ficticia",
        "•••••001",
        "From 01/01/2024 to 31/03/2024",
        "Loan P-001 Personal · S/ 100.00 disbursed on 01/01/2024",
        "01/02/2024 Payment: bank transfer OP 77 17.01 83.57",
        "31/03/2024 Closing balance 101.07 17.01 S/ 84.06",
        "CCI: 011-241-000190006582-70",
        "Page 1 of 1",
    ):
        assert words in page, words
    assert "40000001" not in page and "None" not in page


def test_it_is_in_the_partners_language(partner, loan):
    """Whoever prints it: a partner whose language nobody asked is written to in Spanish."""
    with translation.override("en"):
        assert 'lang="es"' in _html(partner)
        assert "1 de febrero de 2024" not in _html(partner)
        assert 'lang="en"' in _html(english(partner))


def _html(partner):
    with translation.override(partner.contact.spoken):
        return printing.finished_html(statement_of(partner, *YEAR))


@pytest.mark.usefixtures("in_english")
def test_twenty_loans_run_over_many_pages(partner, product):
    for number in range(20):
        loan = make_loan(partner, product, number=f"P-{number:03}", terms=12)
        for month in range(2, 12):
            book_payment(
                loan=loan, amount=Decimal("8.60"), paid_on=date(2024, month, 3), by=None,
                reference=f"OP {number:02}{month:02}",
            )  # fmt: skip
    pages = pages_of(printing.print_statement(english(partner), *YEAR).content)
    assert len(pages) > 8
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        # Where rows stand, their head stands above them; no total stands alone.
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        rows = [at for at, line in enumerate(lines) if " OP " in line or "Interest," in line]
        if rows:
            assert any(line.startswith("Date Movement") for line in lines[: rows[0]])
        for before, line in pairwise(lines):
            if re.match(r"31/12/2024 Closing balance", line):
                assert re.match(r"\d\d/\d\d/2024 (Interest|Payment)", before), before
    said = "".join(pages)
    assert all(f"OP {number:02}11" in said for number in range(20))


@pytest.mark.usefixtures("in_english")
def test_long_names_and_huge_amounts_stay_on_the_page(product, settings):
    settings.BUSINESS_NAME = "Sociedad de Crédito de Mentira " * 4
    partner = make_partner("Maximiliana Ficticia de los " * 6, "40000003", "S-" + "9" * 18)
    make_loan(partner, product, number="P-" + "8" * 18, principal=Decimal("999999999999.99"),
              currency="USD", rate=Decimal(0))  # fmt: skip
    page = pages_of(printing.print_statement(english(partner), *YEAR).content)[0]
    assert "US$ 999,999,999,999.99" in page and "P-" + "8" * 18 in page


@pytest.mark.usefixtures("in_english")
def test_a_partner_without_loans_has_a_page_that_says_so(partner):
    paper = printing.print_statement(english(partner), *YEAR)
    assert "No loan had a balance" in pages_of(paper.content)[0]


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("currency", ["PEN", "USD", "JPY", "KWD"])
def test_any_currency_is_written_with_its_cents(partner, product, currency):
    sign = {"PEN": "S/", "USD": "US$"}.get(currency, currency)
    make_loan(partner, product, principal=Decimal(90_000), currency=currency)
    (page, *_rest) = pages_of(printing.print_statement(english(partner), *YEAR).content)
    assert f"{sign} 90,000.00 disbursed" in page


@pytest.mark.usefixtures("in_english")
def test_nothing_is_fetched_whatever_people_are_called(product, visited, tmp_path):
    paths, url = visited
    partner = make_partner(f'<img src="{url}">', "40000003", "S-3")
    loan = make_loan(partner, product, number='"><style>')
    book_payment(
        loan=loan, amount=Decimal(1), paid_on=loan.first_due, by=None, reference=f"<img src={url}>"
    )
    page = pages_of(printing.print_statement(english(partner), *YEAR).content)[0]
    assert "<img src=" in page and paths == []


def test_the_press_fetches_nothing_even_if_it_is_told_to(visited, tmp_path):
    paths, url = visited
    secret = tmp_path / "secret.txt"
    secret.write_text("not for paper")
    html = (
        f'<link rel="stylesheet" href="{url}"><style>@import "{url}"; p {{ background: '
        f'url({url}) }}</style><p>Hello<img src="{url}"><img src="{secret.as_uri()}">'
        f'<object data="{secret.as_uri()}"></object><a href="{secret.as_uri()}" '
        f'rel="attachment">x</a><img src="data:image/svg+xml,<svg xmlns=\'http://www.w3.org/2000/'
        f"svg' xmlns:xlink='http://www.w3.org/1999/xlink'><image xlink:href='{url}'/></svg>\">"
    )
    for content in (press.print_pdf(html), render(html)):
        assert "Hello" in text_of(content) and paths == []
        assert b"not for paper" not in content and b"EmbeddedFile" not in content


@pytest.mark.usefixtures("in_english")
def test_the_logo_stands_on_the_paper(partner, loan, settings, tmp_path):
    file = tmp_path / "logo.png"
    file.write_bytes(DOT)
    without = printing.print_statement(english(partner), *YEAR).content
    settings.BUSINESS_LOGO = str(file)
    assert b"/Image" not in without
    assert b"/Image" in printing.print_statement(partner, *YEAR).content
    file.unlink()  # gone since the start: the paper comes without it
    assert b"/Image" not in printing.print_statement(partner, *YEAR).content


@pytest.mark.usefixtures("in_english")
def test_more_than_can_be_printed_is_refused(partner, loan, monkeypatch):
    monkeypatch.setattr(printing, "MOST_LINES", 5)
    with pytest.raises(DeskError, match="Choose a shorter time"):
        printing.print_statement(partner, *YEAR)


def test_a_file_has_a_plain_name(product):
    partner = make_partner("Ana", "40000003", 'S/1 "ñ"; x')
    account = statement_of(partner, date(2024, 1, 1), date(2024, 1, 31))
    assert re.fullmatch(r"[a-z-]+-S-1-x-2024-01-31\.pdf", printing.file_name(account))


# --- The press -------------------------------------------------------------------------------


@pytest.fixture
def own_press():
    made = Press(places=2, seconds=20)
    yield made
    made.stop()


def test_one_press_prints_paper_after_paper(own_press):
    first = own_press.print_pdf("<p>Uno")
    process = own_press.process
    assert "Uno" in text_of(first) and "Dos" in text_of(own_press.print_pdf("<p>Dos"))
    assert own_press.process is process


def test_a_large_parent_does_not_make_the_press_large(own_press):
    ballast = b"x" * 400_000_000
    own_press.print_pdf("<p>Uno")
    process = own_press.process
    assert own_press.print_pdf("<p>Dos") and ballast
    assert own_press.process is process


def test_a_press_that_was_killed_is_replaced(own_press):
    own_press.print_pdf("<p>Uno")
    os.kill(own_press.process.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert "Dos" in text_of(own_press.print_pdf("<p>Dos"))


def test_a_paper_that_takes_too_long_is_given_up(own_press):
    own_press.seconds = 0.05
    with pytest.raises(PressError, match="no paper after"):
        own_press.print_pdf("<p>" + "slow " * 50_000)
    own_press.seconds = 20
    assert own_press.print_pdf("<p>Uno")


def test_who_comes_when_all_places_are_taken_is_asked_to_come_again(own_press):
    for _place in range(2):
        own_press.places.acquire()
    with pytest.raises(PressError) as refused:
        own_press.print_pdf("<p>Uno")
    assert refused.value.busy


@pytest.mark.usefixtures("in_english")
def test_a_busy_press_is_said_in_words(browser, officer, partner, loan):
    taken = 0
    while press.places.acquire(blocking=False):
        taken += 1
    try:
        answer = browser(officer).get(f"/partners/{partner.pk}/statement/pdf/", follow=True)
        assert "Other statements are being printed" in answer.content.decode()
    finally:
        for _place in range(taken):
            press.places.release()


def test_the_press_is_told_no_secrets(own_press, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "only-for-the-desk")
    own_press.print_pdf("<p>Uno")
    environment = Path(f"/proc/{own_press.process.pid}/environ").read_text()
    assert "only-for-the-desk" not in environment and "PATH=" in environment


def test_the_press_goes_with_who_started_it():
    code = "from partners.papers.press import press; press.print_pdf('x'); print(press.process.pid)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    pid = int(done.stdout)
    for _try in range(100):
        if not os.path.exists(f"/proc/{pid}"):
            return
        time.sleep(0.05)
    pytest.fail("the press stayed")
