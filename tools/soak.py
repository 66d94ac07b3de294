#!/usr/bin/env python3
"""Trains the smallest model for a long time, with a checkpoint every ten steps, and stops it again and again by kill -9
and by SIGTERM. Each life of the process must hold its memory (2 %), its descriptors and its threads, and the log must
have every step once.

    tools/soak.py [MINUTES]        needs build/release (make build)
"""
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / "out/soak/run"
COMMAND = [
    ROOT / "build/release/bin/itpn", "pretrain", "--output-dir", RUN, "--resume", "auto", "model.preset=itpn-nano",
    "data.image_size=32", "data.synthetic_count=400", "data.workers=1", "train.global_batch_size=8",
    "train.micro_batch_size=4", "train.precision=bf16", "train.epochs=1000000", "checkpoint.every_steps=10",
    "log.every_steps=1", "log.panel_every_steps=0", "log.tensorboard=false"]
MAX_DRIFT = 0.02
WARM_UP = 0.25  # share of a life whose samples do not count: allocators and caches fill up


def sample(process):
    """Resident bytes, open descriptors and threads of a process."""
    folder = Path("/proc") / str(process.pid)
    fields = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
    return int(fields["VmRSS"].split()[0]) * 1024, len(os.listdir(folder / "fd")), int(fields["Threads"])


def live(seconds, stop_with):
    """One life of the program; returns its samples, ten a second at most and at least fifty."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with open(ROOT / "out/soak/stderr.txt", "a") as log:
        process = subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL, stderr=log, env=environment)
    samples, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(0.5, seconds / 50))
        if process.poll() is not None:
            sys.exit(f"soak: the program ended by itself with {process.returncode}; see out/soak/stderr.txt")
        samples.append(sample(process))
    process.send_signal(stop_with)
    code = process.wait()
    wanted = -signal.SIGKILL if stop_with == signal.SIGKILL else 128 + stop_with
    if code != wanted:
        sys.exit(f"soak: exit code {code} after {stop_with.name}, wanted {wanted}; see out/soak/stderr.txt")
    return samples


def judge(samples):
    """Drift of the memory between the first and the last third, and whether descriptors and threads stayed."""
    samples = samples[int(len(samples) * WARM_UP):]
    third = len(samples) // 3
    memory = [s[0] for s in samples]
    drift = statistics.median(memory[-third:]) / statistics.median(memory[:third]) - 1
    # A save opens files for a moment; what is open between two saves is the least of a third.
    files = [min(s[1] for s in part) for part in (samples[:third], samples[-third:])]
    threads = [min(s[2] for s in part) for part in (samples[:third], samples[-third:])]
    return drift, memory[-1], files, threads


def missing_or_double_steps():
    steps = [json.loads(line)["step"] for line in open(RUN / "metrics.jsonl") if '"loss"' in line]
    return len(steps), sum(a + 1 != b for a, b in zip([0] + steps, steps))


def main():
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    shutil.rmtree(RUN.parent, ignore_errors=True)
    RUN.parent.mkdir(parents=True)
    lives = max(2, min(24, int(minutes / 2.5)))
    failed = False
    print("life  stop     seconds  memory MB  drift %  descriptors  threads  steps")
    for number in range(lives):
        stop = signal.SIGKILL if number % 2 == 0 else signal.SIGTERM
        drift, memory, files, threads = judge(live(minutes * 60 / lives, stop))
        steps, gaps = missing_or_double_steps()
        ok = abs(drift) <= MAX_DRIFT and files[0] == files[1] and threads[0] == threads[1] and gaps == 0
        failed |= not ok
        print(f"{number + 1:4}  {stop.name:7} {minutes * 60 / lives:8.0f} {memory / 2**20:10.1f} {100 * drift:8.2f}"
              f"  {files[0]:5} {files[1]:5}  {threads[0]:3} {threads[1]:3} {steps:6}  {'ok' if ok else 'FAILED'}",
              flush=True)
    saves = steps // 10
    print(f"{minutes:g} minutes, {lives} lives, {steps} steps in the log, each once: {'yes' if gaps == 0 else 'NO'}; "
          f"about {saves} saves")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
