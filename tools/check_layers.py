#!/usr/bin/env python3
"""Fails on an include that goes up or sideways between the folders of src/itpn or the rooms of a folder, on a file
beside the rooms, on an include cycle, on a torch header in a torch-free folder, and on a source file that is too long.

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
# Folders that are divided: their rooms with levels of their own. Rooms of one level stand beside each other, and no
# source lies outside a room.
ROOMS = {
    "tasks": {
        "weights": 0,
        "run": 1,
        "features": 2,
        "classify": 3, "pretrain": 3, "detect": 3, "segment": 3,
        "use": 4,
        "inspect": 5,
        "benchmark": 6,
    },
}
TORCH_FREE = {"core", "config", "io", "structures", "data"}
MAX_LINES = 400
# Tables and third-party data that may be longer, each with its reason.
LONG_FILES = {}
# Edges inside one level that the design allows: (top folder, folder below src/itpn).
SAME_LEVEL = {("models", "models/backbone"), ("ops", "ops/cpu"), ("data", "data/datasets"), ("data", "data/transforms"),
              ("io", "structures")}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def folder_of(path):
    """("models", "models/backbone") for models/backbone/itpn.h: top folder and folder below src/itpn."""
    parts = Path(path).parts
    return parts[0], "/".join(parts[:-1])


def level_of(path):
    """(5, 3) for tasks/classify/score.h: the level of the folder, and that of the room in it; (4,) without rooms.
    None where the file has no place."""
    parts = Path(path).parts
    if parts[0] not in LEVELS:
        return None
    if parts[0] not in ROOMS:
        return (LEVELS[parts[0]],)
    room = parts[1] if len(parts) > 2 else None
    return (LEVELS[parts[0]], ROOMS[parts[0]][room]) if room in ROOMS[parts[0]] else None


def check_place(name):
    """The complaint about where a file below src/itpn lies, or None."""
    if level_of(name):
        return None
    top, folder = folder_of(name)
    if top not in LEVELS:
        return f"{name}: folder {top} has no level"
    rooms = ", ".join(ROOMS[top])
    if folder == top:
        return f"{name}: lies beside the rooms of {top} ({rooms}), not in one"
    return f"{name}: {folder} is none of the rooms of {top} ({rooms})"


def check_edge(name, target):
    """The complaint about one include between files below src/itpn that have a place, or None."""
    (top, folder), (other_top, other_folder) = folder_of(name), folder_of(target)
    if folder == other_folder:
        return None
    level, other_level = level_of(name), level_of(target)
    if other_level < level:
        return None
    if (top, other_folder) in SAME_LEVEL:
        return None
    return (f"{name} (level {dotted(level)}) includes {target} (level {dotted(other_level)}): "
            + ("sideways" if other_level == level else "upward"))


def dotted(level):
    return ".".join(map(str, level))


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


def read_includes(source, name):
    """Targets of the own includes of a file, and complaints about the others."""
    targets, complaints = [], []
    top = folder_of(name)[0]
    for include in INCLUDE.findall((source / name).read_text(errors="replace")):
        target = include[len("itpn/"):]
        if include.startswith(("torch/", "ATen/", "c10/")) and top in TORCH_FREE:
            complaints.append(f"{name}: includes {include}, but {top} is torch-free")
        if not include.startswith("itpn/"):
            continue
        if (source / target).exists():
            targets.append(target)
        else:
            complaints.append(f"{name}: includes {include}, which does not exist")
    return targets, complaints


def check_tree(root):
    """Complaints about the sources below `root`, and a line that counts what was read."""
    source = root / "src" / "itpn"
    names = [str(path.relative_to(source)) for path in sorted(source.rglob("*"))
             if path.suffix in {".h", ".cpp", ".cu", ".cuh"}]
    complaints, edges = [], {}
    for name in names:
        misplaced = check_place(name)
        if misplaced:
            complaints.append(misplaced)
            continue
        targets, wrong = read_includes(source, name)
        complaints += wrong
        edges[name] = set(targets)
        # One without a place is complained of by itself.
        complaints += filter(None, (check_edge(name, target) for target in targets if level_of(target)))
    cycle = find_cycle(edges)
    if cycle:
        complaints.append("include cycle: " + " -> ".join(cycle))
    complaints += long_files(root)
    return complaints, f"{len(names)} files, {sum(map(len, edges.values()))} includes, {len(complaints)} complaints"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    complaints, summary = check_tree(root)
    for complaint in complaints:
        print(complaint)
    print(summary)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
