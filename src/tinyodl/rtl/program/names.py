"""What a program sees of the core: variables and arrays (`state.py`), registers, the memories of U
and b and of vectors, the factory's model, the learner's operations, and the last carry. The
compiler knows them by name."""

from typing import Any

s: Any = None
core: Any = None
factory: Any = None
vectors: Any = None
weights: Any = None
run: Any = None
carry: Any = None
