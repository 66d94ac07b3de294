"""The twelve numbers of real pycocotools, at full precision, for coco_reference_test: one line for each way of scoring.

    score_coco.py FOLDER    with FOLDER/N_gt.json and FOLDER/N_dt.json for N = 0, 1, ...

Ends with status 77 where pycocotools is absent.
"""
import contextlib
import copy
import json
import os
import sys
from pathlib import Path

try:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
except ImportError:
    sys.exit(77)


def score(truth, results, kind, limits):
    with contextlib.redirect_stdout(open(os.devnull, "w")):
        evaluation = COCOeval(truth, truth.loadRes(copy.deepcopy(results)), kind)
        evaluation.params.maxDets = limits
        evaluation.evaluate()
        evaluation.accumulate()
        # The mean of what is defined, without the words around it that differ between versions.
        def mean(values):
            values = values[values > -1]
            return values.mean() if values.size else -1.0
        precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]
        at_100 = limits.index(100)
        numbers = [mean(precision[:, :, :, 0, at_100]), mean(precision[:1, :, :, 0, 2]), mean(precision[5:6, :, :, 0, 2])]
        numbers += [mean(precision[:, :, :, area, 2]) for area in (1, 2, 3)]
        numbers += [mean(recall[:, :, 0, limit]) for limit in range(3)]
        numbers += [mean(recall[:, :, area, 2]) for area in (1, 2, 3)]
    return numbers


def main():
    folder = Path(sys.argv[1])
    for number in range(len(list(folder.glob("*_gt.json")))):
        with contextlib.redirect_stdout(open(os.devnull, "w")):
            truth = COCO(str(folder / f"{number}_gt.json"))
        results = json.loads((folder / f"{number}_dt.json").read_text())
        for kind in ("bbox", "segm"):
            for limits in ([1, 10, 100], [100, 300, 1000]):
                print(*(repr(float(value)) for value in score(truth, results, kind, limits)))


if __name__ == "__main__":
    main()
