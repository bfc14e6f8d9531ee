"""One small class per file format that users bring."""
