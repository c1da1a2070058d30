"""Data of a file: whole or still coming in, with limits, and an index of its frames."""
