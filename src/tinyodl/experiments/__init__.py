"""The reference's experiment and ours: trials, then all of them, then the figures."""
