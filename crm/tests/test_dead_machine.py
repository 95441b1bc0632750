"""A PostgreSQL machine that dies says nothing: whoever waits for it is not left to wait."""

import os
import socket
from contextlib import closing

import psycopg2
import pytest
from django.db import connection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("not os.environ.get('DATABASE_URL', '').startswith('postgres')"),
]


def option(door, level, name):
    return door.getsockopt(level, getattr(socket, name))


def test_silence_of_the_machine_is_bounded():
    """In loopback no machine dies; so what the kernel was told is asked of the kernel."""
    connection.ensure_connection()
    with closing(socket.socket(fileno=os.dup(connection.connection.fileno()))) as door:
        if door.family == socket.AF_UNIX:
            pytest.skip("DATABASE_URL leads to a socket's file")
        tcp = socket.IPPROTO_TCP
        assert option(door, socket.SOL_SOCKET, "SO_KEEPALIVE")
        assert [option(door, tcp, f"TCP_KEEP{name}") for name in ("IDLE", "INTVL", "CNT")] == [
            10, 5, 3,
        ]  # fmt: skip
        assert option(door, tcp, "TCP_USER_TIMEOUT") == 10_000


def test_a_database_at_a_file_takes_the_same_options(tmp_path):
    """They are about TCP; elsewhere they are passed over, and nothing is said of them."""
    params = {**connection.get_connection_params(), "host": str(tmp_path)}
    with pytest.raises(psycopg2.OperationalError, match="No such file or directory"):
        psycopg2.connect(**params)
