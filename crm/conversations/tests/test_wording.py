"""A text as so many messages as its provider needs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.conversations import wording
from crm.conversations.rules import Rules

CHAT = Rules(longest_text=20, longest_question=12, buttons=3, rows=10)
PLAIN = Rules(longest_text=200)


def option(number):
    return {"id": f"o{number}", "title": f"Opción {number}"}


def texts(parts):
    return [part.text for part in parts]


def test_a_short_text_stays_one_message():
    assert wording.parts("Hola", [], CHAT) == [wording.Part("Hola")]


def test_it_is_cut_between_words_and_rather_between_lines():
    assert texts(wording.parts("uno dos tres cuatro cinco", [], CHAT)) == [
        "uno dos tres cuatro",
        "cinco",
    ]
    assert texts(wording.parts("uno dos tres\ncuatro cinco", [], CHAT)) == [
        "uno dos tres",
        "cuatro cinco",
    ]


def test_a_word_longer_than_a_message_is_cut_anyway():
    assert texts(wording.parts("x" * 45, [], CHAT)) == ["x" * 20, "x" * 20, "x" * 5]


def test_answers_stand_under_the_last_portion_and_it_is_short_enough_for_them():
    parts = wording.parts("¿Qué te interesa de todo esto?", [option(1)], CHAT)
    assert [part.options for part in parts[:-1]] == [()] * (len(parts) - 1)
    assert parts[-1].options == (option(1),)
    assert all(len(part.text) <= 20 for part in parts)
    assert len(parts[-1].text) <= 12


@pytest.mark.parametrize(("count", "shown"), [(3, "buttons"), (4, "list"), (10, "list")])
def test_up_to_three_are_buttons_and_up_to_ten_a_list(count, shown):
    assert CHAT.answers_as(count) == shown
    (part,) = wording.parts("¿Cuál?", [option(n) for n in range(count)], CHAT)
    assert part.text == "¿Cuál?"


def test_more_than_ten_and_channels_without_either_get_numbered_lines():
    eleven = [option(n) for n in range(1, 12)]
    for rules in (Rules(longest_text=400, buttons=3, rows=10), PLAIN):
        (part,) = wording.parts("¿Cuál?", eleven, rules)
        assert part.text.startswith("¿Cuál?\n\n1. Opción 1\n2. Opción 2\n")
        assert part.text.endswith("11. Opción 11")
        assert part.options == tuple(eleven)


def test_bytes_are_counted_where_the_provider_counts_them():
    rules = Rules(longest_text=10, unit="bytes")
    portions = texts(wording.parts("ñandú ñandú", [], rules))
    assert portions == ["ñandú", "ñandú"]
    assert texts(wording.parts("😀" * 5, [], rules)) == ["😀😀", "😀😀", "😀"]


@given(st.text(), st.integers(1, 40), st.sampled_from(["characters", "bytes"]))
def test_nothing_is_lost_and_nothing_is_too_long(text, longest, unit):
    longest = max(longest, 4)  # of one sign in bytes
    rules = Rules(longest_text=longest, unit=unit)
    portions = wording.split(text, longest, rules)
    assert all(rules.length(portion) <= longest for portion in portions)
    assert "".join("".join(portions).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("said", "meant"),
    [("2", "o2"), ("2.", "o2"), (" (2) ", "o2"), ("02", "o2"), ("3", None), ("0", None)],
)
def test_a_number_names_an_answer(said, meant):
    found = wording.chosen(said, [option(1), option(2)])
    assert (found and found["id"]) == meant


@pytest.mark.parametrize("said", ["", "dos", "2 casas", "²", "٢", "-1", "200"])
def test_anything_else_names_none(said):
    assert wording.chosen(said, [option(1), option(2)]) is None
