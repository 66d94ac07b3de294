#!/usr/bin/env python3
"""What tools/check_layers.py complains about, on made-up trees of a few files."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import check_layers


def complaints_about(files):
    """Of a tree that holds `files`: path below src/itpn -> what it includes."""
    with tempfile.TemporaryDirectory() as directory:
        for name, includes in files.items():
            path = Path(directory, "src", "itpn", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f'#include "{include}"\n' for include in includes))
        return check_layers.check_tree(Path(directory))[0]


class CheckLayers(unittest.TestCase):
    def expect_one(self, files, *words):
        complaints = complaints_about(files)
        self.assertEqual(len(complaints), 1, complaints)
        for word in words:
            self.assertIn(word, complaints[0])

    def test_lower_folders_and_rooms_may_be_included(self):
        self.assertEqual(complaints_about({
            "core/errors.h": [],
            "models/backbone/hivit.h": ["itpn/core/errors.h"],
            "models/mim/decoder.h": ["itpn/models/backbone/hivit.h"],
            "tasks/weights/card.h": ["itpn/models/mim/decoder.h"],
            "tasks/classify/score.h": ["itpn/tasks/weights/card.h"],
            "tasks/classify/score.cpp": ["itpn/tasks/classify/score.h", "torch/torch.h"],
            "tasks/use/evaluate.h": ["itpn/tasks/classify/score.h"],
        }), [])

    def test_an_upward_include_between_folders(self):
        self.expect_one({"core/errors.h": ["itpn/ops/fold.h"], "ops/fold.h": []},
                        "core/errors.h (level 0)", "ops/fold.h (level 2)", "upward")

    def test_a_sideways_include_between_folders(self):
        self.expect_one({"data/loader.h": ["itpn/eval/top_k.h"], "eval/top_k.h": []}, "sideways")

    def test_formats_know_the_plain_values_but_not_the_other_way(self):
        self.assertEqual(complaints_about({"io/coco.h": ["itpn/structures/rle.h"], "structures/rle.h": []}), [])
        self.expect_one({"structures/rle.h": ["itpn/io/coco.h"], "io/coco.h": []}, "sideways")

    def test_an_upward_include_between_rooms(self):
        self.expect_one({"tasks/weights/card.h": ["itpn/tasks/run/session.h"], "tasks/run/session.h": []},
                        "tasks/weights/card.h (level 5.0)", "tasks/run/session.h (level 5.1)", "upward")

    def test_a_sideways_include_between_rooms(self):
        self.expect_one({"tasks/classify/score.h": ["itpn/tasks/pretrain/tower.h"], "tasks/pretrain/tower.h": []},
                        "classify/score.h", "sideways")

    def test_detection_and_classification_do_not_know_each_other(self):
        self.expect_one({"tasks/detect/ready.h": ["itpn/tasks/classify/score.h"], "tasks/classify/score.h": []},
                        "detect/ready.h", "sideways")
        self.assertEqual(complaints_about({"tasks/use/predict.h": ["itpn/tasks/detect/ready.h"],
                                           "tasks/detect/ready.h": []}), [])

    def test_a_file_beside_the_rooms(self):
        self.expect_one({"tasks/helpers.h": []}, "tasks/helpers.h", "beside the rooms")

    def test_a_room_and_a_folder_that_nobody_knows(self):
        self.expect_one({"tasks/attic/old.h": []}, "tasks/attic", "none of the rooms")
        self.expect_one({"attic/old.h": []}, "folder attic has no level")

    def test_a_cycle_inside_one_folder(self):
        self.expect_one({"io/a.h": ["itpn/io/b.h"], "io/b.h": ["itpn/io/a.h"]}, "cycle", "io/a.h -> io/b.h -> io/a.h")

    def test_a_torch_header_in_a_torch_free_folder(self):
        self.expect_one({"io/png.h": ["ATen/core/Tensor.h"]}, "io/png.h", "torch-free")

    def test_an_include_of_nothing(self):
        self.expect_one({"io/png.h": ["itpn/io/gone.h"]}, "does not exist")

    def test_a_file_that_is_too_long(self):
        self.expect_one({"io/png.h": ["vector"] * (check_layers.MAX_LINES + 1)}, "401 lines")


if __name__ == "__main__":
    unittest.main()
