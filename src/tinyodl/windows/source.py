"""Where an experiment's windows come from: the embedded recordings, an official folder, or a user's
own."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyodl import har
from tinyodl.data import hapt, uci
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import Dataset
from tinyodl.windows import askew
from tinyodl.windows.labelled import Label, Windows, from_dataset, sorted_classes


class Source:
    """dataset; window (readings) and label: how it is cut; drifted: the people of the pooled
    protocol."""

    def __init__(
        self,
        dataset: Dataset,
        window: int = har.WINDOW,
        label: Label = "whole",
        drifted: tuple[int, ...] = (),
    ) -> None:
        self.dataset, self.window, self.label, self.drifted = dataset, window, label, drifted
        self.subjects = sorted({r.subject for r in dataset.recordings})
        self.gyroscope = all(r.imu.shape[1] == 6 for r in dataset.recordings)
        missing = sorted(set(drifted) - set(self.subjects))
        if missing:
            raise DataError(
                f"no recording of subject {missing[0]}, one of the five that the tables need: "
                "unpack the whole set"
            )

    @classmethod
    def official(cls, path: Path | None = None) -> "Source":
        """The embedded HAPT, or an unpacked HAPT or UCI HAR folder; DataError if it is neither."""
        if path and uci.kind(path) == "uci-har":
            return _UciHarSource(uci.read_uci_har(path))
        return cls(hapt.dataset(uci.read_hapt(path) if path else None), drifted=hapt.DRIFTED)

    @cached_property
    def digest(self) -> str:
        """Identifies the data and how it is cut, for the cache."""
        digest = hashlib.sha256(f"{self.window} {self.label} {self.dataset.activities}".encode())
        for r in self.dataset.recordings:
            digest.update(f"{r.subject} {r.imu.shape}".encode())
            digest.update(np.ascontiguousarray(r.imu).tobytes())
            digest.update(np.ascontiguousarray(r.activity).tobytes())
        for column in self._given():
            digest.update(np.ascontiguousarray(column).tobytes())
        return digest.hexdigest()[:16]

    def _given(self) -> tuple[NDArray[Any], ...]:
        """What windows are made from beside the recordings."""
        return ()

    def windows(self, features: har.Features) -> Windows:
        """The labelled windows with these inputs."""
        return from_dataset(
            self.dataset,
            lambda imu, starts: har.extract(
                imu, features=features, starts=starts, window=self.window
            ),
            self.window,
            self.label,
            askew.COPIES if features == "compact" else 0,
        )


class _UciHarSource(Source):
    """UCI HAR comes as windows, with its own features."""

    def __init__(self, official: uci.UciHar) -> None:
        super().__init__(hapt.dataset(official.recordings), drifted=hapt.DRIFTED)
        self._official = official

    def _given(self) -> tuple[NDArray[Any], ...]:
        own = self._official
        return own.features, own.y, own.subject, own.recording, own.start

    def windows(self, features: har.Features) -> Windows:
        own = self._official
        X = own.features[None]
        if features == "compact":
            copies = [askew.recordings(own.recordings, k) for k in range(askew.COPIES)]
            X = np.empty((1 + askew.COPIES, len(own.y), len(har.names(features))))
            for into, recordings in zip(X, [own.recordings, *copies], strict=True):
                for number, r in enumerate(recordings):
                    mine = own.recording == number
                    into[mine] = har.extract(r.imu, features=features, starts=own.start[mine])
        columns = (X[0], own.y - 1, own.subject, own.recording)
        return sorted_classes(Windows(*columns, hapt.ACTIVITIES, own.start, X[1:]))
