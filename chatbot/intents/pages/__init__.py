"""Where administrators see what the bot understands, and teach it."""
