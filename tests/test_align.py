"""Alignment: rotations, what turns with the sensor, templates, a device's life with it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tinyodl import align, har
from tinyodl.align import moments, mounting, template
from tinyodl.align.aligner import PATIENCE, STATE_BYTES
from tinyodl.data import hapt
from tinyodl.har import COMPACT_NAMES, compact, window_starts

Array = NDArray[np.float64]
BLOCK = 16


def rotations() -> st.SearchStrategy[Rotation]:
    """Any rotation, half turns and none among them."""
    drawn = st.integers(0, 2**32 - 1).map(lambda seed: Rotation.random(random_state=seed))
    turns = [Rotation.from_euler(axis, a, degrees=True) for axis in "xyz" for a in (90, 180, -90)]
    return drawn | st.sampled_from([Rotation.identity(), *turns])


def quaternion(rotation: Rotation) -> Array:
    x, y, z, w = rotation.as_quat()
    return np.array([w, x, y, z])


def same(a: Array, b: Array, tolerance: float = 1e-7) -> bool:
    return bool(abs(abs(a @ b) - 1) < tolerance)


@given(rotations(), rotations())
def test_rotations_are_those_of_the_textbook(a: Rotation, b: Rotation) -> None:
    p, q = quaternion(a), quaternion(b)
    assert same(mounting.times(p, q), quaternion(a * b))
    assert same(mounting.times(p, mounting.back(p)), mounting.NONE)
    np.testing.assert_allclose(mounting.matrix(p), a.as_matrix(), atol=1e-12)
    angle = a.magnitude()
    assert mounting.degrees(p) == pytest.approx(np.degrees(angle), abs=1e-5)
    np.testing.assert_allclose(
        np.linalg.norm(mounting.half_sines(p)), 2 * np.sin(angle / 2), atol=1e-9
    )
    if 0.01 < angle < 3.1:
        along = a.as_rotvec() / angle
        np.testing.assert_allclose(mounting.half_sines(p), 2 * np.sin(angle / 2) * along, atol=1e-8)


@given(rotations(), rotations())
def test_onto_turns_one_vector_onto_another_by_no_more_than_it_must(
    a: Rotation, b: Rotation
) -> None:
    u, v = a.apply([1.0, 0, 0]), b.apply([0, 1.0, 0])
    q = mounting.onto(u, v)
    np.testing.assert_allclose(mounting.matrix(q) @ u, v, atol=1e-6)
    assert mounting.degrees(q) == pytest.approx(
        np.degrees(np.arccos(np.clip(u @ v, -1, 1))), abs=1e-4
    )


def test_a_heading_that_tells_nothing_turns_nothing_about_the_vertical() -> None:
    gravity = np.array([0.0, 0.0, 1.0])
    found = mounting.mounting(vectors(0), gravity, np.zeros((moments.VECTORS - 1, 3)))
    assert same(found, mounting.onto(vectors(0)[0] / np.linalg.norm(vectors(0)[0]), gravity))


def test_onto_the_opposite_is_half_a_turn() -> None:
    u = np.array([0.0, 0.6, 0.8])
    q = mounting.onto(u, -u)
    np.testing.assert_allclose(mounting.matrix(q) @ u, -u, atol=1e-7)


def test_the_mean_of_two_rotations_lies_between_them_whatever_their_signs() -> None:
    a, b = (quaternion(Rotation.from_euler("y", d, degrees=True)) for d in (10, 50))
    for sign in (1, -1):
        assert same(mounting.mean(a, 1, sign * b), quaternion(Rotation.from_euler("y", 30, True)))
    near = mounting.mean(a, 3, b)
    assert mounting.degrees(mounting.times(near, mounting.back(a))) == pytest.approx(10, abs=0.5)


def vectors(seed: int) -> Array:
    """Some wearer's way of moving."""
    draws = np.random.default_rng(seed)
    found = draws.normal(0, 0.3, (moments.VECTORS, 3))
    found[0] = np.array([0.9, 0.1, -0.2]) + draws.normal(0, 0.1, 3)
    return found


@given(st.integers(0, 1000), st.integers(1001, 2000), rotations())
def test_a_turned_sensor_is_turned_back(person: int, other: int, turn: Rotation) -> None:
    gravity, heading = template._shared([vectors(person), vectors(other)])
    found = mounting.mounting(vectors(person), gravity, heading)
    worn = mounting.mounting(vectors(person) @ turn.as_matrix().T, gravity, heading)
    assert same(mounting.times(worn, quaternion(turn)), found, 1e-5)
    aligned = vectors(person) @ mounting.matrix(found).T
    np.testing.assert_allclose(aligned[0] / np.linalg.norm(aligned[0]), gravity, atol=1e-9)
    level = aligned[1:] - np.outer(aligned[1:] @ gravity, gravity)
    across = float((heading * mounting.cross(level, gravity)).sum())
    assert abs(across) < 1e-8  # no angle is left
    assert (heading * level).sum() > 0  # and it is not the opposite one


def test_the_vectors_turn_with_the_sensor(walk: Array) -> None:
    turn = Rotation.from_rotvec([0.4, -1.2, 2.0]).as_matrix()
    starts = window_starts(len(walk), None)
    straight = align.motion(walk, starts, 128)
    turned = align.motion(har.turn(walk, turn), starts, 128)
    np.testing.assert_allclose(turned.vectors, straight.turned(turn).vectors, atol=1e-9)
    np.testing.assert_array_equal(turned.brisk, straight.brisk)
    assert 0 < straight.brisk.sum() < len(starts)


def test_the_vectors_are_the_sums_they_are_said_to_be(walk: Array) -> None:
    work = compact.plan(())
    channels = np.empty((len(walk), len(work.channels)))
    compact.signals(walk, compact.start(work, np.float64), work.steps, work.bands, channels)
    names = compact.SIGNALS
    v, t = channels[:, names.index("vertical")], channels[:, names.index("turn")]
    b, w = channels[:, 3:6], channels[:, 6:9]
    first = 320
    at = np.arange(first, first + 64)
    expected = [walk[at, :3].mean(axis=0)]
    for s in (v, t):
        for x in (b, w):
            scale = np.sqrt((s[at] ** 2).mean()) + 1e-4
            scale *= np.sqrt((x[at] ** 2).sum(axis=1).mean()) + 1e-4
            for lag in (-moments.LAG, 0, moments.LAG):
                later = np.minimum(at + lag, at) if lag < 0 else at
                shifted = at - lag if lag > 0 else at
                expected.append((s[later][:, None] * x[shifted]).mean(axis=0) / scale)
    found = align.motion(walk, np.array([first - 64]), 128).vectors[0]
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.fixture(scope="module")
def brisk() -> dict[int, Array]:
    """Everybody's brisk half windows."""
    found: dict[int, list[Array]] = {}
    for r in hapt.load():
        motion = align.motion(r.imu, window_starts(len(r.imu), None), 128)
        found.setdefault(r.subject, []).append(motion.steady())
    return {person: np.concatenate(parts) for person, parts in found.items()}


@pytest.fixture(scope="module")
def others(brisk: dict[int, Array]) -> align.Template:
    """Of all but person 3."""
    found = align.fit([v for person, v in brisk.items() if person != 3])
    assert found.template is not None
    assert found.why.startswith("on: 16 brisk half windows")
    return found.template


@pytest.mark.parametrize(
    "turn",
    [Rotation.from_euler(a, d, degrees=True) for a in "xyz" for d in (90, 180)]
    + list(Rotation.random(4, random_state=1)),
)
def test_any_turn_is_found_from_one_block_of_walking(
    turn: Rotation, brisk: dict[int, Array], others: align.Template
) -> None:
    device = align.Aligner(others)
    changes = [device.half(v @ turn.as_matrix().T, True) for v in brisk[3][: 2 * BLOCK]]
    assert changes.index(True) == moments.STEADY + BLOCK - 1
    left = Rotation.from_matrix(device.rotation @ turn.as_matrix()).magnitude()
    assert np.degrees(left) < 30
    assert device.known


def test_as_worn_nothing_is_turned(brisk: dict[int, Array], others: align.Template) -> None:
    device = align.Aligner(others)
    assert not any(device.half(v, True) for v in brisk[3])
    np.testing.assert_array_equal(device.rotation, np.eye(3))
    assert device.alignments == 0


def test_a_life_of_mornings(brisk: dict[int, Array], others: align.Template) -> None:
    """Worn otherwise every morning, in every order: back where it was first worn, each time."""
    draws, device = np.random.default_rng(0), align.Aligner(others)
    own = brisk[3]
    for day in range(300):
        turn = Rotation.identity() if day % 3 == 0 else Rotation.random(random_state=day)
        device.pause()
        assert not device.known
        for _ in range(3 * BLOCK):
            v = own[draws.integers(len(own))]
            device.half(v @ turn.as_matrix().T, True)
        assert device.known
        left = np.degrees(Rotation.from_matrix(device.rotation @ turn.as_matrix()).magnitude())
        assert left < 25, (day, left)
        np.testing.assert_allclose(device.rotation @ device.rotation.T, np.eye(3), atol=1e-9)


def test_what_is_brisk_for_a_moment_tells_nothing(
    brisk: dict[int, Array], others: align.Template
) -> None:
    turn = Rotation.from_euler("z", 90, degrees=True).as_matrix()
    device = align.Aligner(others)
    for k, v in enumerate(np.tile(brisk[3], (4, 1, 1))):
        assert not device.half(v @ turn.T, k % (moments.STEADY + 1) > 0)
    assert moments.steady(np.array([1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1], bool)).nonzero()[
        0
    ].tolist() == [
        2,
        3,
        10,
    ]


def test_turned_while_worn_takes_blocks_in_a_row_and_odd_ones_change_nothing(
    brisk: dict[int, Array], others: align.Template
) -> None:
    half_turn = Rotation.from_euler("x", 180, degrees=True).as_matrix()
    device = align.Aligner(others)
    own = brisk[3][: 4 * BLOCK].reshape(4, BLOCK, moments.VECTORS, 3)

    def block(k: int, turn: Array | None = None) -> bool:
        return sum(device.half(v if turn is None else v @ turn.T, True) for v in own[k % 4]) > 0

    for v in own[3][: moments.STEADY]:
        device.half(v, True)
    assert not block(0)
    for k in range(template.MOST - 1):
        assert not block(k, half_turn)
    assert not block(0)  # it fits again
    quarter = Rotation.from_euler("z", 90, degrees=True).as_matrix()
    for k in range(2 * template.MOST):  # no two in a row alike
        assert not block(k, half_turn if k % 2 else quarter)
    assert not block(0)
    found = [block(k, half_turn) for k in range(template.MOST)]
    assert found == [False] * (template.MOST - 1) + [True]
    left = Rotation.from_matrix(device.rotation @ half_turn).magnitude()
    assert np.degrees(left) < 25


def test_nobody_waits_for_walking_for_ever(others: align.Template) -> None:
    device = align.Aligner(others)
    known = []
    for _ in range(PATIENCE + 1):
        device.half(np.zeros((moments.VECTORS, 3)), False)
        known.append(device.known)
    assert known.index(True) == PATIENCE - 1
    device.pause()
    assert not device.known


def test_an_aligner_is_small() -> None:
    assert STATE_BYTES <= 600


def test_a_template_needs_people_who_move_alike(brisk: dict[int, Array]) -> None:
    few = align.fit([brisk[p] for p in (1, 2, 3)])
    assert few.template is None
    assert "3 people" in few.why
    still = align.fit([v[:8] for v in brisk.values()])
    assert still.template is None
    assert "hardly move" in still.why
    draws = np.random.default_rng(0)
    anyhow = [
        v @ Rotation.random(random_state=int(draws.integers(10**6))).as_matrix().T
        for v in brisk.values()
    ]
    different = align.fit(anyhow)
    assert different.template is None
    assert "degrees only" in different.why


def test_a_template_is_of_the_others_alone(brisk: dict[int, Array]) -> None:
    """The worst that it says of itself is not better than what the left-out person finds."""
    people = list(brisk.values())
    found = align.fit(people).template
    assert found is not None
    angles = []
    for k, own in enumerate(people):
        g, h = template._shared([p.mean(axis=0) for j, p in enumerate(people) if j != k])
        angles += [mounting.degrees(r) for r in template._blocks(own, found.block, g, h)]
    assert found.reached == pytest.approx(np.percentile(angles, 95), abs=3)
    assert found.median == pytest.approx(np.median(angles), abs=2)


@settings(max_examples=5, deadline=None)
@given(rotations())
def test_a_stream_aligns_as_whole_recordings_do(turn: Rotation) -> None:
    recordings = hapt.load()
    people: dict[int, list[Array]] = {}
    for r in recordings[4:20]:
        motion = align.motion(r.imu, window_starts(len(r.imu), None), 128)
        people.setdefault(r.subject, []).append(motion.steady())
    found = align.fit([np.concatenate(parts) for parts in people.values()]).template
    assert found is not None
    imu = har.turn(recordings[0].imu[:16000], turn.as_matrix())
    starts = window_starts(len(imu), None)
    device = align.Aligner(found)
    worn = align.wear(align.motion(imu, starts, 128), device)
    X = align.extract(imu, starts, compact.plan(), worn.rotations, worn.which)
    stream = align.Stream(align.Aligner(found), COMPACT_NAMES)
    windows = [w for row in imu if (w := stream.push(row)) is not None]
    assert [w.known for w in windows] == worn.known.tolist()
    assert [w.turned for w in windows] == (np.diff(worn.which, prepend=0) > 0).tolist()
    assert stream.aligner is not None
    np.testing.assert_allclose(stream.aligner.rotation, device.rotation, atol=1e-6)
    far = np.array([w.turned for w in windows])
    for _ in range(8):  # windows that began before the turn, and bands that settle after it
        far = far | np.r_[False, far[:-1]]
    np.testing.assert_allclose(np.array([w.inputs for w in windows])[~far], X[~far], atol=2e-3)


def test_a_stream_without_a_template_takes_readings_as_they_come(walk: Array) -> None:
    stream = align.Stream(None, COMPACT_NAMES)
    windows = [w for row in walk if (w := stream.push(row)) is not None]
    X = compact.extract(walk, window_starts(len(walk), None), compact.plan())
    np.testing.assert_allclose([w.inputs for w in windows], X)
    assert all(w.known and not w.turned for w in windows)


def test_a_bad_reading_changes_nothing(others: align.Template, walk: Array) -> None:
    clean = align.Stream(align.Aligner(others), COMPACT_NAMES)
    dirty = align.Stream(align.Aligner(others), COMPACT_NAMES)
    for row in walk[:640]:
        for bad in ([np.nan] * 6, [0.0] * 4):
            with pytest.raises(ValueError, match=r"not finite|shape"):
                dirty.push(bad)
        a, b = clean.push(row), dirty.push(row)
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            np.testing.assert_array_equal(a.inputs, b.inputs)
