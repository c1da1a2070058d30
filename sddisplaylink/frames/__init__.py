"""Decoded frames: the frame itself, its pixels, and the cache that an image and its players share."""
