"""The core in hardware, in Amaranth: to the bit what docs/fixed-point.md says."""
