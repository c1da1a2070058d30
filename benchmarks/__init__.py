"""How fast and how frugal this library is next to its peers: ``python -m benchmarks``."""
