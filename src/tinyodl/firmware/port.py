"""A board at the end of a serial line: firmware/odl_serial.h, spoken from this side. Readings go
there, windows come back; `Device` and `Stream` are what a run takes."""

import struct
import zlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinyodl.data.errors import DataError
from tinyodl.data.recordings import RATE
from tinyodl.device import Rules
from tinyodl.device.learner import RULES
from tinyodl.device.snapshot import fingerprint
from tinyodl.firmware import device
from tinyodl.firmware.device import Fields, Labelled, Standing
from tinyodl.fixed.stream import Ranges, Window
from tinyodl.model import Model

BAUD = 115_200
PERIOD = round(1000 / RATE)  # ms between two readings
TIMEOUT = 5.0  # s for an answer
SHORTEST = 7  # bytes of a frame: COBS, a kind, a CRC and the zero
HELLO, START, READING, LABEL, PAUSE, TRAIN, ROLL_BACK, STATE, SAVE = range(1, 10)
DONE, ABOUT, WINDOW, ANSWER, EVENT, STANDS, PIECE = 128, 129, 131, 132, 134, 136, 137
VERSION = 1
STEP = struct.Struct("<I6BHiIH")


class PortError(DataError):
    """The line, or what is at its end, does not do what it should; the text says what to do."""


class About(NamedTuple):
    """What a board says it is. half: readings in half a window; acc, gyro: factor and shift of
    counts, as `Ranges.factors`."""

    version: int
    fingerprint: int
    image: int
    inputs: int
    half: int
    classes: int
    acc: tuple[int, int]
    gyro: tuple[int, int]


class Port:
    """Frames over a line: a device file such as /dev/ttyACM0, COM3, or an address such as
    socket://127.0.0.1:5000 (pyserial's). PortError where nobody answers as a board does."""

    def __init__(self, url: str) -> None:
        try:
            import cobs.cobs
            import serial
        except ImportError as error:
            raise PortError(
                f"boards take pyserial and cobs ({error.name} is missing): pip install "
                "'tinyodl[firmware]'"
            ) from None
        self.url, self._cobs = url, cobs.cobs
        try:
            self._line: Any = serial.serial_for_url(url, BAUD, timeout=TIMEOUT)
        except (serial.SerialException, ValueError) as error:
            raise PortError(f"{url} cannot be opened ({error}): give another port") from None
        self._failures = (serial.SerialException, OSError)
        self._line.write(b"\0")  # whatever was half sent ends here
        version, model, image, inputs, half, classes, *factors = self._hello()
        acc, gyro = zip(factors[:2], factors[2:], strict=True)
        self.about = About(version, model, image, inputs, half, classes, acc, gyro)
        if self.about.version != VERSION:
            raise PortError(
                f"the board at {url} speaks version {self.about.version}, not {VERSION}: build its "
                "program again"
            )

    def _hello(self) -> tuple[int, ...]:
        for _ in range(3):  # the first answers may be to what was sent before
            try:
                kind, fields = self.ask(HELLO)
            except PortError as error:
                refused = error
                continue
            if kind == ABOUT:
                return struct.unpack("<BIIHHB2h2B", fields)
        raise PortError(f"nobody answers at {self.url} as a board does ({refused})")

    def close(self) -> None:
        """The line is free again."""
        self._line.close()

    def ask(self, kind: int, fields: bytes = b"") -> tuple[int, bytes]:
        """The answer to a frame."""
        frame = bytes([kind]) + fields
        frame += zlib.crc32(frame).to_bytes(4, "little")
        try:
            self._line.write(self._cobs.encode(frame) + b"\0")
            return self.answer()
        except self._failures as error:
            raise PortError(f"{self.url} was lost ({error}): plug it in, and run again") from None

    def answer(self) -> tuple[int, bytes]:
        """The next frame's kind and fields."""
        raw = self._line.read(SHORTEST)
        while raw and raw[-1] and (more := self._line.read(1)):
            raw += more
        if not raw or raw[-1]:
            raise PortError(f"no answer from {self.url} within {TIMEOUT:g} s: is a board there?")
        try:
            frame = self._cobs.decode(raw[:-1])
        except self._cobs.DecodeError:
            frame = b""
        if len(frame) < 5 or zlib.crc32(frame[:-4]) != int.from_bytes(frame[-4:], "little"):
            raise PortError(f"what {self.url} answered is damaged: try a shorter cable")
        if frame[0] == 255:
            raise PortError(f"the board refused a frame (code {frame[1]}): build its program again")
        return frame[0], frame[1:-4]

    def expect(self, kind: int, fields: bytes, answer: int) -> bytes:
        """The answer's fields, which must be of that kind."""
        found, rest = self.ask(kind, fields)
        if found != answer:
            raise PortError(f"the board answered {found} to {kind}: build its program again")
        return rest


class Device(device.Device):
    """The device on a board, started afresh. PortError where it was built for another model or
    another sensor."""

    def __init__(
        self, port: Port, model: Model, ranges: Ranges, *, rules: Rules = RULES, seed: int = 0
    ) -> None:
        super().__init__(model, rules)
        self._port = port
        self.step: Fields | None = None  # of the window that the board has just sampled
        if port.about.fingerprint != int(fingerprint(model)[:8], 16):
            raise PortError(
                f"the board at {port.url} has another model: export this one, build it and "
                "program the board again"
            )
        if (port.about.acc, port.about.gyro) != ranges.factors():
            raise PortError(
                f"the board at {port.url} was built for a sensor of another full scale than "
                f"{ranges.acc:g} g and {ranges.gyro:g} degrees a second: give --acc-range and "
                "--gyro-range as for its export"
            )
        told = device.settings(rules, self._unit)
        fields = struct.pack("<I4BHBBiHH", seed & 0xFFFFFFFF, *told)
        port.expect(START, fields, DONE)

    def _odl_sample(self, h: NDArray[np.int8], now: int, sensed: int) -> Fields:
        step, self.step = self.step, None
        assert step is not None, "a board samples what its own stream made"
        return step

    def _odl_label(self, sample: int, label: int) -> Labelled:
        fields = self._port.expect(LABEL, struct.pack("<Ih", sample, label), ANSWER)
        return Labelled(*struct.unpack("<bBBB", fields))

    def _odl_train(self, train: bool) -> int:
        return self._port.expect(TRAIN, bytes([train]), EVENT)[0]

    def _odl_rollback(self) -> None:
        self._port.expect(ROLL_BACK, b"", DONE)

    def _odl_standing(self) -> Standing:
        return Standing(*struct.unpack("<4IBB", self._port.expect(STATE, b"", STANDS)))

    def pause(self) -> None:
        """As there."""
        self._port.expect(PAUSE, b"\0", DONE)

    def save(self) -> bytes:
        """The state's image."""
        kind, fields = self._port.ask(SAVE)
        image = b""
        while kind == PIECE:
            image += fields[4:]
            kind, fields = self._port.answer()
        if len(image) != self._port.about.image:
            raise PortError(f"{len(image)} bytes of a state came, not {self._port.about.image}")
        return image


class Stream:
    """As `fixed.stream.Stream`, on the board: it samples each window with its device as soon as it
    is whole. Its clock are the readings."""

    def __init__(self, port: Port, device: Device) -> None:
        self._port, self._device, self._now = port, device, 0

    def push(self, counts: ArrayLike | None) -> Window | None:
        """One reading (6,) of 16 bits, None where one is missing."""
        row = b"" if counts is None else np.asarray(counts).astype("<i2").tobytes()
        self._now += PERIOD
        kind, fields = self._port.ask(READING, struct.pack("<Q", self._now) + row)
        if kind != WINDOW:
            return None
        n = self._port.about.inputs
        self._device.step = Fields(*STEP.unpack(fields[n + 3 :]))
        known, turned, marked = map(bool, fields[n : n + 3])
        return Window(np.frombuffer(fields, np.int8, n).astype(np.int64), known, turned, marked)

    def pause(self, off: bool = True) -> None:
        """As there."""
        self._port.expect(PAUSE, bytes([1 + off]), DONE)
