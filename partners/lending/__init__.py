"""The arithmetic of loans: pure functions over Decimals and dates. Nothing here knows Django."""
