"""Honest, multimodal prediction of short-video performance, told as a book."""

__version__ = "0.2.0"
