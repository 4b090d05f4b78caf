"""The second set of vectors: what the Python implementation computes from inputs of its own."""
