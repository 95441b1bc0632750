"""The pages: who may open them, what they show, what they take."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from crm.imports import verbs, work
from crm.imports.models import Import
from crm.imports.registry import importers
from crm.imports.tests.files import checked, people, ran, uploaded
from partners.models import Partner

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def other(colleague):
    return colleague("officer", username="otra")


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


LIST, NEW = "/imports/", "/imports/new/"


def post_file(client, content, kind="partners", name="socios.csv"):
    return client.post(NEW, {"kind": kind, "file": SimpleUploadedFile(name, content)})


def page(client, one, part="", **headers):
    return client.get(f"/imports/{one.pk}/{part}", headers=headers).content.decode()


def test_from_upload_to_import(browser, officer, django_capture_on_commit_callbacks):
    client = browser(officer)
    with django_capture_on_commit_callbacks():
        answer = post_file(client, people(3).encode())
    one = Import.objects.get()
    assert answer.status_code == 302 and answer["Location"] == one.get_absolute_url()
    assert 'hx-trigger="every 1s"' in page(client, one)
    work.go_on(one.pk)
    assert "Name the columns" in page(client, one)
    assert "Persona Ficticia 1" in page(client, one, "columns/")
    said = {"name": "1", "document_number": "2", "number": "0", "external_id": "3"}
    client.post(f"/imports/{one.pk}/columns/", said | {"date_order": "day", "decimal": ""})
    assert "Stop checking" in page(client, one)
    work.go_on(one.pk)
    assert "Import all 3 rows" in page(client, one) and not Partner.objects.exists()
    client.post(f"/imports/{one.pk}/run/", {"which": "all"})
    standing = page(client, one, **{"HX-Request": "true", "HX-Target": "standing"})
    assert "<progress" in standing and "<html" not in standing
    work.go_on(one.pk)
    assert "All rows are imported" in page(client, one) and Partner.objects.count() == 3
    assert "hx-trigger" not in page(client, one).partition('id="standing"')[2][:200]


def test_where_no_row_is_good_none_is_offered(browser, officer):
    one = checked("partners", "Nro socio,Nombre,DNI\nS-1,Ana,1\nS-2,Eva,2", officer)
    html = page(browser(officer), one)
    assert "No row can be imported" in html and "only the good" not in html
    one = checked("partners", "Nro socio,Nombre,DNI\nS-1,Ana,1\nS-2,Eva,12345678", officer)
    assert "or import only the good rows" in page(browser(officer), one)


def test_problems_are_paged_and_filtered(browser, officer):
    rows = "\n".join(f"S-{n},Ana,{n}," for n in range(120))
    one = checked("partners", f"Nro socio,Nombre,DNI,Nacimiento\n{rows}\nS-1,,,x", officer)
    client = browser(officer)
    first = page(client, one)
    assert first.count("<tr><td") == 50 and "Page 1 of 3" in first
    assert page(client, one, "?page=3").count("<tr><td") == 124 - 100
    chosen = page(client, one, "?column=Nacimiento")
    assert chosen.count("<tr><td") == 1 and "This is no date" in chosen
    assert page(client, one, "?column=Naci%00miento").count("<tr><td") == 1  # no 500 either
    assert "Import only" not in first and f"/imports/{one.pk}/errors/" in first


def test_the_error_file_is_handed_out(browser, officer):
    one = checked("partners", f"{people(1)}\nS-9,,1,", officer)
    answer = browser(officer).get(f"/imports/{one.pk}/errors/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("3,S-9,,1,")


def test_no_error_file_where_nothing_is_wrong(browser, officer):
    one = checked("partners", people(1), officer)
    assert browser(officer).get(f"/imports/{one.pk}/errors/").status_code == 404


def test_what_stands_in_a_file_is_shown_as_text(browser, officer):
    evil = "<script>alert(1)</script>"
    content = f'Nombre,{evil},DNI,Nro socio\n"<img src=x onerror=alert(2)>",1,{evil},{evil}'
    one = uploaded("partners", content, officer, name=f"{evil}.csv")
    client = browser(officer)
    shown = page(client, one) + page(client, one, "columns/")
    verbs.name_columns(one=one, mapping={"name": 0, "document_number": 2, "number": 1})
    work.go_on(one.pk)
    shown += page(client, one) + client.get(LIST).content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    assert evil not in shown and "<img src=x" not in shown


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "The file is empty."),
        (b"x", "a.xls", "Save the table as CSV or XLSX."),
        (b"x", "a.pdf", "Save the table as CSV or XLSX."),
    ],
)
def test_files_that_are_refused_at_the_door(browser, officer, content, name, words):
    answer = post_file(browser(officer), content, name=name)
    assert answer.status_code == 200 and words in answer.content.decode()
    assert not Import.objects.exists()


def test_a_file_too_large(browser, officer, monkeypatch):
    monkeypatch.setattr("crm.imports.forms.MOST_BYTES", 10)
    assert "Split it" in post_file(browser(officer), b"x" * 11).content.decode()


def test_a_form_without_a_file_or_with_an_odd_kind(browser, officer):
    client = browser(officer)
    assert client.post(NEW, {"kind": "partners"}).status_code == 200
    assert post_file(client, b"a", kind="cows").status_code == 200
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "1"}, "Say which column this is."),
        ({"name": "1", "document_number": "1", "number": "0"}, "already named Name"),
        ({"name": "99", "document_number": "2", "number": "0"}, "Select a valid choice"),
        ({"name": "x", "document_number": "2", "number": "0"}, "Select a valid choice"),
    ],
    ids=["missing", "twice", "none", "odd"],
)
def test_columns_are_named_once_and_those_required_all(browser, officer, said, words):
    one = uploaded("partners", people(2), officer)
    answer = browser(officer).post(f"/imports/{one.pk}/columns/", said)
    assert answer.status_code == 200 and words in answer.content.decode()
    one.refresh_from_db()
    assert one.state == "uploaded"


def test_columns_of_one_name_are_told_apart(browser, officer):
    one = uploaded("partners", "Nombre,DNI,DNI,\nAna,1,2,3", officer)
    shown = page(browser(officer), one, "columns/")
    assert "B · DNI" in shown and "C · DNI" in shown


def test_the_month_first_is_seen(browser, officer):
    content = "Nombre,DNI,Nro socio,Fecha de nacimiento\nAna,40000001,S-1,05/17/1985"
    shown = page(browser(officer), uploaded("partners", content, officer), "columns/")
    assert '<option value="month" selected>' in shown


@pytest.mark.parametrize("kind", list(importers()))
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_empty_file_to_fill_in(browser, officer, kind, form):
    answer = browser(officer).get(reverse("imports:template", args=[kind, form]))
    assert answer.status_code == 200
    one = uploaded(kind, b"".join(answer.streaming_content), officer)
    assert "no rows below" in one.failure


def test_no_other_template(browser, officer):
    client = browser(officer)
    assert client.get("/imports/templates/cows.csv").status_code == 404
    assert client.get("/imports/templates/loans.exe").status_code == 404


@pytest.mark.parametrize("role", ["agent", "marketer", ""])
def test_who_may_import_nothing_finds_no_door(browser, colleague, officer, role):
    one = checked("partners", people(1), officer)
    client = browser(colleague(role))
    for path in (LIST, NEW, one.get_absolute_url(), f"/imports/{one.pk}/errors/"):
        assert client.get(path).status_code == 403
    assert client.post(f"/imports/{one.pk}/run/", {"which": "all"}).status_code == 403
    assert post_file(client, b"a,b\n1,2").status_code == 403


def test_a_stranger_is_sent_to_log_in(browser, officer):
    one = checked("partners", people(1), officer)
    answer = browser().get(one.get_absolute_url())
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


PARTS = ["", "columns/", "errors/"]
ACTS = ["columns/", "run/", "cancel/", "resume/"]


def test_anothers_import_is_not_there_but_for_managers(browser, officer, other, manager):
    one = checked("partners", f"{people(1)}\nS-9,,1,", officer)
    stranger, boss = browser(other), browser(manager)
    assert [stranger.get(f"/imports/{one.pk}/{part}").status_code for part in PARTS] == [404] * 3
    assert [stranger.post(f"/imports/{one.pk}/{act}").status_code for act in ACTS] == [404] * 4
    assert [boss.get(f"/imports/{one.pk}/{part}").status_code for part in PARTS] == [200, 200, 404]
    assert one.original_name not in stranger.get(LIST).content.decode()
    assert one.original_name in boss.get(LIST).content.decode()
    one.refresh_from_db()
    assert one.state == "checked"


def test_documents_in_anothers_file_are_not_shown_to_who_sees_them_masked(
    browser, officer, manager
):
    content = "Nro socio,Nombre,DNI\nS-1,Ana Ficticia,49999998\n,Eva Ficticia,4999\n"
    one, own = (checked("partners", content, who) for who in (officer, manager))
    client = browser(manager)
    shown = page(client, one) + page(client, one, "columns/")
    assert "This is missing" in shown and "4999" not in shown and "Eva Ficticia" not in shown
    assert "Headings of the file" in shown and "The first rows" not in shown
    assert "49999998" in page(client, own, "columns/") and "4999" in page(client, own)
    assert client.get(f"/imports/{own.pk}/errors/").status_code == 200


def test_a_kind_one_may_not_import_is_not_there(browser, officer):
    one = checked("partners", people(1), officer)
    officer.groups.clear()
    officer.user_permissions.add(_permission("add_payment"))
    client = browser(type(officer).objects.get(pk=officer.pk))
    assert client.get(one.get_absolute_url()).status_code == 404
    shown = client.get(NEW).content.decode()
    assert 'value="payments"' in shown and 'value="partners"' not in shown
    post_file(client, b"a,b\n1,2", kind="partners")
    assert Import.objects.count() == 1


def _permission(codename):
    from django.contrib.auth.models import Permission

    return Permission.objects.get(codename=codename)


def test_buttons_pressed_too_late_are_told(browser, officer):
    one = ran("partners", people(1), officer)
    client = browser(officer)
    for act in ("run/", "cancel/", "resume/"):
        assert "moved on" in client.post(f"/imports/{one.pk}/{act}", follow=True).content.decode()
    assert client.post(f"/imports/{one.pk}/columns/", {}).status_code == 302


def test_stopping_from_the_page(browser, officer):
    one = checked("partners", people(2), officer)
    client = browser(officer)
    assert "Discarded" in client.post(f"/imports/{one.pk}/cancel/", follow=True).content.decode()


def test_the_list_says_how_each_went(browser, officer):
    client = browser(officer)
    assert "Nothing imported yet" in client.get(LIST).content.decode()
    for n in range(3):
        checked("partners", people(n + 1), officer)
    shown = client.get(LIST).content.decode()
    assert shown.count('state-new">Checked<') == 3


def test_pages_cost_few_queries(browser, officer, django_assert_max_num_queries):
    client = browser(officer)
    rows = "\n".join(f"S-{n},Ana,{n}," for n in range(120))
    one = checked("partners", f"Nro socio,Nombre,DNI,Nacimiento\n{rows}", officer)
    for _n in range(10):
        checked("partners", people(1), officer)
    for path in (LIST, one.get_absolute_url(), f"/imports/{one.pk}/columns/"):
        client.get(path)
        with django_assert_max_num_queries(20):
            client.get(path)
