"""What a chapter found: numbers, names and verdicts, decided once and without words."""
