"""Animated images in a terminal: half-block characters everywhere, kitty graphics where the terminal has them."""
