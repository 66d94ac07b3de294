"""Reads the event files that tensorboard_writer_test.cpp wrote for a run that went on before step 4, with TensorBoard's own
loader: no step comes twice.

    python check_restart.py DIRECTORY
"""
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1])
events.Reload()
points = [(scalar.step, scalar.value) for scalar in events.Scalars("loss")]
assert points == [(1, 1), (2, 2), (3, 3), (4, 40), (5, 50), (6, 60)], points
