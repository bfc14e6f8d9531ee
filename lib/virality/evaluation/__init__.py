"""Time-ordered folds, out-of-fold predictions and scores with their intervals."""
