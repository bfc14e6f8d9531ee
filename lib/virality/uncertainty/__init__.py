"""Prediction intervals, the chance to go viral, calibration, a mixture of regimes."""
