"""tinyodl: tiny on-device learning for wearables.

>>> import tinyodl
>>> model = tinyodl.OSELMClassifier(n_hidden=0, direct=True)
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "Model",
    "OSELMClassifier",
    "OnDeviceLearner",
    "extract",
    "load",
    "save",
    "seed_search",
    "train",
]

if TYPE_CHECKING:
    from tinyodl.device import OnDeviceLearner
    from tinyodl.har import extract
    from tinyodl.learn import OSELMClassifier, seed_search
    from tinyodl.model import Model, load, save
    from tinyodl.recipe.train import train

_WHERE = {
    "OSELMClassifier": "tinyodl.learn",
    "seed_search": "tinyodl.learn",
    "OnDeviceLearner": "tinyodl.device",
    "extract": "tinyodl.har",
    "train": "tinyodl.recipe.train",
    "Model": "tinyodl.model",
    "load": "tinyodl.model",
    "save": "tinyodl.model",
}


def __getattr__(name: str) -> Any:
    """Import on demand, so that the command line answers at once."""
    if name not in _WHERE:
        raise AttributeError(f"module 'tinyodl' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)
