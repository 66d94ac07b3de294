#!/usr/bin/env python3
"""What the set-up says of machines that lack something, before minutes are spent: made-up LibTorch packages, compilers
and disks. Run by ctest; needs nothing but Python, CMake and a shell.

    setup_test.py [unittest options]
"""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def write(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def write_program(folder, name, body):
    path = folder / name
    write(path, "#!/bin/sh\n" + body)
    path.chmod(0o755)
    return path


def make_package(site, headers="2.13.0", package="2.13.0+cpu", cuda=None):
    """A torch package as pip lays it out, in files that are empty but for what is read."""
    torch = site / "torch"
    for name in ["torch", "torch_cpu", "c10"] + (["torch_cuda", "c10_cuda"] if cuda else []):
        write(torch / f"lib/lib{name}.so")
    numbers = zip(("MAJOR", "MINOR", "PATCH"), headers.split("."))
    write(torch / "include/torch/headeronly/version.h", "".join(f"#define TORCH_VERSION_{k} {v}\n" for k, v in numbers))
    write(torch / "include/torch/csrc/api/include/torch/torch.h")
    write(torch / "include/fmt/format.h")
    write(torch / "include/torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp")
    write(torch / "version.py", f"__version__ = '{package}'\ncuda: Optional[str] = {cuda!r}\n")
    write(site / f"torch-{package}.dist-info/METADATA")
    return torch


class SetUp(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.site = self.folder / "site-packages"

    def environment(self, **settings):
        env = {k: v for k, v in os.environ.items()
               if k not in ("Torch_DIR", "CONDA_PREFIX", "CMAKE_PREFIX_PATH", "ITPN_PYTHON")}
        env.update({k: str(v) for k, v in settings.items()})
        return env

    def describe(self, torch, tree=ROOT):
        """What LibTorch.cmake says of a package, as a dictionary."""
        done = subprocess.run(["cmake", "-P", tree / "cmake/print_libtorch.cmake"], text=True, capture_output=True,
                              env=self.environment(ITPN_TORCH=torch), check=True)
        return dict(line.split("=", 1) for line in done.stdout.splitlines())

    def set_up(self, *words, **settings):
        return subprocess.run([ROOT / "tools/setup.sh", *words], text=True, capture_output=True,
                              env=self.environment(**settings))

    def test_package_is_described_by_its_files(self):
        found = self.describe(make_package(self.site))
        self.assertEqual((found["build"], found["cuda"], found["nccl"]), ("2.13.0+cpu", "", ""))
        self.assertEqual(found["root"], str(self.site / "torch"))

    def test_share_cmake_folder_means_its_package(self):
        torch = make_package(self.site)
        self.assertEqual(self.describe(torch / "share/cmake/Torch")["root"], str(torch))

    def test_nccl_is_compiled_in_where_all_headers_are(self):
        torch = make_package(self.site, "2.14.1", "2.14.1+cu999", cuda="99.9")
        found = self.describe(torch)
        self.assertEqual((found["cuda"], found["nccl"]), ("99.9", ""))
        self.assertIn("without NCCL", found["summary"])
        for header in ("nccl/include/nccl.h", "cu99/include/cuda_runtime_api.h", "cu99/include/crt/host_defines.h",
                       "cu99/include/cccl/nv/target"):
            write(self.site / "nvidia" / header)
        self.assertEqual(self.describe(torch)["nccl"], "yes")

    def test_package_without_headers_is_refused(self):
        torch = make_package(self.site)
        shutil.rmtree(torch / "include/torch")
        self.assertIn("has no C++ headers", self.describe(torch)["problem"])

    def test_old_package_is_refused(self):
        problem = self.describe(make_package(self.site, "2.9.1", "2.9.1+cu128"))["problem"]
        self.assertIn("2.9.1+cu128; 2.11 or newer is needed", problem)
        self.assertIn("ITPN_TORCH=own", problem)

    def test_half_installed_package_is_refused(self):
        torch = make_package(self.site)
        (torch / "lib/libc10.so").unlink()
        self.assertIn("is not whole", self.describe(torch)["problem"])

    def test_two_versions_over_each_other_are_refused(self):
        self.assertIn("two versions", self.describe(make_package(self.site, "2.13.0", "2.14.1+cu130"))["problem"])
        other = make_package(self.folder / "other")
        write(self.folder / "other/torch-2.12.0.dist-info/METADATA")
        self.assertIn("two versions", self.describe(other)["problem"])

    def test_named_package_that_is_not_there_is_an_error(self):
        self.assertIn("no LibTorch there", self.describe(self.folder)["problem"])

    def test_set_up_ends_with_the_reason_and_no_more(self):
        torch = make_package(self.site, "2.9.1", "2.9.1")
        done = self.set_up("torch", ITPN_TORCH=torch)
        self.assertEqual(done.returncode, 1)
        self.assertIn("2.11 or newer is needed", done.stderr)
        self.assertLessEqual(len(done.stderr.splitlines()), 2)

    def test_old_compiler_is_refused(self):
        compiler = write_program(self.folder, "old-c++", "case $1 in -dumpversion) echo 9.4.0;; esac\n")
        done = self.set_up("packages", "build", CXX=compiler)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is GCC 9.4.0; C++20 needs 11 or newer", done.stderr)

    def test_missing_header_is_named_with_its_package_where_apt_is_missing(self):
        compiler = write_program(self.folder, "c++", "case $1 in -E) echo absent png.h;; *) echo 12;; esac\n")
        programs = self.folder / "bin"
        programs.mkdir()
        for name in ("bash", "awk", "sed", "grep", "tr", "cat", "dirname", "printf", "df", "cmake", "ninja"):
            if shutil.which(name):
                (programs / name).symlink_to(shutil.which(name))
        done = self.set_up("packages", "build", CXX=compiler, PATH=programs)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"png\.h +for PNG \(Debian: libpng-dev\)")
        self.assertIn("conda install -c conda-forge libpng", done.stderr)

    def test_full_disk_is_noticed_before_anything_is_fetched(self):
        write_program(self.folder, "df", "echo Filesystem 1M-blocks Used Available; echo disk 100 90 10\n")
        script = 'ITPN_SOURCED=1 . tools/setup.sh; need_disk 9000 "torch with CUDA"; echo went on'
        done = subprocess.run(["bash", "-c", script], cwd=ROOT, text=True, capture_output=True,
                              env=self.environment(PATH=f"{self.folder}:{os.environ['PATH']}"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("torch with CUDA needs about 9000 MB", done.stderr)
        self.assertNotIn("went on", done.stdout)


if __name__ == "__main__":
    unittest.main()
