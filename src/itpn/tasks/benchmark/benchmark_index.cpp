#include "itpn/tasks/benchmark/benchmark_index.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "itpn/core/stopwatch.h"
#include "itpn/core/temporary_folder.h"
#include "itpn/data/datasets/class_checks.h"
#include "itpn/data/datasets/folder_list.h"
#include "itpn/data/open_dataset.h"
#include "itpn/data/sample_order.h"

namespace itpn {
namespace {

constexpr int64_t kPicturesOfAClass = 1300;
constexpr int64_t kLookups = 4096;
constexpr uint64_t kPictureBytes = 110'000;

std::string class_folder(int64_t number) { return fmt::format("n{:08}", number); }

// A real folder, so that looking whether it has changed costs what it costs, with the time stamp of yesterday.
ScannedDirectory make_folder(const std::string& root, const std::string& name) {
  const std::string path = name.empty() ? root : join_path(root, name);
  std::filesystem::create_directories(path);
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(24));
  FileStatus status;
  posix_fs().stat(path, &status);
  return {name, status.device, status.inode, status.modified_ns};
}

FolderScan invented_scan(const std::string& root, int64_t count) {
  FolderScan scan;
  scan.files.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const std::string folder = class_folder(i / kPicturesOfAClass);
    if (i % kPicturesOfAClass == 0) scan.directories.push_back(make_folder(root, folder));
    scan.files.push_back({fmt::format("{0}/{0}_{1:09}.JPEG", folder, i), kPictureBytes});
  }
  scan.directories.push_back(make_folder(root, ""));  // last: sub-folders change it
  return scan;
}

void write_index(const std::string& root, const std::string& cache, int64_t count, IndexSpeed& speed) {
  FolderScan scan = invented_scan(root, count);
  IndexSource source = folder_source(posix_fs(), root);
  source.scan = [&] { return list_of(std::move(scan), root); };
  const Stopwatch watch;
  speed.file_bytes = open_index(posix_fs(), source, cache).bytes();
  speed.write_seconds = watch.seconds();
}

// Out of the kernel's page cache, where the kernel is willing.
void forget_pages(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw_io_error(path, "open", -errno);
  ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  ::close(file);
}

int64_t anonymous_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::strtoll(line.c_str() + 8, nullptr, 10) * 1024;
  }
  return 0;
}

void look_up(const Dataset& dataset) {
  const SampleOrder order(dataset.size(), 0, 0);
  for (int64_t i = 0; i < std::min(kLookups, dataset.size()); ++i) {
    const int64_t index = order.index_at(i);
    const std::string folder = class_folder(dataset.label(index));
    const bool is_right = index / kPicturesOfAClass == dataset.label(index) &&
                          dataset.stored_bytes(index) == kPictureBytes &&
                          dataset.name(index).ends_with(fmt::format("{0}/{0}_{1:09}.JPEG", folder, index));
    if (!is_right) throw std::logic_error("the index gives another picture: " + dataset.name(index));
  }
}

void open_as_a_training_does(const std::string& root, const std::string& cache, IndexSpeed& speed) {
  DataConfig config;
  config.source = "folder";
  config.cache_dir = cache;
  Stopwatch watch;
  const auto dataset = open_dataset(config, root, {.needs_labels = true, .shows_progress = false});
  speed.open_seconds = watch.seconds();
  speed.count = fingerprint(*dataset).count;
  speed.classes = static_cast<int64_t>(dataset->class_names().size());
  dataset->skipped_by_reason();
  check_labels(*dataset, speed.classes);
  speed.summary_seconds = watch.seconds() - speed.open_seconds;
  look_up(*dataset);
  speed.lookup_seconds = watch.seconds() - speed.open_seconds - speed.summary_seconds;
  speed.own_bytes = anonymous_bytes();
}

}  // namespace

IndexSpeed benchmark_index(const BenchmarkIndexOptions& options) {
  const TemporaryFolder folder("index", options.directory);
  const std::string root = folder.below("pictures"), cache = folder.below("cache");
  IndexSpeed speed;
  write_index(root, cache, options.count, speed);
  if (options.is_cold) forget_pages(index_path(cache, folder_source(posix_fs(), root).key));
  ::malloc_trim(0);  // what the writing took and gave back would hide what the opening takes
  const int64_t before = anonymous_bytes();
  open_as_a_training_does(root, cache, speed);
  speed.own_bytes -= before;
  return speed;
}

std::string index_speed_text(const IndexSpeed& speed) {
  const auto count = static_cast<double>(speed.count);
  return fmt::format(
      "{} pictures in {} classes: index of {:.1f} MiB ({:.1f} bytes each), written in {:.2f} s\n"
      "start of a training: {:.2f} s (open and verify {:.2f}, summary and labels {:.2f}, {} look-ups {:.4f})\n"
      "memory of the process's own: {:.2f} MiB, {:.2f} bytes each\n",
      speed.count, speed.classes, static_cast<double>(speed.file_bytes) / (1 << 20),
      static_cast<double>(speed.file_bytes) / count, speed.write_seconds, speed.start_seconds(), speed.open_seconds,
      speed.summary_seconds, kLookups, speed.lookup_seconds, static_cast<double>(speed.own_bytes) / (1 << 20),
      static_cast<double>(speed.own_bytes) / count);
}

std::string index_speed_json(const IndexSpeed& speed) {
  const nlohmann::ordered_json json{
      {"count", speed.count},
      {"classes", speed.classes},
      {"file_bytes", speed.file_bytes},
      {"write_seconds", speed.write_seconds},
      {"start_seconds", speed.start_seconds()},
      {"open_seconds", speed.open_seconds},
      {"summary_seconds", speed.summary_seconds},
      {"lookup_seconds", speed.lookup_seconds},
      {"own_bytes", speed.own_bytes},
      {"own_bytes_each", static_cast<double>(speed.own_bytes) / static_cast<double>(speed.count)}};
  return json.dump() + "\n";
}

}  // namespace itpn
