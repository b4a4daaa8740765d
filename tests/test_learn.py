"""The learner: algebra, conventions, stability, files."""

import copy
import hashlib
import itertools
import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from tinyodl.align import Template
from tinyodl.align.moments import VECTORS
from tinyodl.bouts import Bouts
from tinyodl.drift import Calibration
from tinyodl.har import RangeScaler
from tinyodl.learn import OSELMClassifier, alpha, reference, rls, seed_search
from tinyodl.learn.hidden import ACTIVATIONS, features, features_one
from tinyodl.learn.store import pack, unpack
from tinyodl.model import Model, ModelFileError, dumps, loads

Array = NDArray[np.float64]


@parametrize_with_checks(
    [
        OSELMClassifier(),
        OSELMClassifier(n_hidden=16, direct=True, alpha="hash"),
        OSELMClassifier(n_hidden=0, direct=True),
        OSELMClassifier(n_hidden=32, alpha="base", activation="relu"),
    ]
)
def test_scikit_learn_conventions(estimator: OSELMClassifier, check: Any) -> None:
    check(estimator)


def sample(seed: int, count: int = 60, n: int = 5, m: int = 3) -> tuple[Array, NDArray[np.int64]]:
    draws = np.random.default_rng(seed)
    return draws.uniform(-1, 1, (count, n)), np.r_[np.arange(m), draws.integers(0, m, count - m)]


@given(
    seed=st.integers(0, 2**31),
    cuts=st.lists(st.integers(1, 59), max_size=6),
    hidden=st.sampled_from([0, 3, 12]),
    regularization=st.sampled_from([0.01, 1.0, 10.0]),
    weighted=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_any_chunking_is_the_batch_ridge_solution(
    seed: int, cuts: list[int], hidden: int, regularization: float, weighted: bool
) -> None:
    """The sum of the steps' rounding errors is at most about steps * d * eps relative to P's
    largest value, which the condition of the Gram matrix turns into an error of beta: the tolerance
    is that product."""
    X, y = sample(seed)
    weight = np.random.default_rng(seed).uniform(0.1, 3, len(X)) if weighted else np.ones(len(X))
    make = {
        "n_hidden": hidden,
        "direct": True,
        "regularization": regularization,
        "random_state": seed % 1000,
    }
    batch = OSELMClassifier(**make).fit(X, y, sample_weight=weight)
    chunked = OSELMClassifier(**make)
    edges = sorted({0, len(X), *cuts})
    for a, b in itertools.pairwise(edges):
        chunked.partial_fit(X[a:b], y[a:b], classes=[0, 1, 2], sample_weight=weight[a:b])
    H = batch.hidden(X)
    gram = (H * weight[:, None]).T @ H + regularization * np.eye(H.shape[1])
    tolerance = len(X) * H.shape[1] * np.finfo(float).eps * np.linalg.cond(gram)
    expected = np.linalg.inv(gram)
    np.testing.assert_allclose(
        rls.full(chunked.P_), expected, atol=tolerance * abs(expected).max(), rtol=0
    )
    np.testing.assert_allclose(
        rls.full(batch.P_), expected, atol=tolerance * abs(expected).max(), rtol=0
    )
    np.testing.assert_allclose(
        chunked.beta_, batch.beta_, atol=tolerance * max(1, abs(batch.beta_).max()), rtol=0
    )


@given(
    seed=st.integers(0, 2**31),
    forgetting=st.sampled_from([1.0, 0.99, 0.9]),
    weight=st.floats(0.05, 50),
)
@settings(max_examples=50, deadline=None)
def test_compiled_step_is_the_reference(seed: int, forgetting: float, weight: float) -> None:
    draws = np.random.default_rng(seed)
    d, m = 7, 4
    A = draws.normal(size=(d, d))
    P, beta = A @ A.T + 0.1 * np.eye(d), draws.normal(size=(d, m))
    packed, own = rls.triangle(P), beta.copy()
    u, o = np.empty(d), np.empty(m)
    for _ in range(5):
        h, label = draws.normal(size=d), int(draws.integers(m))
        rls.step(h, label, weight, 0.0, 1.0, forgetting, np.inf, packed, own, u, o)
        P, beta = reference.step(h, np.eye(m)[label], P, beta, weight, forgetting)
    np.testing.assert_allclose(rls.full(packed), P, rtol=1e-9, atol=1e-9 * abs(P).max())
    np.testing.assert_allclose(own, beta, rtol=1e-9, atol=1e-9 * abs(beta).max())


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("direct", [True, False])
def test_one_sample_has_the_features_of_the_batch(activation: str, direct: bool) -> None:
    X, _ = sample(1)
    weights = alpha.draw("sign", 5, 9, 3)
    H = features(X, weights, 1.3, ACTIVATIONS[activation], direct)
    h = np.empty(H.shape[1])
    for row, expected in zip(X, H, strict=True):
        features_one(row, weights, 1.3, ACTIVATIONS[activation], direct, h)
        np.testing.assert_allclose(h, expected, rtol=1e-13, atol=1e-13)


def streams(count: int) -> dict[str, Array]:
    """A million samples of inputs that are hard on a recursion."""
    draws = np.random.default_rng(0)
    base = draws.uniform(-1, 1, (count, 2))
    return {
        "plain": draws.uniform(-1, 1, (count, 6)),
        "constant": np.tile([0.5, -0.5, 1.0, 0.0, 0.3, -1.0], (count, 1)),
        "collinear": base @ draws.normal(size=(2, 6)),
        "huge": base @ draws.normal(size=(2, 6)) * 1e8,
        "huge at times": draws.uniform(-1, 1, (count, 6))
        * np.where(draws.random((count, 1)) < 0.01, 1e9, 1),
        "tiny": draws.uniform(-1e-9, 1e-9, (count, 6)),
    }


@pytest.mark.parametrize("forgetting", [1.0, 0.99])
@pytest.mark.parametrize(
    "kind", ["plain", "constant", "collinear", "huge", "huge at times", "tiny"]
)
def test_p_stays_positive_definite_and_bounded_over_a_million_samples(
    kind: str, forgetting: float
) -> None:
    count = 1_000_000
    X = streams(count)[kind]
    y = np.random.default_rng(1).integers(0, 2, count)
    model = OSELMClassifier(n_hidden=4, direct=True, forgetting=forgetting, regularization=0.1)
    model.partial_fit(X, y, classes=[0, 1])
    P = rls.full(model.P_)
    scale = np.sqrt(np.diag(P))
    assert (np.diag(P) > 0).all()
    assert np.linalg.eigvalsh(P / np.outer(scale, scale)).min() > -1e-6
    assert np.linalg.eigvalsh(P).min() > -1e-15 * np.trace(P)
    assert np.trace(P) <= model.ceiling_ * (1 + 1e-6)
    assert np.isfinite(model.beta_).all()
    before = model.beta_.copy()
    model.learn_one(np.full(6, 0.5), 1)  # it still learns
    assert np.isfinite(model.beta_).all()
    assert kind.startswith("huge") or not np.array_equal(before, model.beta_)
    assert rls.definite(model.P_)  # as far as a file's reader asks


def test_forgetting_follows_a_change_that_plain_learning_averages() -> None:
    draws = np.random.default_rng(0)
    X = draws.uniform(-1, 1, (6000, 3))
    y = (X[:, 0] > 0).astype(int)
    y[3000:] = 1 - y[3000:]
    scores = {}
    for forgetting in (1.0, 0.99):
        model = OSELMClassifier(n_hidden=0, direct=True, forgetting=forgetting)
        model.partial_fit(X, y, classes=[0, 1])
        scores[forgetting] = model.score(X[4000:], y[4000:])
    assert scores[0.99] > 0.9 > scores[1.0]


def test_boost_is_a_weight_on_every_later_sample() -> None:
    X, y = sample(3)
    boosted = OSELMClassifier(8, direct=True).fit(X[:30], y[:30])
    weighted = boosted.copy()
    boosted.boost(16.0)
    boosted.partial_fit(X[30:], y[30:])
    weighted.partial_fit(X[30:], y[30:], sample_weight=np.full(30, 16.0))
    np.testing.assert_allclose(boosted.beta_, weighted.beta_, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(boosted.P_, 16 * weighted.P_, rtol=1e-7, atol=1e-12)


def test_fast_path_is_partial_fit_and_predict() -> None:
    X, y = sample(4)
    names = np.array(["rest", "run", "walk"])[y]
    slow = OSELMClassifier(8).partial_fit(X[:1], names[:1], classes=["walk", "rest", "run"])
    fast = slow.copy()
    slow.partial_fit(X[1:], names[1:])
    for x, label in zip(X[1:], names[1:], strict=True):
        fast.learn_one(x, label)
    np.testing.assert_allclose(fast.beta_, slow.beta_, rtol=1e-12, atol=1e-14)
    assert [fast.predict_one(x) for x in X] == slow.predict(X).tolist()
    assert all(type(fast.predict_one(x)) is str for x in X[:3])


def test_bad_samples_change_nothing() -> None:
    X, y = sample(5)
    model = OSELMClassifier(8, direct=True).fit(X, y)
    before = dumps_state(model)
    for x, label, weight, says in (
        (np.full(5, np.nan), 0, 1.0, "finite"),
        (np.full(5, np.inf), 0, 1.0, "finite"),
        (X[0], 7, 1.0, "none of the classes"),
        (X[0][:3], 0, 1.0, "shape"),
        (X[0], 0, -1.0, "weight"),
        (X[0], 0, np.nan, "weight"),
    ):
        with pytest.raises(ValueError, match=says):
            model.learn_one(x, label, weight)
        assert dumps_state(model) == before
    with pytest.raises(ValueError, match="none of the classes"):
        model.partial_fit(X[:2], [0, 9])
    with pytest.raises(ValueError, match="above 0"):
        model.boost(0.0)
    assert dumps_state(model) == before


def test_an_untrained_model_says_so() -> None:
    for call in (
        lambda m, x: m.learn_one(x, 0),
        lambda m, x: m.predict_one(x),
        lambda m, x: m.boost(2.0),
    ):
        with pytest.raises(NotFittedError):
            call(OSELMClassifier(), np.zeros(3))


@pytest.mark.parametrize("hidden", [0, 8])
def test_the_fast_path_takes_any_numbers_and_says_what_it_does_not_take(hidden: int) -> None:
    X, y = sample(6)
    whole = np.round(3 * X)
    model = OSELMClassifier(hidden, direct=hidden == 0).fit(X, y)
    for form in (
        whole[0].astype(np.int64),
        whole[0].astype(np.float32),
        whole[0].astype(">f8"),
        whole[0].tolist(),
        tuple(whole[0].tolist()),
        np.repeat(whole[0], 2)[::2],
        pl.Series(whole[0]),
    ):
        ours, theirs = model.copy(), model.copy()
        assert ours.predict_one(form) == theirs.predict_one(whole[0])
        np.testing.assert_array_equal(ours.outputs_one(form), theirs.outputs_one(whole[0]))
        ours.learn_one(form, 1, 2)
        theirs.learn_one(whole[0], 1, 2.0)
        assert dumps_state(ours) == dumps_state(theirs)
    for bad, says in (
        ([0.0, 1.0, np.nan, 0.0, 0.0], r"x\[2\] is not finite"),
        ([0, 1, 2, 3, -np.inf], r"x\[4\] is not finite"),
        (["a"] * 5, "5 numbers"),
        ([[1, 2], [3]], "5 numbers"),
        ({"a": 1}, "5 numbers"),
        (None, "shape"),
        (X, "shape"),
    ):
        for call in (model.predict_one, model.outlook, lambda x: model.learn_one(x, 0)):
            with pytest.raises(ValueError, match=says):
                call(bad)
    with pytest.raises(ValueError, match="none of the classes"):
        model.learn_one(X[0], [1])


@pytest.mark.parametrize(
    ("classes", "new", "refused"),
    [
        ([2, 5], 3, ["name", 7.5, True, None, [3], np.nan, 2**70]),
        (["rest", "walk"], "climb stairs", [3, 2.5, None, True, ["run"], b"run"]),
        ([0.0, 2.0], 3.0, ["name", np.nan, True, None]),
    ],
)
def test_a_class_is_added_last_or_refused_and_nothing_has_changed(
    classes: list[Any], new: Any, refused: list[Any]
) -> None:
    X, y = sample(7, m=2)
    model = OSELMClassifier(4).fit(X, np.array(classes)[y])
    before, state = model.classes_.copy(), dumps_state(model)
    for label in [*refused, *classes]:
        with pytest.raises(ValueError, match=r"another type|already"):
            model.add_class(label)
        assert model.classes_.dtype == before.dtype
        assert model.classes_.tolist() == before.tolist()
        assert dumps_state(model) == state
    model.add_class(new)
    assert model.classes_.tolist() == [*classes, new]
    assert type(model.predict_one(X[0])) is type(classes[0])
    np.testing.assert_array_equal(model.outputs(X)[:, 2], 0)
    model.partial_fit(X[:1], [new])
    assert model.outputs_one(X[0])[2] > 0


def test_parameters_set_after_training_count_from_the_next() -> None:
    X, y = sample(8)
    model = OSELMClassifier(8, direct=True, forgetting=0.9).fit(X, y)
    before = model.outputs(X)
    changed = {"hidden_scale": 9.0, "activation": "relu", "direct": False, "forgetting": 1.0}
    model.set_params(**changed, n_hidden=3, alpha="base")
    file = loads(dumps(Model(model, RangeScaler().fit(X), tuple("abcde")))).learner
    twins = [model, model.copy(), copy.deepcopy(model), file]
    for twin in twins:
        np.testing.assert_array_equal(twin.outputs(X), before)
        twin.learn_one(X[0], 1)
        twin.add_class(9)
        assert dumps_state(twin) == dumps_state(model)
        assert twin.state_bytes() == model.state_bytes()
        np.testing.assert_array_equal(twin.outputs(X), [twin.outputs_one(x).copy() for x in X])
    assert model.copy().get_params() == model.get_params()
    fresh = OSELMClassifier(**model.get_params()).fit(X, y)
    np.testing.assert_array_equal(model.fit(X, y).outputs(X), fresh.outputs(X))


def dumps_state(model: OSELMClassifier) -> bytes:
    return model.P_.tobytes() + model.beta_.tobytes()


@pytest.mark.parametrize(
    ("settings_", "says"),
    [
        ({"n_hidden": 0}, "direct"),
        ({"n_hidden": -1}, "n_hidden"),
        ({"alpha": "gauss"}, "alpha"),
        ({"activation": "step"}, "activation"),
        ({"regularization": 0}, "regularization"),
        ({"forgetting": 1.5}, "forgetting"),
        ({"hidden_scale": 0}, "hidden_scale"),
    ],
)
def test_bad_settings_are_named(settings_: dict[str, Any], says: str) -> None:
    X, y = sample(0)
    with pytest.raises(ValueError, match=says):
        OSELMClassifier(**settings_).fit(X, y)


def test_hash_is_xorshift32_as_written_down() -> None:
    def steps(seed: int, count: int) -> list[int]:
        state = (seed + 1) * 0x9E3779B9 % 2**32 or 1
        states = []
        for _ in range(16 + count):
            state ^= state << 13 & 0xFFFFFFFF
            state ^= state >> 17
            state ^= state << 5 & 0xFFFFFFFF
            states.append(state)
        return states[16:]

    for seed in (0, 1, 7, 2**32 - 1):
        expected = steps(seed, 70)
        assert alpha.xorshift32(seed, 70).tolist() == expected
        signs = [1.0 if expected[t // 32] >> t % 32 & 1 else -1.0 for t in range(70)]
        assert alpha.draw("sign", 7, 10, seed).ravel().tolist() == signs
        signed = [((s >> 16) ^ 0x8000) - 0x8000 for s in expected]
        assert alpha.draw("hash", 7, 10, seed).ravel().tolist() == [v / 2**15 for v in signed]


def test_probabilities_are_calibrated_where_there_is_data() -> None:
    """Classes that overlap: what is said with probability p comes true about as often."""
    draws = np.random.default_rng(0)
    y = draws.integers(0, 3, 30_000)
    X = draws.normal(size=(30_000, 2)) + np.array([[0, 0], [1.5, 0], [0, 1.5]])[y]
    model = OSELMClassifier(64, direct=True, regularization=0.1, hidden_scale=3.0).fit(
        X[:15_000], y[:15_000]
    )
    chance = model.predict_proba(X[15_000:])
    np.testing.assert_allclose(chance.sum(axis=1), 1)
    said, right = chance.max(axis=1), chance.argmax(axis=1) == y[15_000:]
    gaps = [
        abs(said[k].mean() - right[k].mean()) * k.mean()
        for low in np.arange(0.3, 1, 0.1)
        if (k := (said >= low) & (said < low + 0.1)).any()
    ]
    assert sum(gaps) < 0.05  # expected calibration error


def test_seed_search_takes_the_least_loss_and_it_helps() -> None:
    draws = np.random.default_rng(0)
    X = draws.uniform(-1, 1, (600, 6))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    groups = np.arange(600) % 6
    found = seed_search(
        X[:400], y[:400], groups[:400], OSELMClassifier(12, hidden_scale=4.0), range(30)
    )
    assert found.best == found.seeds[found.losses.argmin()]
    scores = [
        OSELMClassifier(12, hidden_scale=4.0, random_state=s)
        .fit(X[:400], y[:400])
        .score(X[400:], y[400:])
        for s in range(30)
    ]
    assert scores[found.best] > np.median(scores)
    with pytest.raises(ValueError, match="two groups"):
        seed_search(X, y, np.zeros(600))


def test_state_bytes_counts_what_is_kept() -> None:
    X, y = sample(0)
    model = OSELMClassifier(8).fit(X, y)
    assert model.state_bytes() == 4 * (36 + 8 * 3 + 8 + 8 + 3 + 5)
    assert (
        OSELMClassifier(8, alpha="base").fit(X, y).state_bytes() == model.state_bytes() + 4 * 5 * 8
    )


def a_model() -> Model:
    X, y = sample(0)
    scaler = RangeScaler().fit(X)
    names = np.array(["rest", "run", "walk"])[y]
    learner = OSELMClassifier(8, direct=True, alpha="hash", forgetting=0.99).fit(
        scaler.transform(X), names
    )
    return Model(learner, scaler, tuple("abcde"))


def test_a_file_brings_back_the_same_model(tmp_path: Any) -> None:
    import tinyodl

    model = a_model()
    tinyodl.save(model, tmp_path / "deep" / "model.todl")
    back = tinyodl.load(tmp_path / "deep" / "model.todl")
    X, _ = sample(9)
    np.testing.assert_array_equal(back.predict(X), model.predict(X))
    for one in (model, back):
        one.learner.learn_one(np.full(5, 0.1), "run")
    assert dumps(back) == dumps(model)
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["model.todl"]


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_is_refused(data: st.DataObject) -> None:
    good = dumps(a_model())
    kind = data.draw(st.sampled_from(["flip", "cut", "add", "random"]))
    if kind == "flip":
        at = data.draw(st.integers(0, len(good) - 1))
        bad = good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :]
    elif kind == "cut":
        bad = good[: data.draw(st.integers(0, len(good) - 1))]
    elif kind == "add":
        bad = good + data.draw(st.binary(min_size=1, max_size=50))
    else:
        bad = data.draw(st.binary(max_size=400))
    with pytest.raises(ModelFileError):
        loads(bad)


def opened(data: bytes) -> tuple[dict[str, Any], bytes]:
    """A file's header and its arrays."""
    header_bytes = struct.unpack_from("<8sIII", data)[2]
    return json.loads(data[20 : 20 + header_bytes]), data[20 + header_bytes : -32]


def signed(header: Any, body: bytes) -> bytes:
    """A file with a good checksum, whatever is in it."""
    raw = json.dumps(header).encode()
    data = struct.pack("<8sIII", b"tinyodl\0", 1, len(raw), len(body)) + raw + body
    return data + hashlib.sha256(data).digest()


def a_whole_model() -> Model:
    """With everything that a file may have."""
    rotation = np.stack([np.eye(3), 2 * np.eye(3)])
    heading = np.ones((VECTORS - 1, 3))
    return a_model()._replace(
        calibration=Calibration(np.ones(3), np.ones(3), np.zeros((3, 5)), np.ones(3), 0.5),
        capacity=4,
        leverage=0.1,
        accuracy=0.9,
        bouts=Bouts(np.ones(5), 1.0, 0.01),
        alignment=Template(np.array([0.0, 0, 1]), heading, 32, rotation, rotation, 5.0, 20.0),
    )


def test_a_whole_model_is_kept_whole() -> None:
    assert dumps(loads(dumps(a_whole_model()))) == dumps(a_whole_model())


def _array(name: str, value: float) -> Callable[[dict[str, Any], dict[str, Array]], Any]:
    return lambda settings, arrays: arrays[name].flat.__setitem__(-1, value)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda s, a: s.update(window=10**9), "16 to 65536"),
        (lambda s, a: s.update(window=2), "16 to 65536"),
        (lambda s, a: s["scaler"].update(clip=0.0), "clip"),
        (lambda s, a: s["scaler"].update(clip=float("nan")), "clip"),
        (lambda s, a: s["scaler"].update(low=99.0, high=1.0), "percentiles"),
        (lambda s, a: s.update(names=["a", "b", "c", "d", "a"]), "different"),
        (lambda s, a: s.update(classes=["rest", "run", "run"]), "different"),
        (lambda s, a: s.update(capacity=2), "capacity of 2 is below its 3"),
        (lambda s, a: s.update(capacity=-1), "capacity of -1"),
        (lambda s, a: s.update(volume=11), "'volume'"),
        (lambda s, a: a.update(gamma=np.ones(2)), "'gamma'"),
        (_array("gain", -1.0), "scaling"),
        (_array("drift_spread", -0.1), "calibration"),
        (_array("drift_score_deviation", 0.0), "calibration"),
        (_array("bout_weights", 0.0), "bouts"),
        (lambda s, a: s.update(bout_tau=0.0), "above 0"),
        (_array("align_block", 1e9), "alignment"),
        (_array("align_turned", -1.0), "alignment"),
        (_array("align_remounted", -1.0), "alignment"),
        (_array("align_reached", 1.0), "alignment"),
        (_array("align_gravity", 3.0), "alignment"),
        (lambda s, a: a["P"].__setitem__(1, 1e3), "positive definite"),
        (_array("P", -1.0), "positive definite"),
    ],
)
def test_what_no_device_could_run_is_refused(
    spoil: Callable[[dict[str, Any], dict[str, Array]], Any], says: str
) -> None:
    settings, arrays = unpack(dumps(a_whole_model()), "model")
    spoil(settings, arrays)
    with pytest.raises(ModelFileError, match=says):
        loads(pack("model", settings, arrays))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_hostile_file_with_a_good_checksum_is_refused(data: st.DataObject) -> None:
    """Any header, properly signed: it is refused with a reason, or it is a model that works."""
    header, body = opened(dumps(a_model()))
    place, key = data.draw(
        st.sampled_from(
            [(header, k) for k in header]
            + [(header["settings"], k) for k in header["settings"]]
            + [(header["settings"]["learner"], k) for k in header["settings"]["learner"]]
            + [(header["arrays"][k], "shape") for k in range(len(header["arrays"]))]
            + [(header["arrays"][0], "name")]
        )
    )
    place[key] = data.draw(JSON)
    try:
        model = loads(signed(header, body))
    except ModelFileError:
        return
    assert len(model.predict(np.zeros((2, 5)))) == 2
    model.learner.learn_one(np.zeros(5), model.learner.classes_.tolist()[0])


def test_a_newer_format_says_so() -> None:
    good = dumps(a_model())
    with pytest.raises(ModelFileError, match="update tinyodl"):
        loads(good[:8] + struct.pack("<I", 2) + good[12:])
