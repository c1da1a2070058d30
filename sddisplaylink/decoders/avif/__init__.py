"""AVIF: reads the boxes of the file without decoding."""
