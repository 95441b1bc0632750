"""What the issue demands to be measured, by hand: `python -m bench` (see README.md)."""
