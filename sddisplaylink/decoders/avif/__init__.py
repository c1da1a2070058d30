"""AVIF: what the boxes of the file say without decoding."""
