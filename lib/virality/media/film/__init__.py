"""The opening of one film: what is in the file, its pictures, its sound, its early energy."""
