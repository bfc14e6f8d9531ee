"""Many creators at once: scores from one table, without notebooks."""
