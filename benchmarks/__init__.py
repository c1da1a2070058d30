"""Compares the speed and memory of this library with other libraries: ``python -m benchmarks``."""
