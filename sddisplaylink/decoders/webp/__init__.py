"""Animated WebP: each frame of the container is decoded by Pillow and composed like other animations."""
