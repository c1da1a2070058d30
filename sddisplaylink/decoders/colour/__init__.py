"""Colour: what a file says of its colours as an ICC profile, and pixels brought from there to sRGB."""
