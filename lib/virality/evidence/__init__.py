"""Is anything predictable at all? Tests, learning curve and what could have been seen."""
