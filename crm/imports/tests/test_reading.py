"""Files as they come: encodings, separators, workbooks, and what is no table at all."""

import io
import zipfile

import pytest

from crm.errors import DeskError
from crm.imports import reading, sheets
from crm.imports.contract import Percentage, Plain
from crm.imports.reading import lines, normalise
from crm.imports.tests.files import csv_bytes, sheet
from crm.imports.workbook import packed, workbook

HEAD, ROW = "Nombre;Año", "Íñigo Ñahui;2025"


@pytest.fixture
def read(tmp_path):
    """The headings and the rows, numbered, of a file's bytes."""

    def read(content):
        source, target = tmp_path / "upload", tmp_path / "rows.jsonl"
        source.write_bytes(content)
        contents = normalise(source, target)
        found, end = lines(target, 0, 1000)
        assert end == target.stat().st_size and len(found) == contents.rows
        return contents.headings, found

    return read


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_encodings(read, encoding):
    assert read(csv_bytes(HEAD, ROW, encoding=encoding)) == (
        ["Nombre", "Año"],
        [(2, ["Íñigo Ñahui", "2025"])],
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_separators(read, delimiter):
    content = csv_bytes(*(delimiter.join(row) for row in (("a", "b", "c"), ("1", "2.5", "x y"))))
    assert read(content) == (["a", "b", "c"], [(2, ["1", "2.5", "x y"])])


def test_commas_in_the_amounts_do_not_make_columns(read):
    headings, rows = read(b"Nombre;Monto\nAna;1,5\nLuis;2,5\n")
    assert headings == ["Nombre", "Monto"] and rows[0] == (2, ["Ana", "1,5"])


def test_excels_own_first_line_names_the_separator(read):
    assert read(b"sep=|\r\na|b,c\r\n1|2\r\n")[0] == ["a", "b,c"]


def test_quotes_line_ends_and_separators_inside_a_cell(read):
    content = b'Nombre,Nota\r\n"Ficticia, Ana","dos\r\nlineas"\r\n"Luis ""el otro""",x\r\n'
    assert read(content)[1] == [
        (2, ["Ficticia, Ana", "dos\r\nlineas"]),
        (3, ['Luis "el otro"', "x"]),
    ]


def test_a_heading_may_be_of_two_lines(read):
    assert read(b'"Nombre\ncompleto",DNI\nAna,1\n')[0] == ["Nombre completo", "DNI"]


def test_blank_rows_are_left_out_and_counted_as_a_spreadsheet_counts(read):
    assert read(b"\n,,\na,b\n\n , \n1,2\n")[1] == [(6, ["1", "2"])]


def test_ragged_rows_keep_what_they_have(read):
    assert read(b"a,b,c\n1\n1,2,3,4\n1,2,3,,,\n")[1] == [
        (2, ["1"]),
        (3, ["1", "2", "3", "4"]),
        (4, ["1", "2", "3"]),
    ]


def test_one_column_is_a_table_too(read):
    assert read(b"DNI\n40000001\n") == (["DNI"], [(2, ["40000001"])])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n , \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"Nombre,DNI\n", "no rows below"),
        (b"\x89PNG\r\n\x1a\n....", "neither CSV nor XLSX"),
        (b"%PDF-1.7 ...", "neither CSV nor XLSX"),
        (b"\xd0\xcf\x11\xe0 old excel", "neither CSV nor XLSX"),
        (bytes(range(256)) * 4, "neither CSV nor XLSX"),
        (b"a,b\n\x81\x8d\x8f,1\n", "neither CSV nor XLSX"),
        (b"PK\x03\x04 not really", "cannot be read"),
        (b'a,b\n"' + b"x" * 200_000 + b"\n1,2\n", "never closed"),
        (",".join(f"c{n}" for n in range(101)).encode() + b"\n1\n", "more than 100 columns"),
    ],
    ids=[
        "nothing", "blank", "mark", "header", "png", "pdf", "xls", "bytes", "no-windows-text",
        "no-zip", "open-quote", "wide",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("in_english")
def test_what_is_no_table_is_said(read, content, words):
    with pytest.raises(DeskError, match=words):
        read(content)


@pytest.mark.usefixtures("in_english")
def test_too_many_rows(read, monkeypatch, tmp_path):
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    assert len(read(b"a\n1\n2\n")[1]) == 2
    with pytest.raises(DeskError, match="more than 2 rows"):
        read(b"a\n1\n2\n3\n")


def test_a_long_cell_is_cut_to_where_its_length_is_known(read):
    (_number, (cell,)) = read(b"a\n" + b"x" * 5000)[1][0]
    assert len(cell) == reading.LONGEST_CELL + 1


def test_zero_bytes_do_not_get_to_the_database(read):
    assert read("a,b\nAna\0,2\n".encode("utf-16"))[1] == [(2, ["Ana", "2"])]


def test_workbooks_hold_texts_numbers_and_days(read):
    headings, rows = read(
        sheet(
            ["Nombre", "DNI", "Monto", "Fecha", "Tasa"],
            ["Ana Ñahui", "01234567", 1500.1, ("date", 45672), 0.30000000000000004],
            ["Luis", 40000002, 1e6, ("date", 45351), -1],
        )
    )
    assert headings == ["Nombre", "DNI", "Monto", "Fecha", "Tasa"]
    assert rows == [
        (2, ["Ana Ñahui", "01234567", "1500.1", "2025-01-15", "0.3"]),
        (3, ["Luis", "40000002", "1000000", "2024-02-29", "-1"]),
    ]


SHARES = [(1.2, "120 %"), (0.005, "0.5 %"), (0.01125, "1.125 %"), (0, "0 %"), (0.07, "7 %")]


@pytest.mark.parametrize(("share", "shown"), SHARES)
def test_a_share_shown_as_percent_is_read_as_it_is_shown(read, share, shown):
    ((_, cells),) = read(sheet([], ["a", "b", "c"], [share, "x", ("percent", share)]))[1]
    assert cells == [str(share), "x", shown]
    assert [type(cell) for cell in cells] == [Plain, str, Percentage]


@pytest.mark.parametrize(
    ("code", "is_percent"),
    [("0.0%", True), ("0 %;-0 %", True), ("0&quot; %&quot;", False), ("0\\%", False)],
)
def test_a_format_of_ones_own_may_be_percent(tmp_path, code, is_percent):
    own = f'<numFmts><numFmt numFmtId="164" formatCode="{code}"/></numFmts><fonts'
    archive = zipfile.ZipFile(io.BytesIO(sheet(["a"], [("percent", 0.5)])))
    with archive, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as made:
        for name in archive.namelist():
            text = archive.read(name).decode()
            if name == "xl/styles.xml":
                text = text.replace("<fonts", own, 1).replace('Id="10"', 'Id="164"')
            made.writestr(name, text)
    rows = list(sheets.rows(tmp_path / "a.xlsx"))
    assert rows[1] == (["50 %"] if is_percent else [0.5])


def test_a_table_need_not_begin_in_the_first_cell(read):
    content = packed(
        '<sheetData><row r="3"><c r="C3"><v>1</v></c><c r="D3"><v>2</v></c></row><row r="5">'
        '<c r="C5" s="2"><v>45672</v></c><c r="D5" s="3"><v>1.2</v></c></row></sheetData>'
    )
    assert read(content) == (["1", "2"], [(5, ["2025-01-15", "120 %"])])


def test_rows_of_a_workbook_are_numbered_as_it_shows_them(read):
    content = sheet([], [], ["a", "b"], [], ["1", "2"])
    assert read(content)[1] == [(5, ["1", "2"])]


def test_what_we_hand_out_as_a_template_we_read(read):
    assert read(workbook([["Á<b>", "b&c"], ["1", "2"]], 2)) == (["Á<b>", "b&c"], [(2, ["1", "2"])])


@pytest.mark.usefixtures("in_english")
def test_two_cells_far_apart_do_not_fill_the_memory(read):
    far = "".join(
        f'<row r="{row}"><c r="{place}{row}"><v>1</v></c></row>'
        for row, place in ((1, "A"), (1048576, "XFD"))
    )
    with pytest.raises(DeskError, match="too large"):
        read(packed(f"<sheetData>{far}</sheetData>"))


@pytest.mark.usefixtures("in_english")
def test_a_zip_bomb_is_not_unpacked(read, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(DeskError, match="too large"):
        read(packed("<sheetData/>" + " " * 2_000_000))


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("part", ["packed", "name"])
def test_a_damaged_workbook(read, part):
    content = bytearray(workbook([["a", "b"], *([f"{n * n}", "x"] for n in range(99))], 2))
    if part == "packed":  # what is unpacked from there on is nonsense
        at = content.index(b"xl/worksheets/sheet1.xml") + len("xl/worksheets/sheet1.xml")
        content[at : at + 40] = b"\xff" * 40
    else:  # said to be UTF-8, and is not
        at = content.rindex(b"xl/worksheets/sheet1.xml")
        content[at - 46 + 8 : at - 46 + 10] = b"\x00\x08"
        content[at] = 0xFF
    with pytest.raises(DeskError, match="cannot be read"):
        read(bytes(content))


@pytest.mark.usefixtures("in_english")
def test_a_zip_that_is_no_workbook(read, tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(DeskError, match="cannot be read"):
        read((tmp_path / "other.zip").read_bytes())


def test_rows_are_read_from_any_place(tmp_path):
    source, target = tmp_path / "upload", tmp_path / "rows.jsonl"
    source.write_text("a\n" + "\n".join(map(str, range(10))))
    normalise(source, target)
    first, place = lines(target, 0, 4)
    rest, end = lines(target, place, 100)
    assert [cells for _n, cells in first + rest] == [[str(n)] for n in range(10)]
    assert lines(target, end, 100) == ([], end)
