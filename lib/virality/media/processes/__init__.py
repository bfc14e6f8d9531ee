"""Films read side by side, in processes that may crash, stall or swell without harm."""
