"""The portfolio page with 100,000 loans against the same page with 1,000; what adding them up and
a new day cost; and how much a partner's page with many loans asks of the database. PostgreSQL."""

import time
from collections.abc import Iterator

import requests

from bench.leads import Office as LeadOffice
from bench.leads import create_database
from bench.queries import ASK, COUNTED
from bench.report import Row, percentile
from bench.servers import Process, Stage, free_port, procfile, wait_for_port

SMALL, LARGE = 1_000, 100_000  # loans; half of the partners have one
MOST_RATIO = 1.5
MANY, MOST_QUERIES = 20, 12  # loans of the partner whose page is looked at
PAGE = "/partners/portfolio/"
ASKED = ("", "?agency={agency}", "?officer={officer}")
AN_AGENCY = "from crm.people.models import Agency; print(Agency.objects.last().pk)"
# Makes one partner with so many loans, each with a payment; prints the address of their page.
BORROWER = """
from datetime import date, timedelta
from decimal import Decimal
from django.utils import timezone
from crm.people.models import Contact
from partners.loans import disburse, draft_loan
from partners.models import LoanProduct, Partner
from partners.payments import book_payment
contact = Contact.objects.create(name="Ana Ficticia")
partner = Partner.objects.create(contact=contact, number="BENCH-1")
begun = timezone.localdate() - timedelta(days=100)
for number in range({many}):
    loan = draft_loan(
        partner=partner, product=LoanProduct.objects.first(), principal=Decimal(1200), terms=12,
        disbursed_on=begun, first_due=begun + timedelta(days=30), number=f"B-{{number}}", by=None,
    )
    loan = disburse(loan=loan, by=None)
    book_payment(loan=loan, amount=Decimal(50), paid_on=begun + timedelta(days=40), by=None)
print(partner.get_absolute_url())
"""
# Seconds of adding up; and of bringing loans to the next day, with how many of them were late: each
# of those is played by itself.
ADD_UP = """
import time
from partners.portfolio import rollup
taken = []
for _ in range({tries}):
    started = time.perf_counter()
    rollup.compute()
    taken.append(time.perf_counter() - started)
print(sorted(taken)[len(taken) // 2])
"""
NEW_DAY = """
import time
from datetime import timedelta
from django.utils import timezone
from partners import arrears
from partners.models import Loan
tomorrow = timezone.localdate() + timedelta(days=1)
late = Loan.objects.running().filter(next_due__lt=tomorrow).count()
started = time.perf_counter()
loans, _ = arrears.renew_loans(tomorrow, seconds={seconds})
taken = time.perf_counter() - started
left = Loan.objects.running().filter(next_due__lt=tomorrow, as_of__lt=tomorrow).count()
print(loans, late - left, taken)
"""


class Office(LeadOffice):
    """A desk with so many loans, its web server, and a manager who is logged in."""

    def __init__(self, stage: Stage, loans: int) -> None:
        self.loans, self.port = loans, free_port()
        self.environment = self.surroundings(create_database(f"loans_{loans}"))
        self.manage("prepare")
        self.manage("seed_demo", "--partners", str(2 * loans))
        stage.processes.append(web := Process(*procfile("web"), environment=self.environment))
        wait_for_port(self.port, web)
        self.people = {"gerente": self.log_in("gerente")}
        self.names = {
            "officer": self.key_of("analista07"),
            "agency": self.run(AN_AGENCY),
        }

    def run(self, script: str) -> str:
        """What a script prints inside of this office."""
        return self.manage("shell", "--no-imports", "-c", script).strip()

    def page(self, path: str, **headers: str) -> requests.Response:
        url = f"http://127.0.0.1:{self.port}{path.format(**self.names)}"
        answer = self.people["gerente"].get(url, headers=headers, allow_redirects=False)
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")
        return answer


def measure(stage: Stage, quick: bool) -> Iterator[Row]:
    small = Office(stage, SMALL)
    large = Office(stage, LARGE // 10 if quick else LARGE)
    for asked in ASKED:
        yield compared(small, large, PAGE + asked, 11 if quick else 41)
    yield added_up(small, large, 3 if quick else 5)
    yield new_day(large, 20 if quick else 60)
    yield partner_page(small)


def compared(small: Office, large: Office, path: str, tries: int) -> Row:
    """The page of both in turn, so that whatever else the machine does meets both."""
    queries = int(large.page(path, **{ASK: "1"}).headers[COUNTED])
    taken: dict[Office, list[float]] = {small: [], large: []}
    for _ in range(tries):
        for office, seconds in taken.items():
            started = time.perf_counter()
            office.page(path)
            seconds.append(time.perf_counter() - started)
    floor, ours = (percentile(seconds, 0.25) for seconds in taken.values())
    return Row(
        f"portfolio, {large.loans:,} loans, {path.removeprefix(PAGE) or 'all'}",
        f"{ours * 1000:.1f} ms, {queries} queries",
        f"{floor * 1000:.1f} ms, {small.loans:,} loans",
        ours / floor,
        f"<= {MOST_RATIO}",
        ours / floor <= MOST_RATIO,
    )


def added_up(small: Office, large: Office, tries: int) -> Row:
    few, many = (float(one.run(ADD_UP.format(tries=tries))) for one in (small, large))
    return Row("adding the portfolio up, by a job", f"{many * 1000:.0f} ms", f"{few * 1000:.0f} ms")


def new_day(office: Office, seconds: int) -> Row:
    loans, late, taken = office.run(NEW_DAY.format(seconds=seconds)).split()
    return Row(
        f"a new day, {int(loans):,} loans, {int(late):,} late",
        f"{int(loans) / float(taken):.0f} loans/s",
        f"{int(late) / float(taken):.0f} late ones/s",
    )


def partner_page(office: Office) -> Row:
    address = office.run(BORROWER.format(many=MANY))
    office.page(address)
    queries = int(office.page(address, **{ASK: "1"}).headers[COUNTED])
    return Row(
        f"a partner's page, {MANY} loans",
        f"{queries} queries",
        demand=f"<= {MOST_QUERIES}",
        ok=queries <= MOST_QUERIES,
    )
