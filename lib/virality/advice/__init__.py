"""What to do next: claims that hold their level, or the experiment that would settle them."""
