"""The pages of tickets: list, board, one ticket, making one, what is set up once."""
