#!/usr/bin/env python3
"""Writes images/ and images/expected.safetensors: tiny pictures of every kind, with the pixels Pillow makes of them.

    python make_images.py        (needs numpy, Pillow and safetensors)

For each file F the expected file holds F/rgb = convert("RGB"), F/stored = the array as opened (1-bit as 0 and 255),
both of 16-bit grey by its upper 8 bits (Pillow would make all above 255 white), and, for files named so, F/upright = exif_transpose(...).convert("RGB"). A file that Pillow
refuses has none.
"""
import io
import struct
import warnings
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps
from safetensors.numpy import save_file

from tiny_codecs import jpeg, marker, png

warnings.simplefilter("ignore")
OUT = Path(__file__).parent / "images"
W, H = 19, 13
rng = np.random.default_rng(7)


def smooth(channels, w=W, h=H):
    """(h, w, channels) bytes with structure, so that chroma neighbours matter."""
    seed = Image.fromarray(rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)).resize((w, h), Image.BICUBIC)
    array = np.array(seed)
    extra = rng.integers(0, 256, (h, w, 1), dtype=np.uint8)
    return np.concatenate([array, extra], 2)[:, :, :channels] if channels > 1 else array[:, :, :1]


def encode(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def exif(orientation, order="<", kind=3, count=1):
    tag = struct.pack(order + "HHI", 0x0112, kind, count) + struct.pack(order + "HH", orientation, 0)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    return b"Exif\0\0" + head + struct.pack(order + "H", 1) + tag + struct.pack(order + "I", 0)


def subsampled(factors, channels):
    """Planes of a picture for the mini encoder, by taking every n-th sample."""
    hmax, vmax = max(f[0] for f in factors), max(f[1] for f in factors)
    samples = smooth(channels)
    return [samples[::vmax // v, ::hmax // h, i] for i, (h, v) in enumerate(factors)]


def jpegs():
    colour = Image.fromarray(smooth(3))
    for name in ("4:4:4", "4:2:2", "4:2:0"):
        for progressive in (False, True):
            yield (f"colour_{name.replace(':', '')}{'_progressive' if progressive else ''}.jpg",
                   encode(colour, "JPEG", subsampling=name, progressive=progressive, quality=85))
    for name, factors in {"440": [(1, 2), (1, 1), (1, 1)], "411": [(4, 1), (1, 1), (1, 1)],
                          "410": [(4, 2), (1, 1), (1, 1)], "441": [(1, 4), (1, 1), (1, 1)],
                          "chroma_larger": [(1, 1), (2, 2), (1, 1)], "mixed": [(2, 2), (2, 1), (1, 2)]}.items():
        yield f"colour_{name}.jpg", jpeg(subsampled(factors, 3), (W, H), factors)
    plain = [(1, 1)] * 3
    adobe = b"Adobe" + struct.pack(">HHH", 100, 0, 0)
    yield "rgb_adobe.jpg", jpeg(subsampled(plain, 3), (W, H), plain, marker(0xEE, adobe + b"\0"))
    four = [(1, 1)] * 4
    for name, head in {"cmyk": b"", "cmyk_adobe": marker(0xEE, adobe + b"\0"),
                       "ycck_adobe": marker(0xEE, adobe + b"\2")}.items():
        yield f"{name}.jpg", jpeg(subsampled(four, 4), (W, H), four, head)
    chroma = [(2, 2), (1, 1), (1, 1), (2, 2)]
    yield "ycck_420.jpg", jpeg(subsampled(chroma, 4), (W, H), chroma, marker(0xEE, adobe + b"\2"))
    two = [(1, 1)] * 2
    yield "two_components.jpg", jpeg(subsampled(two, 2), (W, H), two)
    yield "grey.jpg", encode(colour.convert("L"), "JPEG")
    yield "grey_factor_2.jpg", jpeg(subsampled([(1, 1)], 1), (W, H), [(1, 1)]).replace(b"\1\x11\0", b"\1\x22\0", 1)
    yield "one_pixel.jpg", encode(colour.resize((1, 1)), "JPEG")
    yield "restart.jpg", encode(colour, "JPEG", restart_marker_blocks=1)
    for n in range(0, 10):
        yield f"orientation_{n}.jpg", encode(colour, "JPEG", exif=exif(n, ">" if n % 2 else "<"))


def pngs():
    palette = rng.integers(0, 256, (256, 3), dtype=np.uint8)
    for depth in (1, 2, 4, 8, 16):
        grey = rng.integers(0, 1 << depth, (H, W, 1))
        if depth == 16:
            grey[:, ::2] %= 300
        for interlaced in (False, True):
            end = f"{depth}{'_interlaced' if interlaced else ''}.png"
            yield "grey_" + end, png(grey, depth, 0, interlaced)
            if depth <= 8:
                plte = (b"PLTE", palette[:1 << depth].tobytes())
                index = rng.integers(0, 1 << depth, (H, W, 1))
                yield "palette_" + end, png(index, depth, 3, interlaced, [plte])
                yield "palette_alpha_" + end, png(index, depth, 3, interlaced, [plte, (b"tRNS", b"\x00\x80")])
            else:
                for name, kind, channels in (("grey_alpha_", 4, 2), ("rgb_", 2, 3), ("rgba_", 6, 4)):
                    wide = rng.integers(0, 1 << 16, (H, W, channels))
                    yield name + end, png(wide, 16, kind, interlaced)
    for interlaced in (False, True):
        end = "8_interlaced.png" if interlaced else "8.png"
        for name, kind, channels in (("grey_alpha_", 4, 2), ("rgb_", 2, 3), ("rgba_", 6, 4)):
            yield name + end, png(rng.integers(0, 256, (H, W, channels)), 8, kind, interlaced)
    ramp = np.arange(W * H).reshape(H, W, 1) % 256
    yield "palette_short.png", png(ramp, 8, 3, before_data=[(b"PLTE", palette[:9].tobytes())])
    yield "grey_8_transparent.png", png(ramp, 8, 0, before_data=[(b"tRNS", b"\0\7")])
    yield "rgb_8_transparent.png", png(smooth(3), 8, 2, before_data=[(b"tRNS", b"\0\1\0\2\0\3")])
    yield "gamma.png", png(smooth(3), 8, 2, before_data=[(b"gAMA", struct.pack(">I", 100000))])
    yield "one_pixel.png", png(smooth(3, 1, 1), 8, 2)
    yield "one_pixel_interlaced.png", png(smooth(3, 1, 1), 8, 2, True)
    yield "orientation_6.png", png(smooth(3), 8, 2, before_data=[(b"eXIf", exif(6)[6:])])


def webps():
    colour, alpha = Image.fromarray(smooth(3)), Image.fromarray(smooth(4), "RGBA")
    yield "lossy.webp", encode(colour, "WEBP", quality=80)
    yield "lossless.webp", encode(colour, "WEBP", lossless=True)
    yield "lossy_alpha.webp", encode(alpha, "WEBP", quality=80)
    yield "lossless_alpha.webp", encode(alpha, "WEBP", lossless=True, exact=True)
    yield "orientation_8.webp", encode(colour, "WEBP", exif=exif(8))
    second = Image.fromarray(smooth(4), "RGBA")
    yield "animated_alpha.webp", encode(alpha, "WEBP", save_all=True, append_images=[second], lossless=True)
    yield "animated.webp", encode(colour, "WEBP", save_all=True, append_images=[second.convert("RGB")])


def expected(name, data):
    """The arrays of one file, or nothing where Pillow refuses it."""
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except Exception as error:
        print(f"{name}: refused by Pillow: {error}")
        return {}
    if image.mode.startswith("I"):
        image = Image.fromarray((np.array(image) >> 8).astype(np.uint8))
    stored = np.array(image.convert("L") if image.mode == "1" else image)
    if name.startswith("grey_alpha_16"):
        stored = stored[:, :, [0, 3]]  # Pillow opens it as RGBA
    arrays = {"rgb": image.convert("RGB"), "stored": stored}
    if name.startswith("orientation"):
        arrays["upright"] = ImageOps.exif_transpose(image).convert("RGB")
    return {f"{name}/{k}": np.atleast_3d(np.array(v)).copy() for k, v in arrays.items()}


def main():
    OUT.mkdir(exist_ok=True)
    arrays = {}
    for make in (jpegs, pngs, webps):
        for name, data in make():
            (OUT / name).write_bytes(data)
            arrays.update(expected(name, data))
    save_file(arrays, OUT / "expected.safetensors", {"pillow": PIL.__version__})


if __name__ == "__main__":
    main()
