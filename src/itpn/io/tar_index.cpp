#include "itpn/io/tar_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>
#include <unordered_set>

#include "itpn/core/errors.h"
#include "itpn/core/words.h"
#include "itpn/io/tar_header.h"
#include "itpn/io/tar_links.h"

namespace itpn {

// Walks from header to header; what L and x headers say is kept until the member they belong to.
class TarScanner {
 public:
  TarScanner(Fs& fs, const std::string& path) : file_(fs, path, OpenMode::kRead), file_size_(file_.size()) {
    index_.path_ = path;
  }

  TarIndex run() {
    if (file_size_ == 0) index_.defect_ = "empty";
    while (index_.defect_.empty() && step()) {
    }
    links_.resolve();
    return std::move(index_);
  }

 private:
  // Names and pax records longer than this are lies.
  static constexpr uint64_t kMaxText = 1 << 20;

  bool step();
  bool pass_end_mark();
  bool stop(const std::string& why) {
    index_.defect_ = fmt::format("{} at byte {}", why, position_);
    return false;
  }
  bool take(const TarHeader& header, uint64_t content);
  std::optional<std::string> read_text(uint64_t offset, uint64_t size);
  void add_member(const TarHeader& header, uint64_t content);

  OpenFile file_;
  uint64_t file_size_;
  uint64_t position_ = 0;
  TarIndex index_;
  TarLinks links_{index_};
  std::optional<std::string> long_name_, long_link_;
  PaxRecords pax_;
};

bool TarScanner::step() {
  if (file_size_ - position_ < kTarBlock) {
    // GNU tar and Python write zero blocks at the end; without them nobody can tell whether members are missing.
    return stop(position_ == file_size_ ? "cut: no end mark" : "cut: inside a header");
  }
  TarBlock block;
  file_.read_exactly(block, position_);
  if (is_zero_block(block)) return pass_end_mark();
  auto header = parse_tar_header(block);
  if (!header && position_ == 0) throw data_error(fmt::format("{}: not a plain tar file", index_.path_));
  if (!header) return stop("damaged: wrong checksum or size");
  const bool describes_next = header->type == 'L' || header->type == 'K' || header->type == 'x' || header->type == 'g';
  if (!describes_next && pax_.size) header->size = *pax_.size;
  const uint64_t content = position_ + kTarBlock;
  if (header->size > file_size_ - content) {
    return stop(
        fmt::format("cut: '{}' claims {} bytes, {} are left", header->name, header->size, file_size_ - content));
  }
  if (!take(*header, content)) return false;
  const uint64_t padded = (header->size + kTarBlock - 1) / kTarBlock * kTarBlock;
  position_ = content + std::min(padded, file_size_ - content);
  return true;
}

// Behind the end mark there are zeros, or the next of several files that were joined.
bool TarScanner::pass_end_mark() {
  constexpr uint64_t kPiece = 64 << 10;
  std::vector<std::byte> piece;
  const auto is_zero = [](std::byte b) { return b == std::byte{0}; };
  while (position_ < file_size_) {
    piece.resize(std::min(kPiece, file_size_ - position_));
    file_.read_exactly(piece, position_);
    const auto other = std::find_if_not(piece.begin(), piece.end(), is_zero);
    const auto zeros = static_cast<uint64_t>(other - piece.begin());
    position_ += other == piece.end() ? zeros : zeros / kTarBlock * kTarBlock;
    if (other == piece.end()) continue;
    TarBlock block{};
    file_.read_exactly(std::span(block).first(std::min(kTarBlock, file_size_ - position_)), position_);
    return parse_tar_header(block) ? true : stop("something that is no tar header behind the end mark");
  }
  return false;
}

std::optional<std::string> TarScanner::read_text(uint64_t offset, uint64_t size) {
  if (size > kMaxText) return std::nullopt;
  std::string text(size, '\0');
  file_.read_exactly(std::as_writable_bytes(std::span(text)), offset);
  return text;
}

bool TarScanner::take(const TarHeader& header, uint64_t content) {
  switch (header.type) {
    case 'L': {
      long_name_ = read_text(content, header.size);
      if (!long_name_) return stop("damaged: a name of more than 1 MiB");
      long_name_->resize(std::min(long_name_->find('\0'), long_name_->size()));
      return true;
    }
    case 'x': {
      const auto text = read_text(content, header.size);
      const auto records = text ? parse_pax(*text) : std::nullopt;
      if (!records) return stop("damaged: malformed pax header");
      pax_ = *records;
      return true;
    }
    case 'K': {
      long_link_ = read_text(content, header.size);
      if (!long_link_) return stop("damaged: a link's target of more than 1 MiB");
      long_link_->resize(std::min(long_link_->find('\0'), long_link_->size()));
      return true;
    }
    case 'g':  // defaults for all members: never names or sizes that we could use
      return true;
    default:
      add_member(header, content);
      long_name_.reset();
      long_link_.reset();
      pax_ = {};
      return true;
  }
}

void TarScanner::add_member(const TarHeader& header, uint64_t content) {
  const bool is_regular = header.type == '0' || header.type == '\0' || header.type == '7';
  const std::string& name = pax_.path ? *pax_.path : long_name_ ? *long_name_ : header.name;
  // Before ustar, a directory was a file whose name ends in a slash.
  const bool is_link = header.type == '1' || header.type == '2';
  if ((!is_regular && !is_link) || pax_.is_sparse || name.empty() || name.ends_with('/')) {
    ++index_.skipped_;
    return;
  }
  if (is_link) links_.add(name, pax_.link ? *pax_.link : long_link_ ? *long_link_ : header.link, header.type == '2');
  index_.entries_.push_back({content, header.size, index_.names_.size()});
  index_.names_ += name;
}

TarIndex TarIndex::scan(Fs& fs, const std::string& path) { return TarScanner(fs, path).run(); }

TarMember TarIndex::member(size_t i) const {
  const Entry& entry = entries_.at(i);
  const uint64_t end = i + 1 < entries_.size() ? entries_[i + 1].name_begin : names_.size();
  return {std::string_view(names_).substr(entry.name_begin, end - entry.name_begin), entry.offset, entry.size};
}

TarKey split_tar_key(std::string_view name) {
  const size_t slash = name.rfind('/');
  const size_t file_name = slash == std::string_view::npos ? 0 : slash + 1;
  const size_t dot = name.find('.', file_name);
  if (dot == std::string_view::npos || dot == file_name) return {};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

std::vector<TarSample> group_samples(const TarIndex& index) {
  std::vector<TarSample> samples;
  std::unordered_set<std::string_view> keys;
  std::set<std::string_view> extensions;
  std::string_view current;
  for (size_t i = 0; i < index.size(); ++i) {
    const auto [key, extension] = split_tar_key(index.member(i).name);
    if (key.empty()) continue;
    if (samples.empty() || key != current) {
      if (!keys.insert(key).second) {
        throw data_error(fmt::format("{}: key '{}' comes twice, with other samples between", index.path(), key));
      }
      samples.push_back({static_cast<uint32_t>(i), 0});
      current = key;
      extensions.clear();
    }
    if (!extensions.insert(extension).second) {
      throw data_error(fmt::format("{}: '{}.{}' is there twice", index.path(), key, extension));
    }
    samples.back().count = static_cast<uint32_t>(i + 1 - samples.back().first);
  }
  return samples;
}

std::optional<TarMember> find_member(const TarIndex& index, const TarSample& sample,
                                     std::initializer_list<std::string_view> extensions) {
  for (size_t i = sample.first; i < size_t{sample.first} + sample.count; ++i) {
    const TarMember member = index.member(i);
    const std::string extension = lower_case(split_tar_key(member.name).extension);
    if (std::find(extensions.begin(), extensions.end(), extension) != extensions.end()) return member;
  }
  return std::nullopt;
}

}  // namespace itpn
