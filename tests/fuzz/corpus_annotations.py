"""Hostile texts for the parsers of objects in pictures; make_corpus.py writes them."""
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


ANNOTATIONS = {"yolo_labels": yolo_labels, "yolo_description": yolo_descriptions, "voc_annotation": voc_annotations}
