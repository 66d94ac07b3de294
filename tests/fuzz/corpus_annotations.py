"""Hostile texts for the parsers of objects in pictures; make_corpus.py writes them."""
import json

from corpus_texts import damaged


def with_damage(good, seeds=4):
    for name, text in good.items():
        yield name, text
        for seed in range(seeds):
            yield f"flip_{seed}_{name}", damaged(text, seed)


def yolo_labels():
    yield from with_damage({"boxes": b"0 .5 .5 .2 .1\n12 0.25 1 0.5 1e-3\r\n", "outline": b"1 .1 .1 .9 .1 .9 .9 .1 .9\n",
                            "mark": b"\xef\xbb\xbf3.0 0.5 0.5 1 1"})
    for name, text in {"empty": b"", "blank": b" \t\r\n\n", "pixels": b"0 120 80 30 20", "word": b"cat .5 .5 .1 .1", "nan": b"0 nan .5 .1 .1",
                       "inf": b"0 inf .5 .1 .1", "minus": b"-1 .5 .5 .1 .1", "huge_class": b"1e300 .5 .5 .1 .1", "half": b".5 .5 .5 .1 .1",
                       "two_points": b"0 .1 .1 .2 .2 .3", "no_area": b"0 .5 .5 0 0", "line_outline": b"0 .1 .1 .1 .2 .1 .3",
                       "outside": b"0 1.2 .5 .1 .1", "long": b"0" + b" .5" * 1300, "zeros": b"\0" * 90, "exponents": b"0 1e-400 1e-1 1e-1 1e-1"}.items():
        yield name, text


def yolo_descriptions():
    yield from with_damage({"list": b"train: ../train/images\nval: v\nnc: 2\nnames: ['a', b c]\n",
                            "numbered": b"path: x # y\ntrain:\n  - a\n  - b\nnames:\n  1: dog\n  0: cat\n"})
    for name, text in {"empty": b"", "words": b"just words", "number": b"3", "no_names": b"train: a", "count": b"names: [a]\nnc: 3", "hole": b"names: {0: a, 2: b}",
                       "twice": b"names: {0: a, 0: b}", "words_as_numbers": b"names: {a: 0}", "deep": b"[" * 3000, "deep_map": b"{a: " * 900,
                       "aliases": b"a: &a [x,x]\nb: &b [*a,*a]\nnames: &c [*b,*b]\n", "alias_itself": b"names: &a [*a]", "tag": b"names: !!python/object [a]",
                       "tab": b"names:\n\t- a", "open_quote": b"names: ['a", "null": b"names: ~", "two": b"names: [a]\n---\nnames: [b]", "utf16": "names: [a]".encode("utf-16"),
                       "bad_utf8": b"names: [\xff\xfe]", "colon": b"names: [a: b]", "binary": bytes(range(256)), "huge_number": b"names: {99999999999999999999: a}"}.items():
        yield name, text


def voc_annotations():
    box = b"<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox>"
    whole = b"<annotation><filename>a.jpg</filename><size><width>5</width><height>6</height></size><object><name>cat</name>" + box + b"</object></annotation>"
    yield from with_damage({"whole": whole, "declared": b'<?xml version="1.0" encoding="latin1"?>' + whole}, seeds=8)
    for name, text in {"empty": b"", "page": b"<html></html>", "no_object": b"<annotation/>", "no_name": b"<annotation><object>" + box + b"</object></annotation>",
                       "no_box": b"<annotation><object><name>x</name></object></annotation>", "turned": whole.replace(b"<xmin>1", b"<xmin>9"),
                       "word": whole.replace(b">1<", b">one<"), "huge": whole.replace(b">3<", b">1e400<"), "nan": whole.replace(b">3<", b">nan<"),
                       "minus_size": whole.replace(b">5<", b">-5<"), "huge_size": whole.replace(b">5<", b">1e18<"), "deep": b"<a>" * 1300,
                       "entity": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><annotation><filename>&b;</filename></annotation>', "cut": whole[:90],
                       "cdata": whole.replace(b"cat", b"<![CDATA[<cat>]]>"), "utf16": whole.decode().encode("utf-16"), "comment": b"<!--" * 50, "zeros": bytes(50)}.items():
        yield name, text


def cocos():
    outline = [[1.5, 2, 30, 2.25, 30, 20, 1.5, 20]]
    base = {"id": 1, "image_id": 7, "category_id": 18, "bbox": [1.5, 2, 28.5, 18], "area": 510.66, "iscrowd": 0}
    runs = {"size": [48, 64], "counts": [100, 20, 2952]}

    def coco(**changes):
        return {"images": [{"id": 7, "width": 64, "height": 48, "file_name": "a\\b\u00e9.jpg"}],
                "annotations": [{**base, **changes}], "categories": [{"id": 18, "name": "dog"}]}

    good = json.dumps(coco(segmentation=outline)).encode()
    yield "good", good
    yield from ((f"cut_{n}", good[:n]) for n in range(0, len(good), 17))
    yield from ((f"flip_{seed}", damaged(good, seed)) for seed in range(20))
    for name, changes in {"runs": {"segmentation": runs, "iscrowd": 1}, "text": {"segmentation": {"size": [48, 64], "counts": "T3d0hk2"}},
                          "text_cut": {"segmentation": {"size": [48, 64], "counts": "T3d0hk"}}, "runs_short": {"segmentation": {**runs, "counts": [5]}},
                          "runs_huge": {"segmentation": {"size": [2 ** 31, 2 ** 31], "counts": [2 ** 32 - 1]}},
                          "runs_negative": {"segmentation": {"size": [-48, -64], "counts": [3072]}}, "runs_zero": {"segmentation": {"size": [0, 64], "counts": []}},
                          "far": {"segmentation": [[0, 0, 1e300, 0, 5, 5]]}, "long_way": {"segmentation": [[0, 0, 99999, -99999, -99999, 5]]},
                          "half_point": {"segmentation": [[1, 2, 3]]}, "single_outline": {"segmentation": outline[0]}, "mixed": {"segmentation": [1, [2, 3]]},
                          "box_of_3": {"bbox": [1, 2, 3]}, "box_text": {"bbox": "1 2 3 4"}, "box_empty": {"bbox": []}, "crowd_2": {"iscrowd": 2},
                          "crowd_true": {"iscrowd": True, "ignore": False}, "id_real": {"id": 1.5}, "id_huge": {"id": 2 ** 70}, "nothing": {"area": None}}.items():
        yield name, json.dumps(coco(**changes)).encode()
    for name, text in {"deep": b"[" * 4000, "deep_object": b'{"a":' * 800, "number_huge": b'[{"score":1e999}]', "number_long": b'[{"score":0.' + b"9" * 3000 + b"}]",
                       "results": json.dumps([{"image_id": 7, "category_id": 18, "score": 0.5, "bbox": [1, 2, 3, 4]},
                                              {"image_id": 7, "category_id": 18, "score": 5e-324, "segmentation": runs}]).encode(),
                       "no_score": b'[{"image_id":7,"category_id":18,"bbox":[1,2,3,4]}]', "empty_list": b"[]", "empty_object": b"{}",
                       "twice": b'{"images":[],"images":[]}', "mark": b"\xef\xbb\xbf[]", "surrogate": b'{"\\ud800":1}', "nan": b'[{"score":NaN}]',
                       "page": b"<!DOCTYPE html>"}.items():
        yield name, text


ANNOTATIONS = {"coco": cocos, "yolo_labels": yolo_labels, "yolo_description": yolo_descriptions, "voc_annotation": voc_annotations}
