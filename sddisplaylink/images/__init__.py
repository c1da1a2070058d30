"""Animated images, opened from a file or still coming in."""
