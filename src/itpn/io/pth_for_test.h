// Small PyTorch files for tests, made by hand from the text of a pickle.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "itpn/io/little_endian.h"
#include "itpn/io/zip_writer.h"

namespace itpn::test {

using namespace std::string_literals;

using Storages = std::map<std::string, std::string>;  // content by key

inline std::string text_op(const std::string& text) {
  std::string out = "X";
  append_little_endian(out, text.size(), 4);
  return out + text;
}

inline std::string integer_op(int64_t value) {
  std::string out = "\x8a\x08";
  append_little_endian(out, static_cast<uint64_t>(value), 8);
  return out;
}

inline std::string integers_op(const std::vector<int64_t>& values) {
  std::string out = "(";
  for (const int64_t value : values) out += integer_op(value);
  return out + "t";
}

// torch.TYPEStorage with that key and number of elements.
inline std::string storage_op(const std::string& type, const std::string& key, int64_t count, bool is_legacy = false) {
  return "(" + text_op("storage") + "ctorch\n" + type + "Storage\n" + text_op(key) + text_op("cpu") +
         integer_op(count) + (is_legacy ? "N" : "") + "tQ";
}

struct ViewForTest {
  int64_t first = 0;
  std::vector<int64_t> shape, strides;
};

inline std::string tensor_op(const std::string& storage, const ViewForTest& view) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + integer_op(view.first) + integers_op(view.shape) +
         integers_op(view.strides) + "\x89}tR";
}

// {"w": value}
inline std::string dict_op(const std::string& value, const std::string& key = "w") {
  return "}" + text_op(key) + value + "s";
}

inline std::string zip_of(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string content;
  const ByteSink sink = [&](std::span<const std::byte> piece) {
    content.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  };
  ZipWriter zip(sink);
  for (const auto& [name, text] : entries) zip.add(name, std::as_bytes(std::span(text)));
  zip.finish();
  return content;
}

// A zip container around the instructions of a pickle (without head and end).
inline std::string zip_pth(const std::string& instructions, const Storages& storages = {}) {
  std::vector<std::pair<std::string, std::string>> entries = {{"a/data.pkl", "\x80\x02" + instructions + "."}};
  for (const auto& [key, content] : storages) entries.emplace_back("a/data/" + key, content);
  return zip_of(entries);
}

// The older container; each storage with its number of elements of `size` bytes.
inline std::string legacy_pth(const std::string& instructions, const Storages& storages = {}, size_t size = 4) {
  const std::string magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  std::string file = magic + "\x80\x02M\xe9\x03." + "\x80\x02}" + text_op("little_endian") + "\x88s." + "\x80\x02" +
                     instructions + ".\x80\x02](";
  for (const auto& [key, content] : storages) file += text_op(key);
  file += "e.";
  for (const auto& [key, content] : storages) {
    append_little_endian(file, content.size() / size, 8);
    file += content;
  }
  return file;
}

}  // namespace itpn::test
