"""From media files to numbers: matching, probing, decoding, encoding."""

import warnings

# The libraries of the encoders warn about a widget that a page has no use for.
warnings.filterwarnings("ignore", message="IProgress not found")
