// What the containers of PyTorch's files share: a pickle that describes tensors, and storages somewhere in the file.
#pragma once

#include <memory>
#include <set>

#include "itpn/io/pickle_tree.h"
#include "itpn/io/pth_file.h"
#include "itpn/io/zip_archive.h"

namespace itpn {

inline constexpr uint64_t kMaxPickleBytes = 16ULL << 20;

// Where the numbers of a storage lie.
struct StoragePlace {
  uint64_t offset = 0, bytes = 0;
  const ZipEntry* entry = nullptr;  // of the zip container; its checksum covers them
};

// Everything about an opened file. The parts are made by open_zip and open_legacy.
struct PthParts {
  std::unique_ptr<OpenFile> file;
  std::unique_ptr<ZipArchive> archive;  // null for the older container
  WeightsFormat format = WeightsFormat::kPthZip;
  Pickle pickle;                     // PthSource keeps its tensors alone
  std::vector<StoragePlace> places;  // of Pickle::storages
};

class PthSource final : public WeightsSource {
 public:
  explicit PthSource(PthParts parts);

  WeightsFormat format() const override { return parts_.format; }
  const std::vector<SourceTensor>& tensors() const override { return tensors_; }
  const std::map<std::string, std::string>& metadata() const override { return values_; }
  std::map<std::string, LeftOutValues> left_out() const override { return left_out_; }
  void read(size_t index, std::span<std::byte> into) override;

 private:
  void read_strided(const PickleTensor& tensor, const StoragePlace& place, std::span<std::byte> into);
  void verify(const StoragePlace& place);

  PthParts parts_;
  std::map<std::string, std::string> values_;
  std::map<std::string, LeftOutValues> left_out_;
  std::vector<SourceTensor> tensors_;
  std::vector<size_t> described_;  // of each, its place in Pickle::tensors
  std::set<const ZipEntry*> verified_;
};

// In pth_zip.cpp and pth_legacy.cpp.
PthParts open_zip(std::unique_ptr<OpenFile> file, const PthOptions& options);
PthParts open_legacy(std::unique_ptr<OpenFile> file);

}  // namespace itpn
