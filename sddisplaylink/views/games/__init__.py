"""Game loops: what views of pygame and pyglet have in common."""
