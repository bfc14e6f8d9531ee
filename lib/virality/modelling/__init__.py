"""Features, validation, models, uncertainty and explanation; callable without a notebook."""
