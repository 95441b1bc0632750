"""How a text becomes an intent with its slots; `..detecting` puts it together."""
