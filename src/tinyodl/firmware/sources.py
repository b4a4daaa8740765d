"""Where the C library is: beside this package once it is installed, in firmware/ in the project."""

from pathlib import Path

HERE = Path(__file__).parent
DEVICE = ("odl", "odl_estimate", "odl_image")  # what is linked for the device in C
ROOTS = (HERE / "c", HERE.parents[2] / "firmware")


def folder() -> Path:
    """Of odl.h and odl.c."""
    for root in ROOTS:
        if (root / "odl.c").is_file():
            return root
    raise FileNotFoundError("the C library is not beside tinyodl: install tinyodl again")
