"""The list page: one URL, filters and sort in it, cheap however long the table is."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.desk import paging
from crm.desk.counting import MOST_COUNTED
from crm.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("things")]
TABLE = {"HX-Request": "true", "HX-Target": "table"}


@pytest.fixture
def desk(browser, colleague):
    return browser(colleague("administrator"))


@pytest.fixture
def crowd(db):
    def make(count, **fields):
        User.objects.bulk_create(
            User(username=f"x{number:05}", email=f"e{number % 7}@ejemplo.test", **fields)
            for number in range(count)
        )

    return make


def names(answer):
    return [row.record.username for row in answer.context["table"].paginated_rows]


def test_the_whole_page_and_a_part_of_it_have_one_address(desk, crowd):
    crowd(3)
    page = desk.get("/things/")
    part = desk.get("/things/", headers=TABLE)
    assert b"<html" in page.content
    assert b"<html" not in part.content
    assert names(page) == names(part) == ["x00000", "x00001", "x00002"]
    assert "HX-Target" in page["Vary"]


def test_rows_are_links(desk, crowd):
    crowd(1)
    person = User.objects.get(username="x00000")
    (link,) = re.findall(r"<a [^>]*row-link[^>]*>", desk.get("/things/").content.decode())
    assert f'href="/thing/{person.pk}/"' in link


def test_filters_stand_in_the_address_and_can_be_taken_away(desk, crowd):
    crowd(2)
    User.objects.filter(username="x00001").update(is_staff=True)
    answer = desk.get("/things/?is_staff=True&sort=-username&page=1")
    assert names(answer) == ["x00001"]
    (chip,) = answer.context["chips"]
    assert (chip.label, chip.value, chip.url) == ("Staff", "yes", "?sort=-username")


def test_empty_parameters_leave_the_address(desk, crowd):
    crowd(1)
    answer = desk.get("/things/?is_staff=&sort=&page=1", headers=TABLE)
    assert answer["HX-Push-Url"] == "/things/"


def test_renewing_what_one_sees_adds_nothing_to_the_history(desk):
    headers = TABLE | {"HX-Current-URL": "http://testserver/things/?is_staff=True"}
    assert "HX-Push-Url" not in desk.get("/things/?is_staff=True", headers=headers)


def test_nonsense_in_the_address_is_harmless(desk, crowd):
    crowd(30)
    for query in ("page=-3", "page=x", "sort=password", "is_staff=maybe"):
        answer = desk.get(f"/things/?{query}&per_page=100000")
        assert answer.status_code == 200
        assert len(names(answer)) == 25


def test_a_page_behind_the_last_one_is_the_last_one(desk, crowd, django_assert_max_num_queries):
    crowd(30)
    assert len(names(desk.get("/things/?page=999999"))) == 5
    with CaptureQueriesContext(connection) as usual:
        desk.get("/things/?page=2")
    with django_assert_max_num_queries(len(usual)):
        desk.get("/things/?page=9")


def test_sorting_keeps_equal_rows_in_order_from_page_to_page(desk, crowd):
    crowd(60)
    pages = [names(desk.get(f"/things/?sort=email&page={number}")) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [25, 25, 10]
    assert len({name for page in pages for name in page}) == 60


def test_nothing_at_all_and_nothing_for_these_filters_say_different_things(desk, crowd):
    assert b"Nobody yet" in desk.get("/things/").content
    crowd(1)
    answer = desk.get("/things/?is_staff=True")
    assert b"Nobody yet" not in answer.content
    assert answer.context["clear"] == "?"


def test_a_long_table_is_not_counted_to_its_end(desk, crowd, django_assert_max_num_queries):
    crowd(paging.COUNT_CAP + 60)
    with django_assert_max_num_queries(9) as seen:
        answer = desk.get("/things/?page=2")
    paginator = answer.context["table"].paginator
    assert (paginator.capped, paginator.count) == (True, paging.COUNT_CAP)
    counts = [query["sql"] for query in seen.captured_queries if "COUNT(" in query["sql"]]
    menus = [sql for sql in counts if f"LIMIT {MOST_COUNTED})" in sql]
    assert len(menus) == 1 < len(counts)
    assert all(f"LIMIT {paging.COUNT_CAP + 1}" in sql for sql in counts if sql not in menus)


def test_pages_beyond_the_count_are_reached_by_going_on(desk, crowd):
    crowd(paging.COUNT_CAP + 60)
    last_known = desk.get(f"/things/?page={paging.COUNT_CAP // 25}")
    assert last_known.context["table"].page.has_next()
    beyond = desk.get(f"/things/?page={paging.COUNT_CAP // 25 + 3}")
    assert len(names(beyond)) == 10
    assert not beyond.context["table"].page.has_next()


def test_a_live_list_says_which_version_it_shows(desk, crowd):
    crowd(1)
    page = desk.get("/things/?is_staff=False").content.decode()
    assert 'data-pulse="things" data-pulse-version="7" hx-get="/things/?is_staff=False"' in page
