"""`python -m tinyodl`."""

from tinyodl.cli import main

main()
