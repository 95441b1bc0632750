"""Meta's error codes, and what is made of each."""

import pytest

from chatbot.channels import graph_errors
from chatbot.channels.graph_errors import POLICIES, WORDS, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.once]
DAY = 24 * 3600

# --- The table -------------------------------------------------------------------------------


AGAIN = {1, 2, 4, 80007, 130429, 131000, 131016, 131049, 131056, 131057, 132069, 133004, 135000}

STOP = {0, 3, 10, 190, *range(200, 300), 368, 131005, 131031, 131037, 131042, 131044, 131045,
        131048, 131064}  # fmt: skip

NEVER = {
    33, 100, 130472, 130497, 131008, 131009, 131021, 131026, 131030, 131047, 131050, 131051,
    131052, 131053, 131062, 131063, 132000, 132001, 132005, 132007, 132008, 132012, 132015,
    132016, 132068, 133016, 137000,
}  # fmt: skip


def test_every_documented_code_is_in_the_table_and_has_words():
    assert set(POLICIES) == AGAIN | STOP | NEVER
    assert set(WORDS) == set(POLICIES)
    assert all(str(words) for words in WORDS.values())


@pytest.mark.parametrize("code", sorted({*AGAIN, *STOP, *NEVER, 99, 2388001, 138000}))
def test_each_code_is_one_of_three_things(code):
    error = refusal(400, {"code": code, "message": "Meta's words"})
    assert (error.permanent, error.stop) == (code not in AGAIN | STOP, code in STOP)
    assert (error.code, error.unconfirmed) == (str(code), False)
    assert str(error)


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500, 503])
def test_the_code_counts_and_never_the_http_status(status):
    error = refusal(status, {"code": 131047})
    assert (error.permanent, error.stop, error.unconfirmed) == (True, False, False)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (130429, {"slow": True, "retry_after": 5}),
        (131056, {"slow": False, "retry_after": 1, "growth": 4}),
        (131049, {"retry_after": DAY, "growth": 2}),
        (4, {"slow": True, "retry_after": 120}),
        (80007, {"slow": True, "retry_after": 120}),
        (131057, {"slow": True, "retry_after": 60}),
        (135000, {"tries": 2}),
        (131050, {"permanent": True, "opted_out": True, "unreachable": False}),
        (131026, {"permanent": True, "opted_out": False, "unreachable": True}),
        (131048, {"stop": True}),
        (131064, {"stop": True}),
    ],
)
def test_what_is_special_about_a_code(code, said):
    error = refusal(400, {"code": code})
    assert {name: getattr(error, name) for name in said} == said


def test_an_unknown_code_may_say_that_it_passes():
    assert not refusal(500, {"code": 99, "is_transient": True}).permanent
    assert refusal(400, {"code": 99, "is_transient": "yes"}).permanent
    assert refusal(400, {"code": 131047, "is_transient": True}).permanent


@pytest.mark.parametrize(
    "code", [True, None, "", "many", 1.5, float("inf"), [131047], -1, "9" * 400, 10**400], ids=ascii
)
def test_what_is_no_code_is_none(code):
    error = refusal(400, {"code": code, "message": "words"})
    assert (error.code, error.permanent, str(error)) == ("http_400", True, "words")


def test_a_colleague_reads_words_and_metas_own_only_where_they_say_more():
    told = {"code": 131047, "error_data": {"details": "Message failed to send because …"}}
    assert graph_errors.words(told) == str(WORDS[131047])
    told = {"code": 100, "error_data": {"details": "Parameter value is not valid"}}
    assert graph_errors.words(told) == f"{WORDS[100]} (Parameter value is not valid)"
    assert graph_errors.words({"code": 99, "error_data": "text", "message": "M"}) == "M"
