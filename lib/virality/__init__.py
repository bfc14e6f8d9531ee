"""Honest, multimodal prediction of short-video performance, told as a book."""

__version__ = "0.1.0"
