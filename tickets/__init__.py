"""Tickets: what people complain of or ask for, until somebody has seen to it."""
