// A file of weights of any format that the program reads, as a flat list of named tensors: .safetensors, and PyTorch's
// .pth and .pt (zip container, the older container, TorchScript archives), told apart by their content. What programs
// wrap around a model's names is taken off and reported. Nothing in a file is ever executed.
#pragma once

#include <memory>
#include <unordered_map>

#include "itpn/core/files.h"
#include "itpn/io/name_prefixes.h"
#include "itpn/io/weights_source.h"

namespace itpn {

struct WeightsFileOptions {
  // Where in the file the weights are: an entry, or the leading words of their names, "model_ema", "model.student";
  // empty: found.
  std::string key;
  bool checks_checksums = true;  // false admits zip containers that were written without
};

class WeightsFile {
 public:
  // Opens and checks the file. Throws a checkpoint error (exit 4) that says what is wrong with it, or SystemError
  // (exit 5). `fs` must live as long as the object.
  WeightsFile(Fs& fs, const std::string& path, const WeightsFileOptions& options = {});

  const std::string& path() const { return path_; }
  WeightsFormat format() const { return source_->format(); }
  const std::map<std::string, std::string>& metadata() const { return source_->metadata(); }
  // What the file holds beside them that is not read, by class; and as lines for people.
  std::map<std::string, LeftOutValues> left_out() const { return source_->left_out(); }
  std::vector<std::string> left_out_lines() const;
  // The entry that holds the weights: "model", "state_dict", "module", ...; empty where they are not wrapped.
  const std::string& key() const { return key_; }
  // How many tensors the other entries hold: {"optimizer", 456}.
  const std::map<std::string, size_t>& other_entries() const { return other_entries_; }

  // The weights, without the prefix, in the order of the file.
  const std::vector<TensorInfo>& tensors() const { return tensors_; }
  // Tensors that do not have the prefix that the others have; their names are whole.
  const std::vector<TensorInfo>& outside() const { return outside_; }
  // The tensor of that name among tensors(), or nullptr.
  const TensorInfo* find(const std::string& name) const;
  // The elements of an entry of tensors() or outside(), row by row, without gaps; `into` has exactly `tensor.bytes`
  // bytes. Throws a checkpoint error (exit 4) where they are damaged. One thread at a time.
  void read(const TensorInfo& tensor, std::span<std::byte> into);

  // Takes off what programs have wrapped around the names of a model (`is_wanted`); nothing where they fit as they are.
  // Returns the prefix that it took off. Throws a checkpoint error (exit 4) that names them where the file holds
  // several models.
  std::string strip_prefix(const NameTest& is_wanted);

 private:
  enum class Names { kAsStored, kWithoutInnerWrappers };

  void choose_entry(const std::string& wanted_key);
  void list_tensors(const std::string& prefix, Names names);
  [[noreturn]] void throw_no_such_key(const std::string& key, std::map<std::string, size_t> entries) const;
  [[noreturn]] void throw_several_models(const std::vector<PrefixScore>& models) const;

  std::string path_;
  std::unique_ptr<WeightsSource> source_;
  std::string key_;
  std::map<std::string, size_t> other_entries_;
  std::vector<size_t> chosen_;  // tensors of the source under `key_`
  std::vector<TensorInfo> tensors_, outside_;
  std::vector<size_t> tensor_sources_, outside_sources_;  // their indices in the source
  std::unordered_map<std::string, size_t> by_name_;       // into tensors_
};

}  // namespace itpn
