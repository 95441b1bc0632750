"""The command: one JSON object a line, or one line of what is wrong."""

import json

import pytest

from partners.management.commands.loan_schedule import Command

pytestmark = pytest.mark.once

PLAIN = {"--principal": "100", "--rate": "7", "--terms": "6"}
DATED = PLAIN | {"--disbursed": "2024-01-01", "--first-due": "2024-02-01"}


def ask(asked):
    argv = [part for pair in asked.items() for part in pair]
    Command().run_from_argv(["manage.py", "loan_schedule", *argv])


def test_one_object_a_line(capsys):
    ask(DATED)
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 6
    assert json.loads(out[0]) == {
        "n": 1,
        "due": "2024-02-01",
        "days": 30,
        "principal": "16.43",
        "interest": "0.58",
        "total": "17.01",
        "balance": "83.57",
    }
    assert json.loads(out[-1])["balance"] == "0.00"


def test_everything_that_can_be_asked(capsys):
    ask(
        DATED
        | {"--rate-kind": "effective", "--day-count": "actual/365", "--method": "flat"}
        | {"--every": "fortnight", "--grace-principal": "1", "--grace-interest": "2"}
        | {"--round-to": "1", "--round-mode": "up", "--terms": "4"}
    )
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["due"] for row in rows] == ["2024-02-01", "2024-02-15", "2024-02-29", "2024-03-14"]
    assert [row["interest"] for row in rows[:2]] == ["0.00", "0.00"]
    assert rows[0]["principal"] == "0.00" and rows[0]["days"] == 31


def test_without_dates_it_starts_today(capsys, monkeypatch):
    ask(PLAIN)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 6 and rows[0]["days"] == 30


@pytest.mark.parametrize(
    "asked",
    [{"--rate": "0"}, {"--terms": "1"}, {"--disbursed": "2024-01-31", "--first-due": "2024-02-29"}],
    ids=["no interest", "one installment", "29 February"],
)
def test_unusual_but_good(asked, capsys):
    ask(DATED | asked)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["balance"] == "0.00"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("--principal", "-100", "more than zero"),
        ("--principal", "0", "more than zero"),
        ("--principal", "99999999999999", "at most"),
        ("--principal", "9" * 400, "not a plain number"),
        ("--principal", "1e3", "not a plain number"),
        ("--principal", "1,000", "not a plain number"),
        ("--principal", "cien", "not a plain number"),
        ("--principal", "NaN", "not a plain number"),
        ("--principal", "Infinity", "not a plain number"),
        ("--principal", "-Infinity", "--principal"),
        ("--principal", "１００", "not a plain number"),
        ("--principal", "1\n2", "not a plain number"),
        ("--principal", "", "not a plain number"),
        ("--principal", "100.001", "two decimals"),
        ("--rate", "-1", "0 to 1000 percent"),
        ("--rate", "1001", "0 to 1000 percent"),
        ("--rate", "NaN", "not a plain number"),
        ("--rate", "7%", "not a plain number"),
        ("--terms", "0", "terms must be"),
        ("--terms", "-6", "terms must be"),
        ("--terms", "100000", "terms must be"),
        ("--terms", "9" * 5000, "not a whole number"),
        ("--terms", "six", "not a whole number"),
        ("--terms", "6.5", "not a whole number"),
        ("--grace-principal", "6", "grace on principal"),
        ("--grace-interest", "-1", "grace on interest"),
        ("--first-due", "2023-12-01", "after the disbursement"),
        ("--first-due", "2024-01-01", "after the disbursement"),
        ("--first-due", "2023-02-29", "no day 2023-02-29"),
        ("--first-due", "20240201", "not a date"),
        ("--disbursed", "0000-01-01", "no day"),
        ("--disbursed", "yesterday", "not a date"),
        ("--round-to", "0", "more than zero"),
        ("--round-to", "1000", "installment would be"),
        ("--method", "german", "invalid choice"),
        ("--every", "year", "invalid choice"),
        ("--day-count", "30/365", "invalid choice"),
        ("--rate-kind", "", "invalid choice"),
        ("--round-mode", "down", "invalid choice"),
        ("--colour", "green", "unrecognized"),
    ],
)
def test_bad_arguments_are_one_line_and_exit_2(name, value, said, capsys):
    with pytest.raises(SystemExit) as ended:
        ask(DATED | {name: value})
    out, err = capsys.readouterr()
    assert ended.value.code == 2 and out == ""
    assert said in err and err.count("\n") == 1 and err.endswith("\n")


def test_the_end_of_the_calendar(capsys):
    with pytest.raises(SystemExit) as ended:
        ask(PLAIN | {"--disbursed": "9999-12-31"})
    assert ended.value.code == 2 and "calendar ends" in capsys.readouterr().err


def test_what_is_missing_is_named(capsys):
    with pytest.raises(SystemExit) as ended:
        ask({"--rate": "7"})
    err = capsys.readouterr().err
    assert ended.value.code == 2 and "--principal, --terms" in err and err.count("\n") == 1
