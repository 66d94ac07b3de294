#include "itpn/tasks/inspect/doctor.h"

#include <nlohmann/json.hpp>

namespace itpn {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// 0 stands for what was not measured.
Json positive_or_null(double value) { return value > 0.0 ? Json(value) : Json(nullptr); }

Json cpu_json(const MachineFacts& facts) {
  const KernelFacts& kernels = facts.kernels;
  return {{"model", facts.cpu.model},
          {"sockets", facts.cpu.sockets},
          {"full_cores", facts.cpu.full_cores},
          {"instructions", facts.cpu.instructions},
          {"kernels",
           {{"libtorch", kernels.torch},
            {"model", kernels.model},
            {"optimiser", kernels.optimiser},
            {"resize", kernels.resize},
            {"affine", kernels.affine},
            {"blas_leaves_avx512_unused", kernels.has_slow_blas},
            {"onednn", kernels.has_onednn}}}};
}

Json threads_json(const ThreadFacts& threads) {
  return {{"model", threads.model},
          {"loader", threads.loader},
          {"machine_cores", threads.limits.machine_cores},
          {"allowed_cores", threads.limits.allowed_cores},
          {"quota_cores", or_null(threads.limits.quota)},
          {"quota_file", threads.limits.quota_file},
          {"usable_cores", threads.limits.usable_cores()},
          {"OMP_NUM_THREADS", threads.omp_num_threads},
          {"OMP_PROC_BIND", threads.omp_proc_bind},
          {"openmp_runtimes", threads.openmp_runtimes},
          {"load", threads.load}};
}

Json memory_json(const MachineFacts& facts) {
  const MemoryLimits& memory = facts.memory;
  return {{"total", memory.total},
          {"available", memory.available},
          {"limit", or_null(memory.group)},
          {"limit_file", memory.group_file},
          {"used_of_limit", memory.group_used},
          {"usable", memory.usable()},
          {"shared_memory", or_null(facts.shared_memory)}};
}

Json accelerators_json(const AcceleratorFacts& facts) {
  Json gpus = Json::array();
  for (const Gpu& gpu : facts.driver.gpus) {
    gpus.push_back({{"name", gpu.name}, {"memory", gpu.memory}, {"used", gpu.used}});
  }
  return {{"gpus", gpus},
          {"driver", facts.driver.version},
          {"driver_cuda", facts.driver.cuda},
          {"driver_problem", facts.driver.problem},
          {"libtorch_cuda", facts.cuda},
          {"visible_to_libtorch", facts.visible},
          {"CUDA_VISIBLE_DEVICES", facts.hides_devices ? Json(facts.visible_devices) : Json(nullptr)}};
}

Json collectives_json(const AcceleratorFacts& facts) {
  return {{"gloo", facts.gloo.empty()},
          {"gloo_obstacle", facts.gloo},
          {"nccl", facts.nccl.empty()},
          {"nccl_obstacle", facts.nccl}};
}

Json products_json(const ProductFacts& products) {
  return {{"fp32", positive_or_null(products.fp32)},
          {"bf16", positive_or_null(products.bf16)},
          {"accelerator_fp32", positive_or_null(products.accelerator_fp32)},
          {"accelerator_bf16", positive_or_null(products.accelerator_bf16)}};
}

Json disk_json(const DiskFacts& disk) {
  return {{"output_dir", disk.wanted},
          {"folder", disk.folder},
          {"type", disk.type},
          {"free", disk.free},
          {"write_rate", disk.speed ? Json(disk.speed->write_rate) : Json(nullptr)},
          {"read_rate", disk.speed ? Json(disk.speed->read_rate) : Json(nullptr)},
          {"problem", disk.problem}};
}

Json findings_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"effect", name_of(finding.effect)}, {"what", finding.what}, {"remedy", finding.remedy}});
  }
  return list;
}

}  // namespace

DoctorReport run_doctor(const std::string& output_dir) {
  DoctorReport report;
  report.facts = examine_machine(output_dir);
  report.findings = machine_findings(report.facts);
  return report;
}

std::string doctor_json(const DoctorReport& report) {
  const MachineFacts& facts = report.facts;
  Json build;
  for (const auto& [name, value] : facts.build) build[name] = value;
  const Json out = {{"build", build},
                    {"host", facts.host},
                    {"system", facts.system},
                    {"cpu", cpu_json(facts)},
                    {"threads", threads_json(facts.threads)},
                    {"memory", memory_json(facts)},
                    {"accelerators", accelerators_json(facts.accelerators)},
                    {"collectives", collectives_json(facts.accelerators)},
                    {"gflops", products_json(facts.products)},
                    {"disk", disk_json(facts.disk)},
                    {"open_files", {{"limit", facts.open_files}, {"hard_limit", facts.open_files_hard}}},
                    {"findings", findings_json(report.findings)}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace itpn
