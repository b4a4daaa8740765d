"""What `tinyodl export c` writes: the library, the model, and what CMake, Arduino and Zephyr
need."""

from tinyodl.firmware import har_header, header
from tinyodl.firmware.sources import DEVICE, folder
from tinyodl.fixed.stream import Ranges
from tinyodl.model import Model

LIBRARY = (
    *(
        f"{name}.{kind}"
        for name in (*DEVICE, "odl_har", "odl_flash", "odl_serial")
        for kind in "hc"
    ),
    *("odl_numbers.h", "odl_core.c"),
    "DESIGN.md",
)


def files(model: Model, ranges: Ranges, queue: int) -> dict[str, str]:
    """By name, in the folder that is written."""
    root = folder()
    found = {f"src/{name}": (root / name).read_text() for name in LIBRARY}
    found |= {
        "src/odl_config.h": header.config(model, queue),
        "src/odl_factory.h": header.source(model),
        "src/odl_har_factory.h": har_header.source(model, ranges),
    }
    templates = root / "layout"
    for path in sorted(p for p in templates.rglob("*") if p.is_file()):
        text = path.read_text()
        activities = ", ".join(f'"{_quoted(label)}"' for label in model.learner.classes_.tolist())
        text = text.replace("@ACTIVITIES@", activities).replace("@ACC@", f"{ranges.acc:g}")
        found[str(path.relative_to(templates))] = text.replace("@GYRO@", f"{ranges.gyro:g}")
    return found


def _quoted(label: object) -> str:
    """As the inside of a C string."""
    text = str(label).replace("\\", "\\\\").replace('"', '\\"')
    return "".join(c if 32 <= ord(c) < 127 else "?" for c in text)
