"""Animated WebP: the frames of the container, each decoded by Pillow and composed as of any other animation."""
