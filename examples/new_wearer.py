# %% [markdown] A device meets a new wearer, step by step. Run it whole, or cell by cell in an
# editor that knows `# %%`. Put a CSV of your own in place of the exported one: columns as in
# docs/tutorial.md.

# %%
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from tinyodl import Model, OnDeviceLearner, har, load, save, teachers, train
from tinyodl.data import table
from tinyodl.data.recordings import RATE
from tinyodl.har import compact
from tinyodl.windows import labelled

folder = Path(tempfile.mkdtemp())

# %% [markdown] ## 1. Recordings Here: the embedded ones, written as a table by `tinyodl data
# export`, and read again as anybody's would be.

# %%
from tinyodl.cli.data import export  # noqa: E402

export(None, folder / "recordings.parquet")
imported = table.read([folder / "recordings.parquet"])
print(*imported.notes, sep="\n")
dataset = imported.dataset

# %% [markdown]
# ## 2. A model of everybody but one

# %%
NEW = 14
others = dataset._replace(recordings=[r for r in dataset.recordings if r.subject != NEW])
model: Model = train(others)
save(model, folder / "factory.todl")

# %% [markdown] ## 3. The device on its wearer It predicts; the detector or an audit starts
# training; it asks while it is unsure; training ends by itself.

# %%
model = load(folder / "factory.todl")
device = OnDeviceLearner(model)
work = compact.plan(model.names, RATE, model.window)
right, events, now = [], [], 0.0
for recording in dataset.recordings:
    if recording.subject != NEW:
        continue
    starts, y = labelled(recording.activity, len(dataset.activities), model.window)
    truth = [dataset.activities[k - 1] for k in y]
    # Wrong once in twenty.
    phone = teachers.Noisy(teachers.TrueLabels(truth), 0.05, dataset.activities)
    for k, x in enumerate(model.scaler.transform(compact.extract(recording.imu, starts, work))):
        now += har.HOP / RATE
        step = device.sample(x, now)
        right.append(step.predicted == truth[k])
        answer = device.label(step.sample, phone.answer(k, x), now) if step.query else None
        events += [(len(right), e.value) for e in (step.event, answer and answer.event) if e]

# %% [markdown]
# ## 4. What became of it

# %%
print(f"{len(right)} windows, {device.counts['asked']} asked; events: {events}")
quarters = [f"{100 * np.mean(part):.1f} %" for part in np.array_split(np.array(right), 4)]
print("right as they came, quarter by quarter:", ", ".join(quarters))
print("labels:", dict(Counter(device.counts)))
device.rollback()
print("after a rollback:", device.mode.value)
