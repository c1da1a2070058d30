"""Pillow: decoding with its codecs, and its errors."""
