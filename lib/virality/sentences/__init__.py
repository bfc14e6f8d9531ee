"""Sentences as functions of artefact tables, one module per chapter."""
