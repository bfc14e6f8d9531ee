"""From media files to numbers: matching, probing, decoding, encoding."""
