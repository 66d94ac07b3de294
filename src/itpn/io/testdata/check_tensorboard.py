"""Reads the event file that tensorboard_writer_test.cpp wrote, with TensorBoard's own loader.

    python check_tensorboard.py DIRECTORY
"""
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1])
events.Reload()
scalar, = events.Scalars("train/loss")
assert (scalar.step, scalar.value) == (300, 0.5), scalar
image, = events.Images("panel")
assert (image.step, image.width, image.height) == (301, 3, 2), image
assert image.encoded_image_string.startswith(b"\x89PNG"), image
text, = events.Tensors("config/text_summary" if "config/text_summary" in events.Tags()["tensors"] else "config")
assert (text.step, text.tensor_proto.string_val[0]) == (302, b"a = 1"), text
assert events.SummaryMetadata("config").plugin_data.plugin_name == "text"
