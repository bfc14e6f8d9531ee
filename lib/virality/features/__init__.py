"""What was known about a post, and when: columns with a block, a unit and a moment."""
