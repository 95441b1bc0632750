"""The page of opening hours, special days, and of how long people may leave somebody waiting."""
