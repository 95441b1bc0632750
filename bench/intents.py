"""What understanding a message costs, and how well it is done on the test part of the corpus.

No database takes part. The messages are the corpus's own, and one of the greatest length.
"""

import time
from collections.abc import Iterator
from statistics import median

from bench.report import Row
from bench.servers import Stage
from chatbot.intents.detecting import detect
from chatbot.intents.hearing import corpus
from chatbot.intents.hearing.evaluation import evaluate

# Microseconds a message, and the shares the issue demands.
MOST, LEAST_RIGHT, MOST_FALSE = 1000, 0.95, 0.03
LONG = "quiero saber cuánto debo de mi préstamo y cuándo me toca pagar " * 100


def measure(stage: Stage, quick: bool) -> Iterator[Row]:
    on_topic, off_topic = corpus.part("test")
    texts = [text for _intent, text in [*on_topic, *off_topic]]
    detect(texts[0])  # the model is read once
    each = sorted(micros(text) for _round in range(1 if quick else 5) for text in texts)
    middle, nearly_all = median(each), each[int(0.99 * len(each))]
    yield Row("understanding a message, median", f"{middle:.0f} µs", "", None, *_below(middle))
    yield Row("the same, 99 of 100", f"{nearly_all:.0f} µs")
    longest = median(micros(LONG) for _turn in range(20))
    yield Row(
        f"a message of {len(LONG):,} characters", f"{longest:.0f} µs", "", None, *_below(longest)
    )
    result = evaluate("test")
    right, false = result.accuracy, result.false_share
    yield Row(
        "understood of the test part", f"{right:.1%}", "", None, ">= 95 %", right >= LEAST_RIGHT
    )
    yield Row(
        "off topic, taken for something", f"{false:.1%}", "", None, "<= 3 %", false <= MOST_FALSE
    )


def micros(text: str) -> float:
    """Processor time of one message, in microseconds."""
    before = time.process_time_ns()
    detect(text)
    return (time.process_time_ns() - before) / 1000


def _below(value: float) -> tuple[str, bool]:
    return f"< {MOST} µs", value < MOST
