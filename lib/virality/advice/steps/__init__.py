"""What to do with the next posts: suggestions that all questions together bear out, or a test."""
