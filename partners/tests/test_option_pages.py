"""Payment options: looked at by officers, kept by managers, read by page, PDF and bot."""

import pytest

from crm.audit.models import AuditEntry
from partners.models import PaymentOption
from partners.paying import options_for

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

LIST = "/partners/payment-options/"
BANK = {
    "kind": "bank",
    "name": "Banco Ejemplo",
    "number": "191-0000000-0-00",
    "cci": "011-241-000190006582-70",
    "holder": "Casas Ejemplo",
    "currency": "PEN",
    "instructions": "Write your member number.",
}


def make(name="Yape", **said):
    return PaymentOption.objects.create(
        **{"kind": "yape", "name": name, "number": "+51911000001"} | said
    )


def names():
    return list(PaymentOption.objects.values_list("name", flat=True))


@pytest.fixture
def desk(browser, manager):
    return browser(manager)


def test_an_option_is_added_as_the_last_one(desk, manager):
    make(weight=400)
    answer = desk.post(f"{LIST}new/", BANK, follow=True)
    assert "Banco Ejemplo was added" in answer.content.decode()
    assert names() == ["Yape", "Banco Ejemplo"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("payment_option_added", manager)
    assert entry.after["cci"] == "01124100019000658270"


def test_page_pdf_and_bot_read_the_same(desk):
    desk.post(f"{LIST}new/", BANK)
    (way,) = options_for("PEN")
    assert way.title == "Bank account: Banco Ejemplo"
    assert str(way) == (
        "Bank account: Banco Ejemplo\nAccount: 191-0000000-0-00\nCCI: 011-241-000190006582-70\n"
        "In the name of: Casas Ejemplo\nWrite your member number."
    )
    assert options_for("USD") == []


def test_an_option_without_a_currency_serves_all(db):
    make()
    make("Hidden", is_active=False)
    (way,) = options_for("BRL")
    assert (way.title, way.facts) == ("Yape", (("Phone", "+51 911 000 001"),))


def test_what_changes_is_on_record(desk, manager):
    desk.post(f"{LIST}new/", BANK)
    option = PaymentOption.objects.get()
    desk.post(f"{LIST}{option.pk}/", BANK | {"number": "191-1111111-1-11"})
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor) == ("payment_option_changed", manager)
    assert entry.before == {"number": "191-0000000-0-00"}
    assert entry.after == {"number": "191-1111111-1-11"}
    desk.post(f"{LIST}{option.pk}/", BANK | {"number": "191-1111111-1-11"})
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"cci": "123"}, "twenty digits"),
        ({"cci": "011-241-000190006582-71"}, "check digits of this CCI do not fit"),
        ({"number": "12"}, "5 to 30 digits"),
        ({"number": "", "cci": ""}, "number or its CCI"),
        ({"name": "  "}, "required"),
        ({"name": "x" * 81}, "at most 80"),
        ({"currency": "XXL"}, "not one of the available choices"),
        ({"kind": "gold"}, "not one of the available choices"),
        ({"kind": "yape", "cci": "", "number": "no"}, "phone number it is paid to"),
        ({"kind": "yape", "number": "911000001"}, "Only a bank account has a CCI"),
        ({"kind": "pix", "cci": "", "number": "x"}, "A Pix key is"),
        ({"number": "1\x00234567"}, "Null characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(desk, said, words):
    answer = desk.post(f"{LIST}new/", BANK | said)
    assert answer.status_code == 200 and words in answer.content.decode()
    assert not PaymentOption.objects.exists() and not AuditEntry.objects.exists()


def test_its_page_says_who_changed_what(desk, manager):
    desk.post(f"{LIST}new/", BANK)
    option = PaymentOption.objects.get()
    desk.post(f"{LIST}{option.pk}/", BANK | {"cci": "", "holder": "<b>Other"})
    desk.post(f"{LIST}{option.pk}/show/?shown=0")
    page = desk.get(f"{LIST}{option.pk}/").content.decode()
    for words in ("Added", "Changed", "Hidden", "011-241-000190006582-70", "Casas Ejemplo"):
        assert words in page
    assert str(manager) in page and "&lt;b&gt;Other" in page and "<b>Other" not in page


def test_options_move_up_and_down(desk):
    for name in ("A", "B", "C"):
        make(name)
    second = PaymentOption.objects.get(name="B")
    desk.post(f"{LIST}{second.pk}/move/", {"to": "up"})
    assert names() == ["B", "A", "C"]
    desk.post(f"{LIST}{second.pk}/move/", {"to": "up"})  # there is no further up
    desk.post(f"{LIST}{second.pk}/move/", {"to": "down"})
    desk.post(f"{LIST}{second.pk}/move/", {"to": "down"})
    assert names() == ["A", "C", "B"]
    places = [(one.before["place"], one.after["place"]) for one in AuditEntry.objects.all()]
    assert places == [(2, 3), (1, 2), (2, 1)]


def test_an_option_is_hidden_and_shown_again(desk):
    option = make()
    answer = desk.post(f"{LIST}{option.pk}/show/?shown=0", follow=True)
    assert "Yape is no longer shown" in answer.content.decode()
    assert options_for("PEN") == [] and "Hidden" in desk.get(LIST).content.decode()
    again = desk.post(f"{LIST}{option.pk}/show/?shown=0", follow=True)
    assert "hidden already" in again.content.decode()
    desk.post(f"{LIST}{option.pk}/show/?shown=1")
    assert len(options_for("PEN")) == 1
    assert [one.action for one in AuditEntry.objects.all()] == [
        "payment_option_shown",
        "payment_option_hidden",
    ]


def test_saving_a_form_opened_before_it_was_hidden_leaves_it_hidden(desk):
    option = make()
    desk.post(f"{LIST}{option.pk}/show/?shown=0")
    desk.post(f"{LIST}{option.pk}/", {"kind": "yape", "name": "Yape 2", "number": "911000002"})
    option.refresh_from_db()
    assert (option.name, option.is_active) == ("Yape 2", False)


def test_an_empty_list_says_what_to_do(desk, browser, officer):
    page = desk.get(LIST).content.decode()
    assert "No payment options yet" in page and f"{LIST}new/" in page
    assert f"{LIST}new/" not in browser(officer).get(LIST).content.decode()


def test_officers_look_managers_change_others_neither(browser, officer, agent, desk):
    option = make()
    asked = [
        ("get", LIST, 200),
        ("get", f"{LIST}new/", 403),
        ("post", f"{LIST}new/", 403),
        ("get", f"{LIST}{option.pk}/", 403),
        ("post", f"{LIST}{option.pk}/", 403),
        ("post", f"{LIST}{option.pk}/move/", 403),
        ("post", f"{LIST}{option.pk}/show/", 403),
    ]
    for method, path, status in asked:
        assert getattr(browser(officer), method)(path, BANK).status_code == status, path
        assert getattr(browser(agent), method)(path, BANK).status_code == 403, path
        stranger = getattr(browser(), method)(path, BANK)
        assert stranger["Location"].startswith("/accounts/login/")
    assert f"{LIST}{option.pk}/move/" not in browser(officer).get(LIST).content.decode()
    assert desk.get(f"{LIST}{option.pk}/").status_code == 200
    assert desk.get(f"{LIST}{option.pk + 1}/").status_code == 404


def test_the_list_costs_as_many_queries_with_thirty_as_with_one(
    desk, django_assert_max_num_queries
):
    for number in range(30):
        make(f"Yape {number}")
    desk.get(LIST)
    with django_assert_max_num_queries(9):
        desk.get(LIST)


def test_what_people_write_is_only_text(desk):
    make("<script>alert(1)</script>", kind="other", number="<b>1", instructions="<img src=x>")
    page = desk.get(LIST).content.decode()
    for tag in ("<script>alert", "<b>1", "<img src=x"):
        assert tag not in page
