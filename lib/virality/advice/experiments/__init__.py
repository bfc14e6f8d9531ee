"""Experiments that a creator plans, follows and has judged."""
