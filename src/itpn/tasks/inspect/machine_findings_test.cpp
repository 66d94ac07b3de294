#include "itpn/tasks/inspect/machine_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/tasks/inspect/machine_for_test.h"

namespace itpn {
namespace {

using testing::AllOf;
using testing::Field;
using testing::HasSubstr;

std::vector<Finding> findings_with(void (*change)(MachineFacts&)) {
  MachineFacts facts = test::sound_machine();
  change(facts);
  return machine_findings(facts);
}

// Claims that `change` makes exactly one finding of this effect, which says both.
void expect_one(void (*change)(MachineFacts&), Effect effect, const char* what, const char* remedy) {
  const std::vector<Finding> found = findings_with(change);
  ASSERT_EQ(found.size(), 1U) << what;
  EXPECT_THAT(found[0], AllOf(Field(&Finding::effect, effect), Field(&Finding::what, HasSubstr(what)),
                              Field(&Finding::remedy, HasSubstr(remedy))));
}

TEST(MachineFindings, ASoundMachineHasNone) { EXPECT_TRUE(machine_findings(test::sound_machine()).empty()); }

TEST(MachineFindings, OfThreads) {
  expect_one([](MachineFacts& f) { f.threads.omp_num_threads = "1"; }, Effect::kSlower, "OMP_NUM_THREADS=1, but 8",
             "train.threads=8");
  expect_one([](MachineFacts& f) { f.threads.omp_num_threads = "64"; }, Effect::kSlower, "more than the 8 cores",
             "unset OMP_NUM_THREADS");
  expect_one(
      [](MachineFacts& f) {
        f.threads.omp_num_threads = "6,2";
        f.threads.limits.quota = 2.5;
        f.threads.limits.quota_file = "/sys/fs/cgroup/cpu.max";
      },
      Effect::kSlower, "OMP_NUM_THREADS=6 is more than the 2.5 cores that /sys/fs/cgroup/cpu.max",
      "which means 2 threads");
  expect_one([](MachineFacts& f) { f.threads.limits.quota = 0.25; }, Effect::kSlower, "only 0.25 of one core",
             "--cpus");
  expect_one(
      [](MachineFacts& f) {
        f.threads.openmp_runtimes = {"/a/libgomp.so.1", "/b/libiomp5.so"};
      },
      Effect::kSlower, "/a/libgomp.so.1, /b/libiomp5.so", "LD_PRELOAD");
  expect_one(
      [](MachineFacts& f) {
        f.threads.omp_proc_bind = "close";
        f.threads.limits.allowed_cores = 1;
      },
      Effect::kSlower, "OMP_PROC_BIND=close", "unset OMP_PROC_BIND");
  expect_one([](MachineFacts& f) { f.threads.load = 7.5; }, Effect::kSlower, "7.5 of 8 cores busy", "top");
}

TEST(MachineFindings, WhatIsGoodEnoughIsNone) {
  EXPECT_TRUE(findings_with([](MachineFacts& f) { f.threads.omp_num_threads = "8"; }).empty());
  EXPECT_TRUE(findings_with([](MachineFacts& f) { f.threads.omp_num_threads = "4"; }).empty());
  EXPECT_TRUE(findings_with([](MachineFacts& f) { f.threads.limits.quota = 2.0; }).empty());
  EXPECT_TRUE(findings_with([](MachineFacts& f) { f.shared_memory = 64 << 20; }).empty());  // one process needs none
}

TEST(MachineFindings, OfKernelsAndProducts) {
  expect_one([](MachineFacts& f) { f.kernels.torch_limit = "default"; }, Effect::kSlower, "ATEN_CPU_CAPABILITY=default",
             "unset");
  expect_one([](MachineFacts& f) { f.kernels.model = "none"; }, Effect::kSlower, "no AVX2", "another machine");
  expect_one([](MachineFacts& f) { f.kernels.has_slow_blas = true; }, Effect::kNote, "MKL leaves AVX-512 unused",
             "oneDNN's products");
  expect_one(
      [](MachineFacts& f) {
        f.kernels.has_slow_blas = true;
        f.kernels.has_onednn = false;
      },
      Effect::kSlower, "MKL leaves AVX-512 unused", "with oneDNN");
  expect_one([](MachineFacts& f) { f.products.bf16 = 500; }, Effect::kNote, "5.0 times as fast", "precision=bf16");
  expect_one([](MachineFacts& f) { f.products.bf16 = 50; }, Effect::kNote, "2.0 times slower", "precision=fp32");
}

TEST(MachineFindings, OfMemoryAndDisk) {
  expect_one([](MachineFacts& f) { f.memory.available = 1LL << 30; }, Effect::kFails, "1.0 GiB of memory can be had",
             "close other programs");
  expect_one([](MachineFacts& f) { f.memory.group = 2LL << 30; }, Effect::kFails, "2.0 GiB of memory", "--memory");
  expect_one([](MachineFacts& f) { f.disk.free = 3ULL << 30; }, Effect::kNote, "3.0 GiB are left on the disk of /runs",
             "free some space");
  expect_one([](MachineFacts& f) { f.disk.free = 100 << 20; }, Effect::kFails, "0.1 GiB are left", "--output-dir");
  expect_one([](MachineFacts& f) { f.disk.problem = "/runs: cannot open for writing: Read-only file system"; },
             Effect::kFails, "Read-only", "another --output-dir");
  expect_one([](MachineFacts& f) { f.disk.type = "tmpfs"; }, Effect::kNote, "lies in memory", "on a disk");
  expect_one([](MachineFacts& f) { f.disk.type = "overlay"; }, Effect::kNote, "the container's own layer", "volume");
  expect_one([](MachineFacts& f) { f.open_files = 256; }, Effect::kFails, "only 256 files", "ulimit -n 65536");
}

TEST(MachineFindings, OfALibTorchForCudaThatSeesNoGpu) {
  expect_one([](MachineFacts& f) { f.accelerators.is_cuda_build = true; }, Effect::kSlower, "no NVIDIA driver",
             "--gpus all");
  expect_one(
      [](MachineFacts& f) {
        test::add_gpus(f, 1);
        f.accelerators.visible = 0;
        f.accelerators.hides_devices = true;
      },
      Effect::kSlower, "CUDA_VISIBLE_DEVICES=\"\" hides", "unset CUDA_VISIBLE_DEVICES");
  expect_one(
      [](MachineFacts& f) {
        test::add_gpus(f, 1);
        f.accelerators.visible = 0;
        f.accelerators.cuda = 13000;
      },
      Effect::kSlower, "serves CUDA up to 12.4, this LibTorch needs 13.0", "update the driver");
  expect_one(
      [](MachineFacts& f) {
        test::add_gpus(f, 1);
        f.accelerators.visible = 0;
      },
      Effect::kSlower, "LibTorch sees no GPU", "nvidia-smi");
}

TEST(MachineFindings, OfGpus) {
  EXPECT_TRUE(findings_with([](MachineFacts& f) { test::add_gpus(f, 2); }).empty());
  expect_one(
      [](MachineFacts& f) {
        test::add_gpus(f, 1);
        f.accelerators.is_cuda_build = false;
        f.accelerators.visible = 0;
      },
      Effect::kSlower, "there is a GPU (NVIDIA A100), but this LibTorch is for the CPU", "package for CUDA");
  expect_one(
      [](MachineFacts& f) {
        test::add_gpus(f, 4);
        f.accelerators.nccl = "nccl.h was missing";
      },
      Effect::kSlower, "4 GPUs, but no NCCL: nccl.h was missing", "NCCL's headers");
  expect_one(
      [](MachineFacts& f) {
        test::add_gpus(f, 2);
        f.shared_memory = 64 << 20;
      },
      Effect::kFails, "/dev/shm has 0.06 GiB", "--shm-size");
  expect_one(
      [](MachineFacts& f) {
        test::add_gpus(f, 2);
        f.accelerators.driver.gpus[1].used = 70LL << 30;
      },
      Effect::kFails, "GPU 1: 70.0 of 80.0 GiB are taken", "nvidia-smi");
  expect_one([](MachineFacts& f) { f.accelerators.gloo = "its headers were missing"; }, Effect::kFails,
             "Gloo is missing: its headers", "build itpn again");
}

TEST(MachineFindings, TheWorstComeFirst) {
  const std::vector<Finding> found = findings_with([](MachineFacts& f) {
    f.disk.type = "tmpfs";
    f.threads.omp_num_threads = "1";
    f.open_files = 64;
  });
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].effect, Effect::kFails);
  EXPECT_EQ(found[2].effect, Effect::kNote);
}

}  // namespace
}  // namespace itpn
