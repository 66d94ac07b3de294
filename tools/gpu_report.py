"""The report of tools/gpu_check.sh: what was found, as a table for a reader and as JSON for a program."""
import json
import platform
import subprocess
import time


def output_of(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def machine(check):
    torch = output_of([check.python, "-c", "import torch; print(torch.__version__, torch.version.cuda)"])
    query = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    return {"device": check.device, "gpu": "" if check.is_cpu else output_of(query), "torch": torch,
            "processor": platform.processor() or platform.machine(), "date": time.strftime("%Y-%m-%d")}


def figures(name, result):
    """One part in a few words."""
    if result["status"] != "ok":
        return result.get("detail", "")
    if name == "build":
        return result["version"].splitlines()[0]
    if name.startswith("golden"):
        return result["summary"]
    if name.startswith("train"):
        return (f"{result['steps']} steps, loss {result['first_loss']:.4f} to {result['last_loss']:.4f}; resumed run "
                f"differs by {result['resume_difference']:.0e}")
    if name == "profile":
        return f"{result['rows'][0]['name'][:60]} {100 * result['rows'][0]['share']:.0f} % of the time"
    if "ratio" in result:
        return f"{result['ratio']:.2f} of PyTorch's speed at batch {result['batch']}"
    return f"{result['images_per_second']:.1f} images/s at batch {result['batch']}"


def compared(title, numbers):
    return (f"| {title} | {numbers['batch']} | {numbers['images_per_second']:.1f} | "
            f"{numbers['peer_images_per_second']:.1f} | {numbers['ratio']:.2f} | {numbers['peak_device_mb'] / 1e3:.1f} | "
            f"{numbers['peer_peak_device_mb'] / 1e3:.1f} |")


def speed_tables(results):
    alone, beside = [], []
    for name, result in results.items():
        kind, _, task = name.partition("-")
        if result["status"] != "ok":
            continue
        if kind == "speed":
            alone.append(f"| {task} | {result['batch']} | {result['images_per_second']:.1f} | "
                         f"{result['fraction_of_gemm_ceiling']:.2f} | {result['peak_device_mb'] / 1e3:.1f} |")
        elif kind in ("eager", "compile"):
            beside.append(compared(f"{task}, {kind}", result))
    lines = []
    if alone:
        lines += ["", "## Speed at the largest batch", "",
                  "| what | batch | images/s | of the products' rate | memory, GB |", "|---|---|---|---|---|", *alone]
    if beside:
        lines += ["", "## Beside PyTorch, turn about, at a batch that both can take", "",
                  "| what | batch | images/s | PyTorch's | ratio | memory, GB | PyTorch's |",
                  "|---|---|---|---|---|---|---|", *beside]
    return lines


def profile_table(result):
    if result.get("status") != "ok":
        return []
    rows = [f"| {row['ms']:.2f} | {100 * row['share']:.1f} | {row['calls']} | {row['name'][:90].replace('|', ' ')} |"
            for row in result["rows"]]
    return ["", "## Profile of a pre-training step", "", f"The whole trace: {result['trace']}", "",
            "| ms | % | calls | what |", "|---|---|---|---|", *rows]


def markdown(about, results):
    lines = ["# Check of a device", "", *[f"- {key}: {value}" for key, value in about.items() if value], "",
             "| part | outcome | seconds | |", "|---|---|---|---|"]
    for name, result in results.items():
        words = figures(name, result).replace("|", " ").replace("\n", " ")
        lines.append(f"| {name} | {result['status']} | {result.get('seconds', '')} | {words} |")
    return "\n".join([*lines, *speed_tables(results), *profile_table(results.get("profile", {}))]) + "\n"


def write(check, results):
    about = machine(check)
    (check.out / "report.md").write_text(markdown(about, results))
    (check.out / "report.json").write_text(json.dumps({"machine": about, "parts": results}, indent=1) + "\n")
