"""Alignment: wear it any way. Brisk motion tells how the sensor sits, without one label."""

from tinyodl.align.aligner import Aligner
from tinyodl.align.stream import Stream, Window
from tinyodl.align.template import Fit, Template, fit
from tinyodl.align.wear import Motion, Worn, each, extract, joined, motion, wear

__all__ = [
    "Aligner",
    "Fit",
    "Motion",
    "Stream",
    "Template",
    "Window",
    "Worn",
    "each",
    "extract",
    "fit",
    "joined",
    "motion",
    "wear",
]
