"""A simulated creator: posts, real videos, and the truth that was planted."""
