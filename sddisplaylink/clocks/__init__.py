"""Clocks: the displays of this system, references to native clocks, and virtual time for tests."""
