"""The device in C against the golden model: the same bits whatever happens to it, and images that
are refused when they are wrong."""

import re
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from tinyodl import Model, fixed, har
from tinyodl.device import PLAIN, Answer, OnDeviceLearner, Rules, Step
from tinyodl.experiments.trials import wearer
from tinyodl.firmware import Device, config, har_header, source
from tinyodl.firmware.host import LIMITED, REFUSED, REPAIRED
from tinyodl.firmware.library import build, compiler, declared
from tinyodl.firmware.sources import DEVICE, folder
from tinyodl.fixed.stream import Ranges
from tinyodl.learn import OSELMClassifier
from tinyodl.recipe import fitting
from tinyodl.rtl import registers
from tinyodl.rtl.shape import Shape
from tinyodl.windows import Windows

STRICT = (
    *("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"),
    *("-Wstrict-prototypes", "-Wvla", "-Wundef"),
)
RULES = {
    "as run": Rules(estimate=True),
    "a budget": Rules(estimate=True, questions_per_hour=6, questions_per_day=40),
    "no bouts": Rules(bouts=False, estimate=True),
    "no audits, labels in full": Rules(confirm=False, audits=False, reach=1.0),
    "plain": PLAIN,
}
CHECKED = ("-fsanitize=undefined", "-fno-sanitize-recover=all", "-O1")
Array = np.ndarray[Any, np.dtype[np.float64]]


@pytest.fixture(scope="module")
def someone(compact_windows: Windows) -> tuple[Model, Array, np.ndarray[Any, Any]]:
    who = wearer.prepare(compact_windows, 3)
    model = who.model._replace(capacity=8, names=har.names())  # room for two more
    return model, who.Z[who.stream], compact_windows.y[who.stream]


def alike(one: Step, other: Step) -> bool:
    queries = [
        step.query and (step.query.reason, step.query.values.tobytes()) for step in (one, other)
    ]
    return queries[0] == queries[1] and one._replace(query=None) == other._replace(query=None)


def same_model(one: OnDeviceLearner, other: Device) -> None:
    core = one.arithmetic.core  # type: ignore[attr-defined]
    for name in ("U", "mantissa", "exponent"):
        assert (getattr(core, name) == other.part(name)).all(), name
    assert (other.part("b") == core.b.T).all()
    assert one.arithmetic.labels == other.labels
    assert one.accuracy() == other.accuracy()
    assert one.troubles == other.troubles


def test_a_life_in_c_is_the_golden_model_s(someone: Any) -> None:
    """Late, wrong, double and missing labels, new activities, pauses, commands, going back."""
    model, Z, y = someone
    for seed, rules in enumerate(RULES.values()):
        rng = np.random.default_rng(seed)
        one, other = (
            fixed.device(model, rules=rules, seed=seed),
            Device(model, rules=rules, seed=seed, flags=CHECKED),
        )
        under_way: list[tuple[int, int, Any]] = []
        now = 0.0
        for t in range(2500):
            now += 1.28 if rng.random() > 0.002 else 60 * rng.random()
            while under_way and under_way[0][0] <= t:
                _, sample, label = under_way.pop(0)
                assert one.label(sample, label, now) == other.label(sample, label, now)
            known = bool(rng.random() > 0.02)
            step, found = (
                one.sample(Z[t % len(Z)], now, known),
                other.sample(Z[t % len(Z)], now, known),
            )
            assert alike(step, found), (t, step, found)
            if step.query and rng.random() > 0.05:
                label = rng.choice([y[t % len(Z)], rng.integers(6)], p=[0.85, 0.15])
                label = None if rng.random() < 0.1 else 6 if rng.random() < 0.03 else int(label)
                due = t + rng.integers(1, 20, size=1 + (rng.random() < 0.1))  # some twice
                under_way += [(int(when), step.sample, label) for when in due]
                under_way.sort(key=lambda one: one[0])
            chance = rng.random()
            if chance < 0.002:
                assert one.command(chance < 0.001) == other.command(chance < 0.001)
            elif chance < 0.0022:
                assert one.rollback() == other.rollback()
            elif chance < 0.005:
                one.pause()
                other.pause()
            if t % 250 == 0:
                same_model(one, other)
        same_model(one, other)


@pytest.mark.parametrize(
    ("alpha", "nodes", "direct"),
    [("hash", 24, False), ("sign", 64, False), ("sign", 40, True), ("hash", 7, True)],
)
def test_hidden_nodes_in_c_are_the_golden_model_s(
    alpha: str, nodes: int, direct: bool, compact_windows: Windows
) -> None:
    """Where a word has all of a row's signs and where it has not, beside direct links or alone."""
    W = compact_windows
    others, own = np.flatnonzero(W.subject != 3), np.flatnonzero(W.subject == 3)
    lesson = fitting.lesson(W, others)
    scaler = fitting.scaler("compact").fit(lesson.X)
    Z = scaler.transform(W.X)
    untrained = OSELMClassifier(nodes, alpha=alpha, direct=direct)  # type: ignore[arg-type]
    learner = fitting.fit(untrained, scaler, lesson, len(W.classes))
    whose = (W.subject[others], W.recording[others])
    model = fitting.assemble(learner, scaler, Z[others], W.y[others], *whose, har.names())
    one, other = fixed.device(model), Device(model, flags=CHECKED)
    one.command(True)
    other.command(True)
    learn(one, other, Z[own], W.y[own], 0, 150)
    assert (other.part("U") != fixed.convert(model).U).any()
    same_model(one, other)


def test_extreme_windows_are_the_same_bits(someone: Any) -> None:
    model, _, _ = someone
    one, other = fixed.device(model, rules=PLAIN), Device(model, rules=PLAIN, flags=CHECKED)
    rng = np.random.default_rng(1)
    one.command(True)
    other.command(True)
    for t in range(1500):
        x = rng.choice([-1.5, 1.5, *rng.uniform(-1.5, 1.5, 2)], len(model.names))
        step = one.sample(x, 1.28 * t)
        assert alike(step, other.sample(x, 1.28 * t))
        if step.query:
            label = int(rng.integers(6))
            assert one.label(step.sample, label, 0) == other.label(step.sample, label, 0)
    same_model(one, other)
    counts = [other.count(which) for which in (LIMITED, REFUSED)]
    assert counts == [one.arithmetic.limited, one.arithmetic.refused]  # type: ignore[attr-defined]


def test_a_bit_that_flips_in_p_is_seen_and_mended(someone: Any) -> None:
    """In every part of P; what was learnt (b) stays."""
    model, Z, y = someone
    one, other = fixed.device(model), Device(model)
    learn(one, other, Z, y, 0, 150)
    rng = np.random.default_rng(2)
    arithmetic: Any = one.arithmetic
    flips = 0
    for part, size in {"U": 2, "mantissa": 2, "exponent": 1}.items():
        for bit in range(8 * size):
            at = int(rng.integers(len(other.part(part))))
            other.memory(part)[at * size + bit // 8] ^= 1 << bit % 8
            core = arithmetic.core
            kind = {"U": np.int16, "mantissa": np.uint16, "exponent": np.uint8}[part]
            flipped = getattr(core, part).astype(kind)
            flipped.view(np.uint8)[at * size + bit // 8] ^= 1 << bit % 8
            getattr(core, part)[:] = flipped
            before = core.b.copy()
            flips += 1
            arithmetic.look(Z[flips])
            found, first = arithmetic.core, fixed.convert(model)
            assert (found.b == before).all()  # what was learnt
            for name in ("U", "mantissa", "exponent"):
                assert (getattr(found, name) == getattr(first, name)).all()
            x = Z[flips]
            assert alike(one.sample(x, 500 + 1.28 * flips), other.sample(x, 500 + 1.28 * flips))
            assert arithmetic.repaired == flips
            assert other.count(REPAIRED) == flips
            same_model(one, other)
    learn(one, other, Z, y, 150, 208)
    same_model(one, other)


def learn(one: Any, other: Device, Z: Array, y: Any, first: int, last: int) -> None:
    for t in range(first, last):
        step = one.sample(Z[t], 1.28 * t)
        assert alike(step, other.sample(Z[t], 1.28 * t))
        if step.query:
            answers = [d.label(step.sample, int(y[t]), 1.28 * t) for d in (one, other)]
            assert answers[0] == answers[1]


# Images -------------------------------------------------------------------------------------------


def lived(someone: Any, steps: int, rules: Rules = RULES["as run"]) -> Device:
    model, Z, y = someone
    device = Device(model, rules=rules, seed=5)
    for t in range(steps):
        step = device.sample(Z[t % len(Z)], 1.28 * t)
        if step.query and t % 3:
            device.label(step.sample, int(y[t % len(Z)]), 1.28 * t)
    return device


def test_a_device_goes_on_from_its_image_as_if_nothing_had_been(someone: Any) -> None:
    _, Z, y = someone
    one = lived(someone, 150)
    other = Device(one.model, rules=one.rules, seed=99)
    assert other.load(one.save()) == 0
    assert other.save() == one.save()
    for t in range(150, 400):
        step = one.sample(Z[t % len(Z)], 1.28 * t)
        assert alike(step, other.sample(Z[t % len(Z)], 1.28 * t))
        if step.query:
            answers = [d.label(step.sample, int(y[t % len(Z)]), 0) for d in (one, other)]
            assert answers[0] == answers[1] != Answer("unknown", None)
    assert other.save() == one.save()


def test_a_wrong_image_is_refused_and_changes_nothing(
    someone: Any, compact_windows: Windows
) -> None:
    one = lived(someone, 120)
    image = one.save()
    other = lived(someone, 60)
    before = other.save()
    rng = np.random.default_rng(0)

    def flipped(at: int) -> bytes:
        return image[:at] + bytes([image[at] ^ 1 << int(rng.integers(8))]) + image[at + 1 :]

    foreign = wearer.prepare(compact_windows, 9).model._replace(capacity=8, names=har.names())
    cases = [
        *((cut, -2) for cut in (b"", image[:11], image[:-1], image + b"\0")),
        *((flipped(at), -3) for at in (0, 3, 8, 11)),
        (image[:4] + b"\1\0\0\0" + image[8:], -4),
        *((flipped(int(at)), -5) for at in rng.integers(12, len(image), 300)),
        (Device(foreign, rules=one.rules).save(), -3),
        (Device(one.model, rules=Rules(confirm=False)).save(), -3),
    ]
    for wrong, code in cases:
        assert other.load(wrong) == code
        assert other.save() == before
    assert other.load(image) == 0


# Sources ------------------------------------------------------------------------------------------


COMPILERS = (
    tuple(compiler()),
    ("clang", "-Wno-unused-command-line-argument"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb"),
)
PARTS = (*DEVICE, "odl_har", "odl_flash", "odl_serial", "odl_core")
CORE = "-DODL_CORE=0x40000000u"  # by which a program is built for a core


@pytest.fixture(scope="module")
def headers(someone: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the model's."""
    made = tmp_path_factory.mktemp("headers")
    (made / "odl_config.h").write_text(config(someone[0]))
    (made / "odl_factory.h").write_text(source(someone[0]))
    (made / "odl_har_factory.h").write_text(har_header.source(someone[0], Ranges(4, 500)))
    (made / "odl_core_map.h").write_text(registers.header(Shape(classes=8)))
    return made


@pytest.mark.parametrize("command", COMPILERS, ids=lambda c: " ".join(c[:2]))
def test_it_compiles_without_a_warning(
    command: tuple[str, ...], headers: Path, tmp_path: Path
) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} missing: make setup-firmware")
    (tmp_path / "user.c").write_text(
        '#include "odl_factory.h"\n#include "odl_har_factory.h"\n'
        "int main(void) { return odl_factory.gap > 0 && odl_har_factory.gravity_gain; }\n"
    )
    sources = [folder() / f"{name}.c" for name in PARTS]
    for file, more in product((*sources, tmp_path / "user.c"), ((), (CORE,))):
        done = subprocess.run(
            [
                *(*command, *STRICT, *more, "-O2", f"-I{headers}", f"-I{folder()}"),
                *("-c", str(file), "-o", str(tmp_path / "out.o")),
            ],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr


ARDUINO = """
#include <stdint.h>
struct Line {
    void begin(long); int available(); int read(); long parseInt();
    void write(uint8_t); void print(const char *); void println(const char *);
};
extern Line Serial;
unsigned long micros();
unsigned long millis();
"""


@pytest.mark.parametrize("sketch", ["wear", "serial"])
def test_the_sketches_are_good_c_plus_plus(sketch: str, headers: Path, tmp_path: Path) -> None:
    """With the model's headers, whose fields C++ wants in their order."""
    found = shutil.which("g++") or shutil.which("clang++")
    command = [found] if found else [sys.executable, "-m", "ziglang", "c++"]
    text = (folder() / "layout" / "examples" / sketch / f"{sketch}.ino").read_text()
    (tmp_path / "sketch.cpp").write_text(ARDUINO + text.replace("@ACTIVITIES@", '"a", "b"'))
    include = [f"-I{headers}", f"-I{folder()}", "-o", str(tmp_path / "out.o")]
    done = subprocess.run(
        [*command, "-std=gnu++17", "-Wall", "-c", str(tmp_path / "sketch.cpp"), *include],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", PARTS)
def test_a_checker_finds_what_is_listed_and_nothing_else(name: str, headers: Path) -> None:
    """Rules of MISRA C:2012 that are not kept are those that firmware/DESIGN.md gives reasons
    for."""
    if not shutil.which("cppcheck"):
        pytest.skip("cppcheck missing: make setup-firmware")
    done = subprocess.run(
        [
            *("cppcheck", "--addon=misra", "--std=c99", "--inline-suppr", "-q", "--template={id}"),
            *("--enable=style,warning,portability,performance", f"-I{headers}", f"-I{folder()}"),
            *([CORE] if name == "odl_core" else []),
            str(folder() / f"{name}.c"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    table = (folder() / "DESIGN.md").read_text().partition("## Deviations")[2]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| ")]
    allowed = {f"misra-c2012-{rule}" for row in rows for rule in re.findall(r"\d+\.\d+", row)}
    found = set(done.stderr.split())
    assert found  # it was there, and looked
    assert found <= allowed


def test_it_uses_nothing_but_memcpy_and_memset(headers: Path, tmp_path: Path) -> None:
    """No allocation, no floating point, nothing else of libc: by what the linker would need."""
    for name in PARTS:
        source_file = folder() / f"{name}.c"
        made = [*compiler(), "-std=c99", "-O2", f"-I{headers}", f"-I{folder()}", "-c"]
        made += [CORE] if name == "odl_core" else []
        subprocess.run([*made, str(source_file), "-o", str(tmp_path / "out.o")], check=True)
        with (tmp_path / "out.o").open("rb") as file:
            symbols = ELFFile(file).get_section_by_name(".symtab").iter_symbols()
            needed = {s.name for s in symbols if s["st_shndx"] == "SHN_UNDEF" and s.name}
        if name != "odl_har":
            needed = {symbol for symbol in needed if not symbol.startswith("odl_")}
        assert needed <= {"memcpy", "memmove", "memset"}  # gcc makes memmove of a loop
        assert not {"float", "double"} & set(re.findall(r"\w+", source_file.read_text()))


# Flash --------------------------------------------------------------------------------------------

FLASH = """
typedef struct odl odl;
int host_save(odl *); int host_load(odl *); void host_cut(uint32_t after, uint32_t seed);
uint32_t host_done(void); uint32_t host_broken(void); uint8_t *host_bytes(void);
uint32_t host_size(void); void host_init(odl *, uint32_t); void host_live(odl *, uint32_t, int);
void odl_save(odl *, uint8_t *); uint32_t host_image(void);
"""
# Pages of 4,096 bytes, words of 4, as on the nRF52840. A cut leaves an operation half done.
EMULATED = """
#include <string.h>
#include "odl_factory.h"
#include "odl_flash.h"
#define PAGE 4096u
#define SLOT (((ODL_IMAGE_BYTES + 16u + PAGE - 1u) / PAGE) * PAGE)
static uint8_t flash[2 * SLOT];
static uint32_t left = 0xFFFFFFFFu, done, broken, noise = 1;
static uint32_t any(void) { return noise = noise * 1664525u + 1013904223u; }
static int fetch(void *c, uint32_t at, uint8_t *to, uint32_t size) {
    (void)c;
    broken += at + size > sizeof flash;
    memcpy(to, flash + at, size);
    return 0;
}
static int program(void *c, uint32_t at, const uint8_t *from, uint32_t size) {
    (void)c;
    broken += at + size > sizeof flash || at % 4 || size % 4;
    for (uint32_t i = 0; i < size; i += 4) {
        uint32_t word = 0xFFFFFFFFu;
        broken += memcmp(flash + at + i, &word, 4) != 0; /* programmed twice, or not erased */
        if (left == 0) {
            for (int k = 0; k < 4; k++) {
                flash[at + i + (uint32_t)k] &= (uint8_t)(from[i + (uint32_t)k] | any() >> 24);
            }
            return 1;
        }
        left -= left != 0xFFFFFFFFu;
        done++;
        memcpy(flash + at + i, from + i, 4);
    }
    return 0;
}
static int erase(void *c, uint32_t at) {
    (void)c;
    broken += at % PAGE || at >= sizeof flash;
    if (left == 0) {
        for (uint32_t i = 0; i < PAGE; i++) {
            flash[at + i] |= (uint8_t)(any() >> 24);
        }
        return 1;
    }
    left -= left != 0xFFFFFFFFu;
    done++;
    memset(flash + at, 0xFF, PAGE);
    return 0;
}
static const odl_flash medium = {fetch, program, erase, 0, PAGE, SLOT};
int host_save(odl *o) { return odl_flash_save(&medium, o); }
int host_load(odl *o) { return odl_flash_load(&medium, o); }
void host_cut(uint32_t after, uint32_t seed) { left = after; noise = seed; done = 0; }
uint32_t host_done(void) { return done; }
uint32_t host_broken(void) { return broken; }
uint8_t *host_bytes(void) { return flash; }
uint32_t host_size(void) { return (uint32_t)sizeof(odl); }
uint32_t host_image(void) { return ODL_IMAGE_BYTES; }
void host_init(odl *o, uint32_t seed) {
    const odl_rules rules = odl_default_rules(&odl_factory);
    odl_init(o, &odl_factory, &rules, seed);
}
void host_live(odl *o, uint32_t seed, int windows) {
    odl_step step;
    odl_answer answer;
    int8_t x[ODL_INPUTS];
    noise = seed;
    for (int k = 0; k < windows; k++) {
        for (int i = 0; i < ODL_INPUTS; i++) {
            x[i] = (int8_t)(any() >> 25) - 64;
        }
        odl_sample(o, x, o->last_sample + 1280, 1, &step);
        if (step.asked) {
            (void)odl_label(o, step.sample, (int)(any() >> 30), &answer);
        }
    }
}
"""


def test_a_power_cut_at_any_time_leaves_the_last_state_or_the_one_before(someone: Any) -> None:
    """10,000 cuts, at every word that is programmed, every page that is erased, and beyond: what is
    read is what was written last, or before, to the byte; it is there from the first write on."""
    model = someone[0]
    made = {"odl_config.h": config(model), "odl_factory.h": source(model), "host.c": EMULATED}
    ffi = declared(FLASH)
    c = ffi.dlopen(str(build(made, (*DEVICE, "odl_flash"), CHECKED)))

    def fresh(seed: int) -> Any:
        memory = ffi.new("uint64_t[]", -(-c.host_size() // 8))
        device = ffi.cast("odl *", memory)
        c.host_init(device, seed)
        return device, memory

    def image(device: Any) -> bytes:
        out = ffi.new("uint8_t[]", c.host_image())
        c.odl_save(device, out)
        return bytes(ffi.buffer(out))

    forever = 2**32 - 1
    ffi.memmove(c.host_bytes(), bytes([0xFF]) * 16384, 16384)
    device, _kept = fresh(1)
    reader, _also = fresh(2)
    c.host_cut(forever, 1)
    assert c.host_load(reader) == -2  # nothing was ever written
    assert c.host_save(device) == 0
    operations = c.host_done()
    assert operations > 1500
    rng = np.random.default_rng(0)
    before = image(device)
    for cut in range(10_000):
        c.host_live(device, cut + 1, 2)
        now = image(device)
        after = cut % (operations + 40) if cut < 2 * operations else rng.integers(operations + 40)
        c.host_cut(int(after), cut + 1)
        whole = c.host_save(device) == 0
        assert whole == (after >= operations)
        c.host_cut(forever, 1)
        assert c.host_load(reader) == 0
        found = image(reader)
        assert found == now if whole else found in (now, before)
        if found == now:
            before = now
        elif not whole and cut % 3 == 0:  # the power is back: it goes on from what there is
            assert c.host_load(device) == 0
            assert image(device) == before
    assert c.host_broken() == 0


@pytest.mark.long
def test_nothing_from_outside_breaks_it() -> None:
    """`make fuzz` does so for ten minutes."""
    tool = Path(__file__).parents[1] / "tools" / "fuzz.py"
    done = subprocess.run(
        [sys.executable, tool, "8", "--seed", "1"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    runs = dict(re.findall(r"(\w+): Done (\d+) runs", done.stdout))
    assert runs.keys() == {"image", "serial"}
    assert min(map(int, runs.values())) > 100
