"""The book: its chapters, what a notebook talks to, the runner and the publisher."""
