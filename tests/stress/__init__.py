"""Random calls of the whole public API from several threads, and what must hold afterwards."""
