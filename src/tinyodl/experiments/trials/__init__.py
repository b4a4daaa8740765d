"""One piece of work each, as a function of windows and of a `Trial`; plain data out."""
