"""Encoders, their table and weights, how a run chooses them, and the question they are asked."""
