"""Composition: frames drawn over one another on a canvas."""
