#!/usr/bin/env python3
"""Fails on an include that goes up or sideways between the folders of src/itpn, on an include cycle, on a torch header
in a torch-free folder, and on a source file that is too long.

    tools/check_layers.py [ROOT]
"""
import re
import sys
from pathlib import Path

LEVELS = {
    "core": 0,
    "config": 1, "io": 1, "structures": 1,
    "ops": 2, "optim": 2,
    "nn": 3, "data": 3, "eval": 3,
    "models": 4, "engine": 4,
    "tasks": 5,
    "cli": 6,
}
TORCH_FREE = {"core", "config", "io", "structures", "data"}
MAX_LINES = 400
# Tables and third-party data that may be longer, each with its reason.
LONG_FILES = {}
# Edges inside one level that the design allows: (from, to), as folders below src/itpn.
SAME_LEVEL = {("models", "models/backbone"), ("ops", "ops/cpu"), ("data", "data/datasets"), ("data", "data/transforms")}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def folder_of(path):
    """("models", "models/backbone") for models/backbone/itpn.h: top folder and folder below src/itpn."""
    parts = Path(path).parts
    return parts[0], "/".join(parts[:-1])


def check_edge(name, target):
    """The complaint about one include between files below src/itpn, or None."""
    (top, folder), (other_top, other_folder) = folder_of(name), folder_of(target)
    if folder == other_folder:
        return None
    if other_top not in LEVELS:
        return f"{name}: includes {target}, a folder without a level"
    if LEVELS[other_top] < LEVELS[top]:
        return None
    if top == other_top and (top, other_folder) in SAME_LEVEL:
        return None
    return f"{name} (level {LEVELS[top]}) includes {target} (level {LEVELS[other_top]}): upward or sideways"


def find_cycle(edges):
    """One include cycle as a list of files, or None."""
    state, stack = {}, []

    def visit(node):
        state[node] = "open"
        stack.append(node)
        for target in sorted(edges.get(node, ())):
            if state.get(target) == "open":
                return stack[stack.index(target):] + [target]
            if target not in state:
                found = visit(target)
                if found:
                    return found
        state[node] = "done"
        stack.pop()
        return None

    sys.setrecursionlimit(10000)
    for node in sorted(edges):
        if node not in state:
            found = visit(node)
            if found:
                return found
    return None


def long_files(root):
    for folder in ("src", "tests", "benchmarks", "tools", "cmake"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in {".h", ".cpp", ".cu", ".cuh", ".py", ".cmake", ".sh"}:
                continue
            name = str(path.relative_to(root))
            count = len(path.read_text(errors="replace").splitlines())
            if count > MAX_LINES and name not in LONG_FILES:
                yield f"{name}: {count} lines, the limit is {MAX_LINES}"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    source = root / "src" / "itpn"
    complaints, edges, files = [], {}, 0
    for path in sorted(source.rglob("*")):
        if path.suffix not in {".h", ".cpp", ".cu", ".cuh"}:
            continue
        files += 1
        name = str(path.relative_to(source))
        top = folder_of(name)[0]
        if top not in LEVELS:
            complaints.append(f"{name}: folder {top} has no level")
            continue
        for include in INCLUDE.findall(path.read_text(errors="replace")):
            if include.startswith(("torch/", "ATen/", "c10/")) and top in TORCH_FREE:
                complaints.append(f"{name}: includes {include}, but {top} is torch-free")
            if not include.startswith("itpn/"):
                continue
            target = include[len("itpn/"):]
            if not (source / target).exists():
                complaints.append(f"{name}: includes {include}, which does not exist")
                continue
            edges.setdefault(name, set()).add(target)
            complaint = check_edge(name, target)
            if complaint:
                complaints.append(complaint)
    cycle = find_cycle(edges)
    if cycle:
        complaints.append("include cycle: " + " -> ".join(cycle))
    complaints += long_files(root)
    for complaint in complaints:
        print(complaint)
    print(f"{files} files, {sum(map(len, edges.values()))} includes, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
