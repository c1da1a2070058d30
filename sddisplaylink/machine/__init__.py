"""What the machine gives: memory for decoded frames, and threads that decode ahead."""
