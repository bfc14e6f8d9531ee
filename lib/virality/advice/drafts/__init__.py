"""A draft, before it is posted: what to expect of it, and why."""
