"""Decoded frames: the frame, its pixels, and the cache that an image and its players share."""
