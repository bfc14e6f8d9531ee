"""SHAP values by block and concept, and content regimes with a null to beat."""
