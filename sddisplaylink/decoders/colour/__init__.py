"""Colour: ICC profiles for the colours of files, and conversion of pixels to sRGB."""
