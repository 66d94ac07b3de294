#!/usr/bin/env python3
"""Writes tars/{gnu,pax,ustar}.tar: the same members in the three formats that tarfile writes."""
import io
import tarfile
from pathlib import Path

OUT = Path(__file__).parent / "tars"
tarfile.RECORDSIZE = 1024  # a short end mark, to keep the files small


def write(name, form, folder):
    with tarfile.open(OUT / f"{name}.tar", "w", format=form) as tar:
        for path, content in [("short.txt", b"short"), (f"{folder}/long.txt", b"long content"), ("n\u00e4me.txt", b"")]:
            info = tarfile.TarInfo(path)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for path, kind in [("directory", tarfile.DIRTYPE), ("link", tarfile.SYMTYPE)]:
            info = tarfile.TarInfo(path)
            info.type, info.linkname = kind, "../target" if kind == tarfile.SYMTYPE else ""
            tar.addfile(info)


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    write("gnu", tarfile.GNU_FORMAT, "d" * 300)
    write("pax", tarfile.PAX_FORMAT, "d" * 300)
    write("ustar", tarfile.USTAR_FORMAT, "d" * 120)
