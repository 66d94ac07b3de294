"""The same as bench_detection_ops.cpp with torchvision's operators, and the inputs of both.

    torchvision_ops.py inputs FOLDER             writes rois.bin, boxes.bin, scores.bin
    torchvision_ops.py times FOLDER THREADS      prints "NAME MILLISECONDS" lines; writes expected.bin
"""
import sys
import time

import torch


def write(folder, name, tensor):
    tensor.float().contiguous().numpy().tofile(f"{folder}/{name}.bin")


def read(folder, name, width):
    with open(f"{folder}/{name}.bin", "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.float32).view(-1, *width)


def make_inputs(folder):
    generator = torch.Generator().manual_seed(0)
    # Sides of proposals: log-uniform from 16 to 600 pixels, inside 800 x 1333.
    size = torch.exp(torch.rand(1000, 2, generator=generator) * 3.6 + 2.8)
    corner = torch.rand(1000, 2, generator=generator) * (torch.tensor([1333.0, 800.0]) - size).clamp(min=1)
    write(folder, "rois", torch.cat([torch.zeros(1000, 1), corner, corner + size], 1))
    # Boxes as before NMS: crowds around 60 places.
    place = torch.rand(60, 2, generator=generator) * torch.tensor([1200.0, 700.0])
    which = torch.randint(0, 60, (2000,), generator=generator)
    corner = place[which] + torch.randn(2000, 2, generator=generator) * 20
    size = torch.exp(torch.randn(2000, 2, generator=generator) * 0.3 + 4.2)
    write(folder, "boxes", torch.cat([corner, corner + size], 1))
    write(folder, "scores", torch.rand(2000, generator=generator))


def best_of(runs, body):
    best = 1e30
    for _ in range(runs):
        start = time.perf_counter()
        body()
        best = min(best, (time.perf_counter() - start) * 1e3)
    return best


def pool(maps, rois, levels):
    from torchvision.ops import roi_align

    out = torch.zeros(len(rois), 256, 7, 7)
    for level, (image, stride) in enumerate(zip(maps, (4, 8, 16, 32))):
        own = (levels == level).nonzero().flatten()
        out = out.index_put((own,), roi_align(image, rois[own], 7, 1 / stride, -1, True))
    return out


def print_times(folder, threads):
    from torchvision.ops import nms

    torch.set_num_threads(threads)
    rois = read(folder, "rois", (5,))
    area = (rois[:, 3] - rois[:, 1]) * (rois[:, 4] - rois[:, 2])
    levels = (area.sqrt() / 56 + 1e-6).log2().floor().clamp(0, 3).long()
    maps = []
    for stride in (4, 8, 16, 32):
        y, x = torch.arange(800 // stride).float(), torch.arange(1344 // stride).float()
        c = torch.arange(256).float().view(1, -1, 1, 1)
        maps.append(torch.sin(0.3 * y.view(1, 1, -1, 1) + 0.7 * x + 0.11 * c).contiguous().requires_grad_())
    found = {}
    print(f"forward {best_of(5, lambda: found.update(out=pool(maps, rois, levels))):.3f}")
    out = found["out"]
    weight = torch.ones_like(out)
    print(f"backward {best_of(5, lambda: torch.autograd.grad(out, maps, weight, retain_graph=True)):.3f}")
    write(folder, "expected", out.detach())
    boxes, scores = read(folder, "boxes", (4,)), read(folder, "scores", ())
    print(f"nms {best_of(50, lambda: found.update(keep=nms(boxes, scores, 0.7))):.4f}")
    print(f"kept {len(found['keep'])}")


if __name__ == "__main__":
    if sys.argv[1] == "inputs":
        make_inputs(sys.argv[2])
    else:
        print_times(sys.argv[2], int(sys.argv[3]))
