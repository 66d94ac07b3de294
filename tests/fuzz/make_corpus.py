#!/usr/bin/env python3
"""Writes corpus/KIND/ for each KIND of OWN: small hostile inputs, always the same ones.
Good pictures and tars are not repeated here: the targets also read src/itpn/io/testdata.

    python3 tests/fuzz/make_corpus.py        (standard library only)
"""
import hashlib
import io
import json
import shutil
import struct
import zipfile
import zlib
from pathlib import Path

from corpus_texts import cocos, command_lines, damaged, json_lines, lists, manifests, train_states

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
IMAGES = HERE.parent.parent / "src/itpn/io/testdata/images"
# Parsers of other folders keep their own inputs; only these are rewritten.
OWN = ("coco", "command_line", "exif", "file_kind", "jpeg", "json_lines", "list", "manifest", "picture_index", "png", "pth_legacy", "pth_zip",
       "safetensors", "tar", "train_state", "webp", "weights_index")


def damaged_files(names, count):
    """Each of the files cut at several places and with bytes changed."""
    for name in names:
        data = (IMAGES / name).read_bytes()
        for part in (1, 3):
            yield f"cut_{part}_{name}", data[:len(data) * part // 4]
        for seed in range(count):
            yield f"flip_{seed}_{name}", damaged(data, seed)


def jpegs():
    yield from damaged_files(["colour_420.jpg", "colour_420_progressive.jpg", "ycck_420.jpg", "restart.jpg"], 4)
    good = (IMAGES / "colour_420.jpg").read_bytes()
    frame = good.index(b"\xff\xc0")
    yield "zero_height.jpg", good[:frame + 5] + b"\0\0" + good[frame + 7:]
    yield "zero_width.jpg", good[:frame + 7] + b"\0\0" + good[frame + 9:]
    yield "huge.jpg", good[:frame + 5] + b"\xff\xff\xff\xff" + good[frame + 9:]
    yield "twelve_bits.jpg", good[:frame + 4] + b"\x0c" + good[frame + 5:]
    yield "factor_0.jpg", good[:frame + 11] + b"\0" + good[frame + 12:]
    yield "factor_15.jpg", good[:frame + 11] + b"\xff" + good[frame + 12:]
    yield "arithmetic.jpg", good[:frame + 1] + b"\xc9" + good[frame + 2:]
    yield "lossless.jpg", good[:frame + 1] + b"\xc3" + good[frame + 2:]
    yield "no_tables.jpg", good[:2] + good[frame:]
    yield "only_start.jpg", b"\xff\xd8\xff"
    yield "no_scan.jpg", good[:good.index(b"\xff\xda")] + b"\xff\xd9"
    yield "marker_length_0.jpg", b"\xff\xd8\xff\xe1\0\0" + good[2:]
    yield "marker_past_end.jpg", b"\xff\xd8\xff\xe1\xff\xff" + good[2:]
    progressive = (IMAGES / "colour_420_progressive.jpg").read_bytes()
    scan = progressive.index(b"\xff\xda")
    one = progressive[scan:progressive.index(b"\xff", scan + 14)]
    yield "many_scans.jpg", progressive[:-2] + one[:24] * 105 + b"\xff\xd9"
    # 51 columns of blocks that are smoothed, as all scans but the first are missing.
    frame = progressive.index(b"\xff\xc2")
    second = progressive.index(b"\xff\xda", scan + 2)
    yield "unfinished_progressive.jpg", (progressive[:frame + 7] + b"\0\x33" + progressive[frame + 9:second]
                                         + b"\xff\xd9")


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(head, chunks):
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", *head)) + b"".join(
        png_chunk(*chunk) for chunk in chunks)


def pngs():
    yield from damaged_files(["palette_4.png", "grey_16_interlaced.png", "rgba_8.png"], 4)
    rows = zlib.compress(bytes(4 * 13), 9)
    end = (b"IEND", b"")
    for name, head in {"zero": (0, 4, 8, 2, 0, 0, 0), "huge": (0x7FFFFFFF, 0x7FFFFFFF, 8, 6, 0, 0, 0),
                       "depth_3": (4, 4, 3, 0, 0, 0, 0), "kind_1": (4, 4, 8, 1, 0, 0, 0),
                       "interlace_2": (4, 4, 8, 2, 0, 0, 2), "compression_1": (4, 4, 8, 2, 1, 0, 0)}.items():
        yield f"{name}.png", png(head, [(b"IDAT", rows), end])
    four = (4, 4, 8, 2, 0, 0, 0)
    yield "no_data.png", png(four, [end])
    yield "short_data.png", png(four, [(b"IDAT", zlib.compress(bytes(10))), end])
    yield "long_data.png", png(four, [(b"IDAT", zlib.compress(bytes(1_000_000), 9)), end])
    yield "not_zlib.png", png(four, [(b"IDAT", b"no zlib stream"), end])
    yield "filter_9.png", png(four, [(b"IDAT", zlib.compress(b"\x09" * 52)), end])
    yield "two_heads.png", png(four, [(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0)), (b"IDAT", rows), end])
    yield "palette_missing.png", png((4, 4, 8, 3, 0, 0, 0), [(b"IDAT", zlib.compress(bytes(20))), end])
    yield "palette_odd.png", png((4, 4, 8, 3, 0, 0, 0), [(b"PLTE", bytes(10)), (b"IDAT", zlib.compress(bytes(20))), end])
    bomb = zlib.compress(bytes(3_000_000), 9)
    yield "text_bomb.png", png(four, [(b"zTXt", b"k\0\0" + bomb), (b"IDAT", rows), end])
    yield "profile_bomb.png", png(four, [(b"iCCP", b"k\0\0" + bomb), (b"IDAT", rows), end])
    yield "unknown_critical.png", png(four, [(b"ABCD", b"x"), (b"IDAT", rows), end])
    exif_claim = png(four, [(b"eXIf", bytes(26)), (b"IDAT", rows), end]).replace(b"\0\0\0\x1aeXIf", b"\x32\0\0\x1aeXIf")
    yield "exif_claims_800_mb.png", exif_claim
    yield "exif.png", png(four, [(b"eXIf", b"MM\0*\xff\xff\xff\xff"), (b"IDAT", rows), end])


def webps():
    yield from damaged_files(["lossy.webp", "lossless_alpha.webp", "animated_alpha.webp", "lossy_alpha.webp"], 4)
    yield "only_head.webp", b"RIFF\xff\xff\xff\xffWEBP"
    yield "riff_too_long.webp", b"RIFF\xff\xff\xff\x7f" + (IMAGES / "lossy.webp").read_bytes()[8:]
    canvas = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + b"\xff\xff\xff" * 2
    yield "huge_canvas.webp", b"RIFF" + struct.pack("<I", 22) + b"WEBP" + canvas
    yield "chunk_past_end.webp", b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8L\xff\xff\xff\x7f\x2f0123456789"


def exif(entries, order="<", directory=8, count=None):
    """entries: (tag, type, count, value)."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", directory)
    body = b"".join(struct.pack(order + "HHIHH", tag, kind, n, value, 0) for tag, kind, n, value in entries)
    return head + struct.pack(order + "H", len(entries) if count is None else count) + body


def exifs():
    six = (0x0112, 3, 1, 6)
    for order, name in (("<", "little"), (">", "big")):
        good = exif([(0x010F, 2, 4, 0), six], order)
        yield f"good_{name}", b"Exif\0\0" + good
        yield f"bare_{name}", good
        for size in (1, 4, 7, 9, 12, len(good) - 3):
            yield f"cut_{size}_{name}", good[:size]
        yield f"directory_far_{name}", exif([six], order, directory=0xFFFFFFFF)
        yield f"directory_itself_{name}", exif([six], order, directory=0)
        yield f"count_lies_{name}", exif([(1, 2, 3, 4)], order, count=0xFFFF)
        yield f"value_0_{name}", exif([(0x0112, 3, 1, 0)], order)
        yield f"value_9_{name}", exif([(0x0112, 3, 1, 9)], order)
        yield f"type_long_{name}", exif([(0x0112, 4, 1, 6)], order)
        yield f"two_values_{name}", exif([(0x0112, 3, 2, 6)], order)
    yield "wrong_magic", b"II+\0" + exif([six])[4:]
    yield "mixed_order", b"IM*\0" + exif([six])[4:]


def safetensors(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def safetensors_files():
    one = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
    good = safetensors({"__metadata__": {"format": "pt"}, "a": one, "b": dict(one, data_offsets=[4, 8])}, bytes(8))
    yield "good", good
    for size in (0, 5, 8, 20, len(good) - 1):
        yield f"cut_{size}", good[:size]
    for seed in range(8):
        yield f"flip_{seed}", damaged(good, seed)
    for name, change in {"offsets_swapped": {"data_offsets": [4, 0]}, "offsets_huge": {"data_offsets": [0, 2 ** 64 - 1]},
                         "offsets_late": {"data_offsets": [4, 8]}, "shape_overflow": {"shape": [2 ** 62, 2 ** 62]},
                         "shape_negative": {"shape": [-1]}, "shape_zero": {"shape": [0], "data_offsets": [0, 0]},
                         "shape_long": {"shape": [1] * 100}, "dtype": {"dtype": "F7"}, "dtype_number": {"dtype": 7},
                         "unknown_field": {"extra": [1]}, "offsets_fraction": {"data_offsets": [0, 4.0]}}.items():
        yield name, safetensors({"a": dict(one, **change)}, bytes(4))
    yield "length_huge", safetensors({"a": one}, bytes(4), length=2 ** 64 - 1)
    yield "length_100_mb", safetensors({"a": one}, bytes(4), length=100_000_000)
    yield "deep", safetensors(b'{"a":' + b"[" * 3000)
    yield "twice", safetensors(b'{"a":%s,"a":%s}' % ((json.dumps(one).encode(),) * 2), bytes(4))
    yield "not_utf8", safetensors(b'{"\xff\xfe":{}}')
    yield "long_number", safetensors(b'{"a":{"dtype":"F32","shape":[' + b"9" * 400 + b"]}}")
    yield "overlap", safetensors({"a": one, "b": dict(one, data_offsets=[2, 6])}, bytes(6))
    yield "metadata_number", safetensors({"__metadata__": {"x": 1}})
    yield "metadata_list", safetensors({"__metadata__": []})
    yield "array", safetensors(b"[]")
    yield "null", safetensors(b"null")
    yield "no_shape", safetensors({"a": {"dtype": "F32", "data_offsets": [0, 4]}}, bytes(4))
    yield "one_offset", safetensors({"a": dict(one, data_offsets=[0])}, bytes(4))
    yield "hole", safetensors({"a": one, "b": dict(one, data_offsets=[8, 12])}, bytes(12))
    yield "trailing", safetensors({"a": one}, bytes(9))
    yield "odd_bits", safetensors({"a": dict(one, dtype="F64")}, bytes(4))
    yield "empty_name", safetensors({"": one}, bytes(4))
    yield "name_with_zero", safetensors({"a\0b": one}, bytes(4))
    yield "text_after", safetensors(json.dumps({"a": one}).encode() + b"{}", bytes(4))


def tar_header(name, size, kind=b"0", size_field=None):
    field = size_field if size_field is not None else b"%011o\0" % size
    block = name.ljust(100, b"\0") + b"0000644\0" * 3 + field + b"0" * 11 + b"\0" + b" " * 8 + kind
    block = (block.ljust(257, b"\0") + b"ustar\x0000").ljust(512, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def tar_member(name, content=b"", kind=b"0", size_field=None):
    return tar_header(name, len(content), kind, size_field) + content + bytes(-len(content) % 512)


def tars():
    end = bytes(512)
    good = tar_member(b"0.jpg", b"jpeg") + tar_member(b"0.cls", b"3")
    yield "good", good + end
    yield "no_end", good
    for size in (0, 300, 512, 700, 1500):
        yield f"cut_{size}", good[:size]
    for seed in range(6):
        yield f"flip_{seed}", damaged(good + end, seed)
    for name, member in {
            "parent": tar_member(b"../../etc/passwd", b"x"), "absolute": tar_member(b"/etc/passwd", b"x"),
            "link": tar_member(b"link", kind=b"2"), "device": tar_member(b"device", kind=b"3"),
            "sparse": tar_member(b"sparse", b"x" * 20, kind=b"S"), "repeated": good + tar_member(b"0.jpg", b"again"),
            "size_huge": tar_member(b"a", size_field=b"77777777777\0"), "size_text": tar_member(b"a", size_field=b"x" * 12),
            "size_negative": tar_member(b"a", size_field=b"\xff" * 12),
            "size_binary": tar_member(b"a", size_field=b"\x80" + b"\xff" * 11),
            "long_name": tar_member(b"L", b"n" * 700, b"L") + good, "long_name_last": tar_member(b"L", b"n" * 700, b"L"),
            "long_link": tar_member(b"K", b"n" * 700, b"K") + good,
            "pax": tar_member(b"x", b"14 path=a.jpg\n", b"x") + good,
            "pax_size_lies": tar_member(b"x", b"18 size=999999999\n", b"x") + good,
            "pax_length_lies": tar_member(b"x", b"99 path=a\n", b"x") + good,
            "pax_length_0": tar_member(b"x", b"0 path=a\n", b"x") + good,
            "fifo": tar_member(b"fifo", kind=b"6"), "character": tar_member(b"tty", kind=b"4"),
            "hard_link": tar_member(b"hard", kind=b"1"), "folder": tar_member(b"folder/", kind=b"5"),
            "unknown_kind": tar_member(b"what", b"x", kind=b"Z"), "contiguous": tar_member(b"c.jpg", b"x", kind=b"7"),
            "old_kind": tar_member(b"o.jpg", b"x", kind=b"\0"), "no_name": tar_member(b"", b"x"),
            "no_extension": tar_member(b"file", b"x"), "hidden": tar_member(b".jpg", b"x"),
            "not_utf8": tar_member(b"\xff\xfe.jpg", b"x"), "newline": tar_member(b"a\nb.jpg", b"x"),
            "zip": b"PK\3\4" + bytes(508), "text": b"not a tar at all".ljust(512, b"."),
            "pax_size_negative": tar_member(b"x", b"11 size=-5\n", b"x") + good,
            "pax_no_equals": tar_member(b"x", b"9 path a\n", b"x") + good,
            "pax_empty": tar_member(b"x", b"", b"x") + good,
            "pax_global": tar_member(b"g", b"14 path=a.jpg\n", b"g") + good}.items():
        yield name, member + end


def pickle_text(text):
    return b"X" + struct.pack("<I", len(text)) + text


def pickle_numbers(values):
    return b"(" + b"".join(b"\x8a\x08" + struct.pack("<q", v) for v in values) + b"t"


def pickle_tensor(kind, key, count, view, legacy=False):
    """view: (first, shape, strides)."""
    storage = b"(" + pickle_text(b"storage") + b"ctorch\n" + kind + b"Storage\n"
    storage += pickle_text(key) + pickle_text(b"cpu")
    storage += b"\x8a\x08" + struct.pack("<q", count) + (b"N" if legacy else b"") + b"tQ"
    first = b"\x8a\x08" + struct.pack("<q", view[0])
    return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + first + pickle_numbers(view[1])
            + pickle_numbers(view[2]) + b"\x89ccollections\nOrderedDict\n)RtR")


def pickles(legacy):
    """Instructions between head and end of a pickle that describes storage "0" of four floats."""
    def one(view, kind=b"Float", count=4):
        return b"}(" + pickle_text(b"model") + b"}" + pickle_text(b"module.a") + pickle_tensor(
            kind, b"0", count, view, legacy) + b"su"

    for name, view in {"good": (0, [2, 2], [2, 1]), "transposed": (0, [2, 2], [1, 2]), "repeated": (1, [3, 2], [0, 1]),
                       "scalar": (3, [], []), "empty": (4, [0, 7], [7, 1]), "outside": (1, [4], [1]),
                       "negative": (0, [-1], [1]), "overflow": (0, [2 ** 62, 2 ** 62], [2 ** 62, 1]),
                       "terabyte": (0, [2 ** 40], [0]), "far": (2 ** 63 - 1, [1], [1])}.items():
        yield name, one(view)
    yield "count_lies", one((0, [4], [1]), count=2 ** 60)
    yield "type_differs", one((0, [2], [1]), kind=b"Double")
    yield "call", b"cos\nsystem\n" + pickle_text(b"true") + b"\x85R"
    scalar = b"cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n" + pickle_text(b"f8") + b"\x85RC\x08" + bytes(8) + b"tR"
    yield "left_out", b"}(" + pickle_text(b"best") + scalar + scalar + b"Nu"
    yield "left_out_filled", b"cmmcv\nHistory\n)\x81(NNe(NNu}sb"
    yield "left_out_as_storage", b"(" + pickle_text(b"storage") + scalar + b"NNNtQ"
    typed = b"ctorch._tensor\n_rebuild_from_type_v2\n"
    yield "typed_tensor", typed + b"(" + pickle_tensor(b"Float", b"0", 4, (0, [4], [1]), legacy)[:-1] + b"NN}tR"
    yield "typed_nested", typed + b"(" + typed + b"N)}tR"
    yield "namespace", b"cargparse\nNamespace\n)\x81}" + pickle_text(b"lr") + b"G?\xe0\0\0\0\0\0\0sb"
    yield "itself", b"]q\0h\0a"
    yield "laughs", b"]q\0" + b"](h\0h\0h\0h\0h\0h\0eq\0" * 12
    yield "deep", b"]" * 200 + b"a" * 199
    yield "memo_huge", b"Nr\xff\xff\xff\xff"
    yield "text_huge", b"X\xff\xff\xff\xff"
    yield "stack", b"(" * 2000
    yield "instructions", bytes(range(1, 46))
    for seed in range(20):
        yield f"flip_{seed}", damaged(one((0, [2, 2], [1, 2])), seed)


def pth_zips():
    def archive(pickle, extra=()):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as z:
            for name, data in [("a/data.pkl", b"\x80\x02" + pickle + b"."), ("a/data/0", bytes(16)), *extra]:
                z.writestr(zipfile.ZipInfo(name), data)
        return out.getvalue()

    for name, pickle in pickles(False):
        yield "pickle_" + name, archive(pickle)
    good = archive(dict(pickles(False))["good"], [("a/byteorder", b"little")])
    for part in range(8):
        yield f"cut_{part}", good[:len(good) * part // 8]
    for seed in range(40):
        yield f"flip_{seed}", damaged(good, seed)
    for name, extra in {"big_endian": ("a/byteorder", b"big"), "two_pickles": ("b/data.pkl", b"N."),
                        "script": ("a/constants.pkl", b"N."), "no_slash": ("x", b"")}.items():
        yield name, archive(b"}", [extra])
    yield "only_end", b"PK\5\6" + bytes(18)
    yield "end_with_comment", good[:-2] + b"\3\0abc"
    # Two local headers behind the end of the file, the one before the other.
    first, second, *_ = (i for i in range(len(good)) if good.startswith(b"PK\1\2", i))
    yield "headers_outside", (good[:first + 42] + b"\0\0\2\0" + good[first + 46:second + 42] + b"\0\0\3\0"
                              + good[second + 46:])


def pth_legacies():
    head = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."
    machine = b"\x80\x02}" + pickle_text(b"little_endian") + b"\x88s."

    def whole(pickle, keys=(b"0",), data=struct.pack("<q", 4) + bytes(16), start=head + machine):
        return start + b"\x80\x02" + pickle + b".\x80\x02](" + b"".join(map(pickle_text, keys)) + b"e." + data

    for name, pickle in pickles(True):
        yield "pickle_" + name, whole(pickle)
    pickle = dict(pickles(True))["good"]
    good = whole(pickle)
    for part in range(8):
        yield f"cut_{part}", good[:len(good) * part // 8]
    for seed in range(40):
        yield f"flip_{seed}", damaged(good, seed)
    yield "keys_missing", whole(pickle, keys=())
    yield "keys_twice", whole(pickle, keys=(b"0", b"0"), data=(struct.pack("<q", 4) + bytes(16)) * 2)
    yield "count_huge", whole(pickle, data=struct.pack("<q", -1) + bytes(16))
    yield "trailing", good + b"x"
    yield "big_endian", whole(pickle, start=head + machine.replace(b"\x88s.", b"\x89s."))
    yield "other_magic", b"\x80\x02K\x01." + good


def picture_indices():
    def numbers(kind, *values):
        return struct.pack(f"<{len(values)}{kind}", *values)

    def names(*texts):
        ends = [sum(map(len, texts[:i + 1])) for i in range(len(texts))]
        return [numbers("Q", *ends), b"".join(texts)]

    good = [b"key", *names(b"a.jpg", b"b.jpg", b"c.png"), numbers("I", 5, 0, 9), numbers("i", 1, 0, 1),
            numbers("Q", 512, 2048, 1024), *names(b"s-0.tar", b"s-1.tar"), numbers("q", 1, 2, -3, 4, 1, 5, 6, 7),
            numbers("Q", 2, 3), *names(b"cat", b"dog"), *names(b"cow"), *names(b"x", b"y"), numbers("I", 0, 0),
            *names(b"why"), numbers("Q", 14), b"0" * 64, b"1" * 64]

    def index(sections, sizes=None, magic=b"itpn pictures 1\n", order=0x0102030405060708):
        body = magic + numbers("Q", order, *(sizes or map(len, sections)))
        for section in sections:
            body += section + bytes(-len(section) % 8)
        return body + hashlib.sha256(body).digest()

    yield "good", index(good)
    yield "empty", index([b"key"] + [b""] * 18 + [bytes(8), b"", b""])
    yield "big_endian", index(good, order=0x0807060504030201)
    yield "newer", index(good, magic=b"itpn pictures 2\n")
    for i in range(len(good)):
        sizes = list(map(len, good))
        yield f"without_{i}", index(good[:i] + [b""] + good[i + 1:])
        yield f"half_{i}", index(good[:i] + [good[i][:len(good[i]) // 2]] + good[i + 1:])
        yield f"high_{i}", index(good[:i] + [b"\xff" * len(good[i])] + good[i + 1:])
        yield f"size_{i}", index(good, sizes[:i] + [2 ** 64 - 1 - i] + sizes[i + 1:])
    for seed in range(10):
        yield f"flip_{seed}", damaged(index(good), seed)


def weights_indices():
    good = {"metadata": {"total_size": 8, "weight_map": {"a": "x"}}, "weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}
    yield "good", json.dumps(good).encode()
    for seed in range(8):
        yield f"flip_{seed}", damaged(json.dumps(good).encode(), seed)
    for name, index in {"other_folder": {"weight_map": {"a": "../x"}}, "root": {"weight_map": {"a": "/x"}},
                        "itself": {"weight_map": {"a": ".."}}, "no_map": {"error": "no"}, "empty_map": {"weight_map": {}},
                        "text": {"weight_map": "a"}, "list": {"weight_map": ["a", "b"]}, "numbers": {"weight_map": {"a": 1}},
                        "deep_map": {"x": {"weight_map": {"a": "1"}}}, "map_in_map": {"weight_map": {"a": {"b": "1"}, "c": "2"}},
                        "map_twice": {"weight_map": {"a": "1"}, "x": [[{"weight_map": {"a": "2"}}]]}}.items():
        yield name, json.dumps(index).encode()
    yield "deep", b'{"weight_map":' + b"[" * 3000
    yield "not_utf8", b'{"weight_map":{"\xff":"\xfe"}}'
    yield "cut", json.dumps(good).encode()[:-9]
    yield "array", b"[1]"


def file_kinds():
    starts = {"empty": b"", "lfs": b"version https://git-lfs.github.com/spec/v1\n", "annex": b"/annex/objects/X", "page": b" <!DOCTYPE html>",
              "svg": b"<?xml?><svg>", "json": b'{"a": 1}', "utf16": b"\xff\xfea\0", "text": b"a b\n", "gif": b"GIF89a",
              "tiff": b"II*\0", "heic": b"\0\0\0\x18ftypheic", "avif": b"\0\0\0\x18ftypmif1\0\0\0\0avif", "film": b"\0\0\0\x18ftyp",
              "bmp": b"BM1234\0\0\0\0", "gzip": b"\x1f\x8b\x08", "zip": b"PK\3\4", "pickle": b"\x80\x02\x8a\x0al\xfc\x9cF\xf9",
              "safetensors": struct.pack("<Q", 0x088b1f) + b"{", "tar": tar_header(b"a", 3), "zeros": bytes(700)}
    for name, start in starts.items():
        yield name, start
        yield f"{name}_and_more", start + b"\xc3"


def main():
    makers = dict(coco=cocos, command_line=command_lines, exif=exifs, jpeg=jpegs, json_lines=json_lines, manifest=manifests, png=pngs,
                  picture_index=picture_indices, train_state=train_states, pth_legacy=pth_legacies, pth_zip=pth_zips,
                  safetensors=safetensors_files, tar=tars, webp=webps, weights_index=weights_indices, list=lists, file_kind=file_kinds)
    for kind in OWN:
        folder = CORPUS / kind
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        inputs = dict(makers[kind]())
        for name, data in inputs.items():
            assert len(data) <= 4096, (kind, name, len(data))
            (folder / name).write_bytes(data)
        print(f"{kind}: {len(inputs)} inputs")


if __name__ == "__main__":
    main()
