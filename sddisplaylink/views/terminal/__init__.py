"""Animated images in a terminal: by half-block characters, or by kitty graphics or sixels where they are supported."""
