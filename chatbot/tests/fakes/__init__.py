"""Providers on loopback: they speak their sending API, record, and misbehave on request."""
