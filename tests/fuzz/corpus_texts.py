"""The part of make_corpus.py that is text: annotations, command lines, metrics, manifests, training states."""
import json
import random


def damaged(data, seed):
    """The same bytes with a few of them changed."""
    choose = random.Random(seed)
    out = bytearray(data)
    for _ in range(1 + seed % 4):
        out[choose.randrange(len(out))] = choose.randrange(256)
    return bytes(out)


def command_lines():
    good = ["recipe.toml", "-o", "out", "--init=w.pth", "--count", "7", "--quick", "--set", "a.b=c", "optim.lr=1e-3"]
    yield "good", "\n".join(good).encode()
    for i in range(len(good)):
        yield f"without_{i}", "\n".join(good[:i] + good[i + 1:]).encode()
        yield f"twice_{i}", "\n".join(good[:i] + good[i:i + 1] + good[i:]).encode()
        yield f"cut_{i}", "\n".join(good[:i]).encode()
    for name, words in {"help": ["--help"], "short_help": ["-h"], "dashes": ["--"], "dash": ["-"], "empty": [""],
                        "only_words": ["--", "-o", "x"], "output_dri": ["--output-dri", "x"],
                        "underscores": ["--output_dir", "x"], "equals": ["="], "no_key": ["=1", "-o", "x"],
                        "no_value": ["--output-dir"], "number": ["-o", "x", "--count", "9" * 40],
                        "not_a_number": ["-o", "x", "--count", "seven"], "clusters": ["-oqh"], "zero": ["\0", "-o\0"],
                        "not_utf8": ["\udcff"], "brackets": ["--picture", "[a,b]"], "quotes": ["--picture", '"a b'],
                        "config": ["--config", "/etc/passwd"], "many": ["--picture"] + ["x"] * 500}.items():
        yield name, "\n".join(words).encode("utf-8", "surrogateescape")


def json_lines():
    good = b'{"step":1,"loss":0.5,"lr":1e-3}\n{"step":2,"loss":0.25,"lr":1e-3}\n'
    yield "good", good
    yield from ((f"cut_{n}", good[:n]) for n in range(1, len(good), 5))
    yield from ((f"flip_{seed}", damaged(good, seed)) for seed in range(10))
    for name, text in {"deep": b"[" * 2000, "deep_object": b'{"a":' * 500, "huge": b'{"step":1e308,"loss":-1e308}',
                       "too_huge": b'{"step":1e999,"loss":1}', "integer": b'{"step":18446744073709551615,"loss":-9223372036854775808}',
                       "nan": b'{"step":NaN,"loss":Infinity}', "text": b'{"step":"1","loss":[1]}', "null": b'{"step":null}',
                       "tiny": b'{"step":5e-324,"loss":0}\n{"step":1e-323,"loss":5e-324}', "twice": b'{"loss":1,"loss":2}',
                       "key": b'{"\\u0000\\ud800":1}', "empty_lines": b"\n\r\n\n", "no_object": b'7\n"a"\n[1]\ntrue'}.items():
        yield name, text


def manifests():
    tensor = {"name": "w", "offset": 8, "bytes": 4, "sha256": "ab" * 32}
    file = {"name": "model.safetensors", "bytes": 100, "sha256": "cd" * 32, "tensors": [tensor]}
    good = {"format": 1, "step": 3, "info": {"config_hash": "x"}, "files": [file]}

    def body(**changes):
        # As the target wants it: without the last brace, which comes back behind the hash.
        return json.dumps({**good, **changes}, indent=1)[:-2].encode()

    yield "good", body()
    yield from ((f"cut_{n}", body()[:n]) for n in range(0, 300, 23))
    yield from ((f"flip_{seed}", damaged(body(), seed)) for seed in range(10))
    for name, changes in {"newer": {"format": 2}, "format_text": {"format": "1"}, "step_negative": {"step": -1},
                          "step_huge": {"step": 2 ** 64}, "step_real": {"step": 1e300}, "info_number": {"info": {"a": 1}},
                          "files_none": {"files": None}, "files_twice": {"files": [file, file]}}.items():
        yield name, body(**changes)
    for name, changes in {"leads_out": {"name": "../x"}, "absolute": {"name": "/etc/passwd"}, "itself": {"name": "MANIFEST.json"},
                          "no_name": {"name": ""}, "bytes_negative": {"bytes": -1}, "bytes_small": {"bytes": 1},
                          "hash_short": {"sha256": "ab"}, "hash_upper": {"sha256": "AB" * 32},
                          "tensor_far": {"tensors": [{**tensor, "offset": 2 ** 64 - 1}]},
                          "tensor_none": {"tensors": [{}]}}.items():
        yield "file_" + name, body(files=[{**file, **changes}])


def train_states():
    good = {"format": "itpn-train-state", "format_version": 1}
    numbers = ["step", "epoch", "step_in_epoch", "steps_per_epoch", "total_steps", "updates", "samples_seen",
               "epoch_loss_sum", "epoch_loss_count", "last_loss", "scaler_scale", "scaler_good_steps",
               "scaler_backed_off", "skipped_steps", "bad_samples", "resumes", "trained_seconds", "metrics_bytes",
               "data_count", "seed", "threads", "best_step", "best_value"]
    good.update({key: n for n, key in enumerate(numbers)})
    good.update(recent_skips=[1, 2], data_hash="h", config_toml="[a]", config_hash="c", cpu_capability="AVX2",
                torch_version="2", program_version="0", task="pretrain")
    text = json.dumps(good).encode()
    yield "good", text
    yield from ((f"cut_{n}", text[:n]) for n in range(0, len(text), 60))
    yield from ((f"flip_{seed}", damaged(text, seed)) for seed in range(10))
    for key in ("format_version", "step", "recent_skips", "config_toml"):
        yield f"without_{key}", json.dumps({k: v for k, v in good.items() if k != key}).encode()
    for name, changes in {"newer": {"format_version": 2}, "version_text": {"format_version": "1"}, "negative": {"step": -5},
                          "huge": {"step": 2 ** 70}, "real": {"step": 1e300}, "loss_text": {"last_loss": "nan"},
                          "skips_deep": {"recent_skips": [[1]]}, "skips_text": {"recent_skips": "1"},
                          "config_number": {"config_toml": 3}, "null": {"seed": None}}.items():
        yield name, json.dumps({**good, **changes}).encode()
    yield "deep", b"[" * 2000
    yield "array", b"[]"


def lists():
    good = {"spaces": b"a b.jpg 2\r\n\n/c.jpg\t0\n", "comma": b"a.jpg,cat\nb.jpg,dog\n", "header": b"label;x;path\n1;2;a\n",
            "quotes": b'"a ""b"".jpg" 1\n', "quoted_fields": b'"path","label"\n"a,b.jpg" , "1"\n', "mark": b"\xef\xbb\xbfa.jpg 0.0\n",
            "escaped": b"a\\x0ab.jpg\n", "words": b"1.png tabby cat\n2.png x\n", "tabs": b"file\tclass\na\tb\n"}
    for name, text in good.items():
        yield name, text
        for seed in range(3):
            yield f"flip_{seed}_{name}", damaged(text, seed)
    for name, text in {"utf16": "a.jpg 0\n".encode("utf-16"), "utf16_bare": "a.jpg 0\n".encode("utf-16-le"), "empty": b"", "quote": b'"',
                       "quotes_open": b'"a.jpg,1', "comma_only": b",\n", "header_only": b"path,label", "path_column": b"a,path\n1\n",
                       "same_twice": b"path,path\na,b\n", "number_huge": b"a.jpg 99999999999999999999", "minus": b"a.jpg,-1",
                       "e": b"a.jpg e", "nan": b"a.jpg nan", "dot": b"a.jpg .", "header_spaces": b"path   label\n   0\n",
                       "empty_path": b'path,label\n"",1\n', "empty_label": b'a.jpg ""\n', "no_label": b"a.jpg,\nb.jpg,1\n",
                       "many_commas": b"," * 3000, "many_quotes": b'"' * 3000, "many_spaces": b"a.jpg" + b" " * 3000 + b"b"}.items():
        yield name, text
