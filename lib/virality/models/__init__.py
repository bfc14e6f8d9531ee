"""What turns columns into a prediction: block PCA, linear models, boosters, naive rules."""
