"""Seconds of pycocotools for the same work as `itpn_bench_coco evaluate`, and its numbers at full precision.

    pycocotools_seconds.py TRUTH RESULTS
"""
import contextlib
import io
import sys
import time

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def main():
    start = time.time()
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(sys.argv[1])
        results = truth.loadRes(sys.argv[2])
    print(f"files read after {time.time() - start:.2f} s")
    for kind, word in (("bbox", "boxes"), ("segm", "masks")):
        own = time.time()
        with contextlib.redirect_stdout(io.StringIO()):
            evaluation = COCOeval(truth, results, kind)
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
        print(f"{word} {time.time() - own:.2f} s:", *(repr(float(value)) for value in evaluation.stats))
    print(f"in all {time.time() - start:.2f} s")


if __name__ == "__main__":
    main()
