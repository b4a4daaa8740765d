"""Where an experiment's windows come from: the embedded recordings, or an official folder."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from tinyodl import har
from tinyodl.data import hapt, uci
from tinyodl.data.recordings import Recording
from tinyodl.experiments.windows import Windows, from_recordings


class Source:
    """path: None for the embedded HAPT, else an unpacked HAPT or UCI HAR folder (DataError if it is neither)."""

    def __init__(self, path: Path | None = None) -> None:
        self._har = uci.read_uci_har(path) if path and uci.kind(path) == "uci-har" else None
        if self._har:
            self._recordings: Sequence[Recording] = self._har.recordings
        else:
            self._recordings = uci.read_hapt(path) if path else hapt.load()
        subjects = {r.subject for r in self._recordings}
        missing = sorted(set(hapt.DRIFTED) - subjects)
        if missing:
            raise uci.DataError(f"{path}: no recording of subject {missing[0]}, one of the five that the tables need")
        self.subjects = sorted(subjects)

    @cached_property
    def digest(self) -> str:
        """Identifies the data, for the cache."""
        digest = hashlib.sha256()
        for r in self._recordings:
            digest.update(f"{r.name} {r.subject}".encode())
            digest.update(np.ascontiguousarray(r.imu).tobytes())
            digest.update(np.ascontiguousarray(r.activity).tobytes())
        return digest.hexdigest()[:16]

    def windows(self, features: har.Features) -> Windows:
        """The windows of the six activities with these inputs; UCI HAR's own features where it has them."""
        if self._har is None:
            return from_recordings(
                self._recordings,
                hapt.ACTIVITIES,
                lambda imu, starts: har.extract(imu, features=features, starts=starts),
            )
        if features == "uci561":
            X = self._har.features
        else:
            X = np.empty((len(self._har.y), len(har.names(features))))
            for number, r in enumerate(self._recordings):
                own = self._har.recording == number
                X[own] = har.extract(r.imu, features=features, starts=self._har.start[own])
        return Windows(X, self._har.y - 1, self._har.subject, self._har.recording, hapt.ACTIVITIES)
