"""Statements about the core that hold for every input, and their proofs."""
