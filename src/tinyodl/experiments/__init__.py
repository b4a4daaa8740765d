"""The reference's experiment and ours, as functions over windows."""
