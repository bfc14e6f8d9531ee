"""Reading a creator's posts, in whatever form they come, into one tidy table."""
