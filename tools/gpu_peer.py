#!/usr/bin/env python3
"""Speed of the same models in eager PyTorch, or compiled, on one device: what tools/gpu_check.sh measures the program
beside. The models come from a script that defines MaskedImageModel, Classifier and PRESETS; matrix products run under
autocast, as a Python user would train.

    tools/gpu_peer.py --peer eager_peer.py --task pretrain --preset base --dtype bf16 --batch 256 --device cuda

Prints one JSON line. Where the batch does not fit into the device's memory, three quarters of it are tried, and so on.
"""
import argparse
import importlib.util
import json
import statistics
import sys
import time
import types

import torch

TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
CLASSES = 1000


def load_models(path):
    """The script as a module; what it imports for its other uses may be missing here."""
    if importlib.util.find_spec("safetensors") is None:
        stub = types.ModuleType("safetensors.torch")
        stub.load_file = stub.save_file = None
        sys.modules["safetensors"], sys.modules["safetensors.torch"] = types.ModuleType("safetensors"), stub
    spec = importlib.util.spec_from_file_location("peer_models", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Step:
    """One step of the task on a batch of noise; calling it does it."""

    def __init__(self, models, args, batch):
        config = dict(models.PRESETS[args.preset])
        size = config["img_size"]
        self.args = args
        self.is_pretraining = args.task == "pretrain"
        model = models.MaskedImageModel(**config) if self.is_pretraining else models.Classifier(**config, rpe=True)
        self.patches = model.grid ** 2
        self.images = torch.randn(batch, 3, size, size)
        self.targets = torch.rand(batch, CLASSES).softmax(-1)
        self.trainable = [p for p in model.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(self.trainable, lr=1e-4, betas=(0.9, 0.95), weight_decay=0.05, fused=True)
        self.scaler = torch.amp.GradScaler(args.device, enabled=args.dtype == "fp16")
        self.model = torch.compile(model) if args.mode == "compile" else model

    def loss(self):
        with torch.autocast(self.args.device, TYPES[self.args.dtype], enabled=self.args.dtype != "fp32"):
            if self.is_pretraining:
                return self.model(self.images, torch.rand(len(self.images), self.patches))[0]
            log_p = self.model(self.images).float().log_softmax(-1)
        return -(self.targets * log_p).sum(-1).mean()

    def predict(self):
        enabled = self.args.dtype != "fp32"
        with torch.no_grad(), torch.autocast(self.args.device, TYPES[self.args.dtype], enabled=enabled):
            return float(self.model(self.images).max())

    def train(self):
        loss = self.loss()
        self.optimiser.zero_grad()
        self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.optimiser)
        norm = torch.nn.utils.get_total_norm(p.grad for p in self.trainable if p.grad is not None)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        return float(loss.detach()) + float(norm)  # the recipes log both

    def __call__(self):
        return self.predict() if self.args.task == "predict" else self.train()


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def measure(step, args, batch):
    for _ in range(args.warmup):
        step()
    speeds = []
    for _ in range(args.windows):
        wait(args.device)
        start = time.perf_counter()
        for _ in range(args.steps):
            step()
        wait(args.device)
        speeds.append(batch * args.steps / (time.perf_counter() - start))
    return speeds


def largest_that_fits(models, args):
    """(batch, speeds) of the largest batch up to args.batch."""
    batch = args.batch
    while True:
        try:
            return batch, measure(Step(models, args, batch), args, batch)
        except torch.cuda.OutOfMemoryError:
            if batch == 1:
                raise
            batch = max(1, batch * 3 // 4)
        torch.cuda.empty_cache()  # outside of the handler, which keeps the tensors of the attempt


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--task", choices=["pretrain", "finetune", "predict"], required=True)
    parser.add_argument("--preset", default="base")
    parser.add_argument("--dtype", choices=sorted(TYPES), default="bf16")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--mode", choices=["eager", "compile"], default="eager")
    for flag, default in (("--batch", 64), ("--steps", 5), ("--windows", 3), ("--warmup", 3)):
        parser.add_argument(flag, type=int, default=default)
    return parser.parse_args()


def main():
    args = arguments()
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    if args.device == "cuda" and not torch.cuda.is_available():
        sys.exit("gpu_peer: this torch sees no GPU")
    torch.set_default_device(args.device)
    batch, speeds = largest_that_fits(load_models(args.peer), args)
    peak = torch.cuda.max_memory_allocated() / 1e6 if args.device == "cuda" else 0.0
    print(json.dumps({"mode": args.mode, "task": args.task, "preset": args.preset, "dtype": args.dtype, "batch": batch,
                      "images_per_second": statistics.median(speeds), "worst": min(speeds), "best": max(speeds),
                      "peak_device_mb": peak, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
