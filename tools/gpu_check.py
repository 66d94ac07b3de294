#!/usr/bin/env python3
"""The parts of tools/gpu_check.sh, which says what they are for and how to call them."""
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import gpu_report

ROOT = Path(__file__).resolve().parent.parent
LEAST_SECONDS = 5  # for a part that starts


class Failed(Exception):
    """A part that did not do what it should; the message goes into the report."""


class Skipped(Exception):
    """A part that makes no sense here."""


class Check:
    """What all parts share: where they write, on what they run, and how much time is left."""

    def __init__(self, out):
        self.out = Path(out).resolve()
        self.parts = self.out / "parts"
        self.logs = self.out / "logs"
        for folder in (self.parts, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        self.device = os.environ["DEVICE"]
        self.keep_to_device()
        self.python = os.environ["PYTHON"]
        self.end = time.monotonic() + float(os.environ.get("LIMIT", "580"))
        self.part_end = self.end
        self.log = None
        given = os.environ.get("ITPN")
        self.itpn = Path(given).resolve() if given else ROOT / "build/release/bin/itpn"
        self.fixtures = Path(os.environ.get("FIXTURES", ROOT / "../shared/reference/fixtures"))
        self.peer = Path(os.environ.get("PEER", ROOT / "../shared/tools/eager_peer.py"))

    def keep_to_device(self):
        """Parts of one device only; an earlier call may have been made on another one."""
        note = self.out / "device"
        if note.exists() and note.read_text().strip() != self.device:
            sys.exit(f"gpu_check: {self.out} holds a check on {note.read_text().strip()}; take another folder")
        note.write_text(self.device + "\n")

    @property
    def is_cpu(self):
        return self.device == "cpu"

    def run(self, command, may_fail=False):
        """Output of a command, which also goes into the part's log. Its whole process group ends with the part."""
        text = " ".join(str(word) for word in command)
        with open(self.log, "a") as log:
            log.write(f"$ {text}\n")
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, start_new_session=True, cwd=ROOT)
        try:
            output, _ = process.communicate(timeout=max(1.0, self.part_end - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            output += "\n(ended: out of time)\n"
            raise Failed(f"out of time in: {text[:120]}")
        finally:
            with open(self.log, "a") as log:
                log.write(output + "\n")
        if process.returncode != 0 and not may_fail:
            raise Failed(f"exit code {process.returncode} of: {text[:120]}; {last_line(output)}")
        return output if process.returncode == 0 else None


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no output"


def json_of(output):
    """The last JSON line of an output."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise Failed(f"no figures in: {last_line(output)}")
    return json.loads(lines[-1])


# ---- build and reference values -------------------------------------------------------------------------------------

def build(check):
    """From a bundle without network; from a clone as `make build` does."""
    if os.environ.get("ITPN"):
        if not check.itpn.exists():
            raise Failed(f"ITPN={check.itpn} is not there")
    else:
        sources = Path(os.environ.get("BUNDLE") or ROOT).resolve()
        check.itpn = sources / "build/release/bin/itpn"
        if (sources / ".deps/sysroot").is_dir():
            check.run([sources / "tools/bundle.sh", "build", sources, "--torch", check.python])
        os.environ["ITPN_TORCH"] = check.python
        check.run([sources / "tools/setup.sh", "build", "release", "itpn", "itpn_golden"])
    return {"program": str(check.itpn), "version": check.run([check.itpn, "--version"]).strip()}


def golden(precision):
    def part(check):
        if not check.fixtures.is_dir():
            raise Skipped(f"no reference values in {check.fixtures}")
        runner = check.itpn.parent / "itpn_golden"
        output = check.run([runner, check.fixtures, "--device", check.device, "--precision", precision])
        return {"summary": last_line(output)}
    return part


# ---- training and resuming ------------------------------------------------------------------------------------------

SIZES = {"nano": 64, "tiny": 128}


def losses_of(run):
    """Loss of each step of a run, as written in its log: as many digits as tell two floats apart."""
    losses = {}
    for line in (run / "metrics.jsonl").read_text().splitlines():
        record = json.loads(line)
        if "loss" in record:
            losses[record["step"]] = record["loss"]
    return losses


def train(check, run, preset, precision, total, steps, resume=False):
    batch = 8 if check.is_cpu else 64
    settings = {
        "model.preset": f"itpn-{preset}", "data.source": "synthetic", "data.image_size": SIZES[preset],
        "data.synthetic_count": batch * total, "train.global_batch_size": batch, "train.micro_batch_size": batch // 2,
        "train.epochs": 1, "train.max_steps": steps, "train.precision": precision, "train.device": check.device,
        "log.every_steps": 1, "log.panel_images": 0, "log.tensorboard": "false", "optim.warmup_epochs": 0}
    return check.run([check.itpn, "pretrain", "--output-dir", run, *(["--resume", "auto"] if resume else ["--overwrite"]),
                      *[f"{key}={value}" for key, value in settings.items()]])


def training(preset, precision):
    """A run that is stopped half way and resumed has the losses of one that is not."""
    def part(check):
        if check.is_cpu and precision == "fp16":
            raise Skipped("fp16 needs a GPU")
        total = 8 if check.is_cpu else 40
        folder = check.out / "runs" / f"{preset}-{precision}"
        shutil.rmtree(folder, ignore_errors=True)
        whole, halves = folder / "whole", folder / "halves"
        train(check, whole, preset, precision, total, total)
        train(check, halves, preset, precision, total, total // 2)
        train(check, halves, preset, precision, total, total, resume=True)
        a, b = losses_of(whole), losses_of(halves)
        if sorted(a) != list(range(1, total + 1)) or sorted(a) != sorted(b):
            raise Failed(f"steps {sorted(a)} and, resumed, {sorted(b)}; wanted 1 to {total}")
        worst = max(abs(a[step] - b[step]) / abs(a[step]) for step in a)
        numbers = {"steps": total, "first_loss": a[1], "last_loss": a[total], "resume_difference": worst}
        if worst != 0.0:  # train.deterministic is on
            raise Failed(f"resumed, the losses differ by {worst:.1e} of their size: {numbers}")
        if not a[total] < a[1]:
            raise Failed(f"the loss does not fall: {numbers}")
        shutil.rmtree(folder)
        return numbers
    return part


# ---- speed ----------------------------------------------------------------------------------------------------------

def preset_of(check):
    return ("tiny", 128) if check.is_cpu else ("base", 224)


def ours(check, task, precision, batch, quick=False, more=(), may_fail=False):
    preset, size = preset_of(check)
    steps, windows = (1, 1) if quick or check.is_cpu else (5, 3)
    output = check.run([check.itpn, "benchmark", task, "--preset", f"itpn-{preset}", "--image-size", size, "--precision",
                        precision, "--device", check.device, "--batch-size", batch, "--steps", steps, "--windows",
                        windows, "--json", *more], may_fail=may_fail)
    return json_of(output) if output else None


def device_memory_mb(check):
    output = check.run(["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"])
    return float(output.splitlines()[0]) * 1.048576


def largest_batch(check, task, precision):
    """The largest batch that fits, from the memory of two small ones, and its figures."""
    if check.is_cpu:
        return 2, ours(check, task, precision, 2)
    small, large = 16, 64
    base, more = (ours(check, task, precision, batch, quick=True)["peak_device_mb"] for batch in (small, large))
    each = max(1.0, (more - base) / (large - small))
    room = 0.92 * device_memory_mb(check) - base
    batch = min(4096, small + int(room / each) // 16 * 16)
    while batch >= large:
        speed = ours(check, task, precision, batch, may_fail=True)
        if speed:
            return batch, speed
        batch = batch * 3 // 4 // 16 * 16
    raise Failed("not even a batch of 64 fits")


def peer(check, task, precision, batch, mode):
    if not check.peer.exists():
        raise Skipped(f"no eager models in {check.peer}")
    steps, windows = (1, 1) if check.is_cpu else (5, 3)
    return json_of(check.run([check.python, "tools/gpu_peer.py", "--peer", check.peer, "--task", task, "--preset",
                              preset_of(check)[0], "--dtype", precision, "--batch", batch, "--device", check.device,
                              "--mode", mode, "--steps", steps, "--windows", windows]))


def turn_about(check, task, precision, batch, mode):
    """Ours before and after the other, at the largest batch up to `batch` that the other can take."""
    other = peer(check, task, precision, batch, mode)
    batch = other["batch"]
    before = ours(check, task, precision, batch)
    again = peer(check, task, precision, batch, mode) if mode == "eager" else other  # compiling takes a minute
    after = ours(check, task, precision, batch)
    own = [before["images_per_second"], after["images_per_second"]]
    others = [other["images_per_second"], again["images_per_second"]]
    return {"batch": batch, "images_per_second": sum(own) / 2, "peer_images_per_second": sum(others) / 2,
            "ratio": sum(own) / sum(others), "peak_device_mb": after["peak_device_mb"],
            "peer_peak_device_mb": other["peak_device_mb"]}


def speed(task, precision):
    def part(check):
        batch, own = largest_batch(check, task, precision)
        return {"batch": batch, "images_per_second": own["images_per_second"],
                "fraction_of_gemm_ceiling": own["fraction_of_gemm_ceiling"], "peak_device_mb": own["peak_device_mb"]}
    return part


def beside(task, precision, mode):
    """Needs the batch that speed() has found; a small one where it has found none."""
    def part(check):
        found = known(check, f"speed-{task}-{precision}") or {}
        return turn_about(check, task, precision, found.get("batch", 2 if check.is_cpu else 64), mode)
    return part


def profile(check):
    trace = check.out / "profile.json"
    batch = 2 if check.is_cpu else 64
    rows = ours(check, "pretrain", "bf16", batch, quick=True, more=["--profile", trace])["profile"][:15]
    return {"trace": str(trace), "rows": rows}


# ---- all of them ----------------------------------------------------------------------------------------------------

TASKS = ("pretrain", "finetune", "predict")

# Name, limit in seconds, what it does; the most important first.
PARTS = [
    ("build", 330, build),
    ("golden-fp32", 60, golden("fp32")),
    *[(f"train-{preset}-{precision}", 90, training(preset, precision))
      for preset, precision in [("nano", "bf16"), ("nano", "fp32"), ("nano", "fp16"), ("tiny", "bf16")]],
    *[(f"speed-{task}-bf16", 90, speed(task, "bf16")) for task in TASKS],
    *[(f"eager-{task}-bf16", 90, beside(task, "bf16", "eager")) for task in TASKS],
    *[(f"golden-{precision}", 60, golden(precision)) for precision in ("bf16", "fp16")],
    ("profile", 60, profile),
    *[(f"train-tiny-{precision}", 90, training("tiny", precision)) for precision in ("fp32", "fp16")],
    *[(f"compile-{task}-bf16", 180, beside(task, "bf16", "compile")) for task in TASKS],
    ("speed-pretrain-fp32", 90, speed("pretrain", "fp32")),
    ("eager-pretrain-fp32", 90, beside("pretrain", "fp32", "eager")),
]


def save(check, name, result):
    path = check.parts / f"{name}.json"
    path.with_suffix(".part").write_text(json.dumps(result, indent=1) + "\n")
    path.with_suffix(".part").rename(path)


def known(check, name):
    """What an earlier call has done, or None."""
    path = check.parts / f"{name}.json"
    result = json.loads(path.read_text()) if path.exists() else {}
    return result if result.get("status") in ("ok", "skipped") else None


def do(check, name, limit, part):
    start = time.monotonic()
    check.part_end = min(check.end, start + limit)
    check.log = check.logs / f"{name}.log"
    check.log.write_text("")
    try:
        if check.end - start < LEAST_SECONDS:
            return {"status": "not reached", "detail": "the time for everything was over"}
        result = {"status": "ok", **part(check)}
    except Skipped as skipped:
        result = {"status": "skipped", "detail": str(skipped)}
    except Failed as failed:
        result = {"status": "failed", "detail": str(failed)}
    except Exception as error:  # a part must not end the others
        result = {"status": "failed", "detail": f"{type(error).__name__}: {error}"}
    return {**result, "seconds": round(time.monotonic() - start, 1)}


def main():
    check = Check(sys.argv[1])
    results = {}
    for name, limit, part in PARTS:
        results[name] = known(check, name)
        if results[name] is None or name == "build":
            print(f"gpu_check: {name} ...", file=sys.stderr, flush=True)
            results[name] = do(check, name, limit, part)
            save(check, name, results[name])
        print(f"gpu_check: {name}: {results[name]['status']} {results[name].get('detail', '')}", file=sys.stderr)
        if name == "build" and results[name]["status"] != "ok":
            break  # nothing to run
    for name, _, _ in PARTS[len(results):]:
        results[name] = {"status": "not reached", "detail": "there is no program"}
    gpu_report.write(check, results)
    bad = [name for name, result in results.items() if result["status"] in ("failed", "not reached")]
    print(f"gpu_check: {check.out}/report.md" + (f"; not done: {', '.join(bad)}" if bad else ""), file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
