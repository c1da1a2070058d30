"""Views for game loops, of pygame and pyglet."""
