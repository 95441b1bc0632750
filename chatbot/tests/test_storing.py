"""Rows of several threads in one INSERT: each kept or refused for itself."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DataError, OperationalError, connection

from chatbot.models import InboundEvent
from chatbot.storing import Together
from chatbot.tests.graph_stub import text_body


class Table:
    """Takes rows as the database would: slowly, nothing called "bad", nothing while away."""

    def __init__(self):
        self.batches, self.away, self.busy = [], False, threading.Lock()

    def insert(self, rows):
        assert self.busy.acquire(blocking=False), "two writers at once"
        try:
            time.sleep(0.002)
            if self.away:
                raise OperationalError("away")
            if "bad" in rows:
                raise DataError("bad")
            self.batches.append(list(rows))
        finally:
            self.busy.release()


def write_all(table, rows, threads=16):
    """What became of each row's write: None, or the error it raised."""
    together = Together(table.insert)

    def write(row):
        try:
            together.write([row])
        except Exception as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(write, rows))


def test_every_row_is_written_once_and_several_at_a_time():
    table = Table()
    assert write_all(table, range(400)) == [None] * 400
    assert sorted(row for batch in table.batches for row in batch) == list(range(400))
    assert len(table.batches) < 200


def test_a_row_the_database_refuses_does_not_cost_its_neighbours():
    table = Table()
    rows = ["bad" if number % 10 == 3 else number for number in range(100)]
    outcomes = write_all(table, rows)
    refused = [row for row, error in zip(rows, outcomes, strict=True) if error]
    assert refused == ["bad"] * 10
    assert all(isinstance(error, DataError) for error in outcomes if error)
    assert len({row for batch in table.batches for row in batch}) == 90


def test_nobody_is_told_stored_while_the_database_is_away():
    table = Table()
    table.away = True
    outcomes = write_all(table, range(50))
    assert all(isinstance(error, OperationalError) for error in outcomes)
    assert table.batches == []


def test_a_writer_that_is_ended_takes_nobody_with_it():
    together = Together(lambda rows: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        together.write([1])
    assert not together.busy


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_costs_no_webhook(channel, post):
    if connection.vendor == "sqlite":
        pytest.skip("a file's connection does not die")
    assert post(text_body("Hola", wamid="wamid.1")).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    killer = connection.copy()
    with killer.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    killer.close()
    assert post(text_body("Sigo aquí", wamid="wamid.2")).status_code == 200
    assert InboundEvent.objects.count() == 2
