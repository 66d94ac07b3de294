// Every file of the hostile corpus meets the answer that expected_errors.tsv has for it: a line "KIND/NAME <tab>
// answer" each. The list records what the program said; ITPN_UPDATE_EXPECTED=1 writes it anew, to be reviewed before it
// is committed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "itpn/io/decode_image.h"
#include "itpn/io/safetensors.h"
#include "itpn/io/tar_index.h"
#include "itpn/io/weights_file.h"
#include "tests/support/fault_tally.h"
#include "tests/support/shared_data.h"

namespace itpn::test {
namespace {

using Answers = std::map<std::string, std::string>;

std::string corpus() { return source_path("tests/fuzz/corpus"); }
std::string list_path() { return source_path("tests/fuzz/expected_errors.tsv"); }

// For a file that is accepted: what was found in it.
std::string read_weights(const std::string& path) {
  WeightsFile file(posix_fs(), path, {.key = "", .checks_checksums = true});
  for (const TensorInfo& tensor : file.tensors()) {
    std::vector<std::byte> bytes(tensor.bytes);
    file.read(tensor, bytes);
  }
  return fmt::format("accepted, {} tensors", file.tensors().size());
}

std::string read_safetensors(const std::string& path) {
  SafetensorsFile file(posix_fs(), path);
  for (const TensorInfo& tensor : file.tensors()) {
    std::vector<std::byte> bytes(tensor.bytes);
    file.read(tensor, bytes);
  }
  return fmt::format("accepted, {} tensors", file.tensors().size());
}

std::string read_tar(const std::string& path) {
  const TarIndex index = TarIndex::scan(posix_fs(), path);
  std::string names;
  for (size_t i = 0; i < index.size(); ++i) names += fmt::format(" {}", index.member(i).name.substr(0, 20));
  if (!index.defect().empty()) return fmt::format("{};{}", index.defect(), names);
  return fmt::format("accepted:{}; {} samples, {} skipped", names, group_samples(index).size(), index.skipped());
}

// The libraries' own words differ between their versions, so only the kind counts; and for a random change of bytes
// only that it is one of the two.
std::string decode(const std::string& path) {
  const bool is_random = path.find("/flip_") != std::string::npos;
  try {
    const Image image = decode_rgb(read_file(posix_fs(), path));
    return is_random ? "accepted or refused" : fmt::format("accepted, {} x {}", image.width, image.height);
  } catch (const ImageError& error) {
    return is_random ? "accepted or refused" : defect_name(error.kind);
  }
}

std::string raw_answer(const std::string& kind, const std::string& path) {
  try {
    if (kind == "tar") return read_tar(path);
    if (kind == "safetensors") return read_safetensors(path);
    if (kind.starts_with("pth")) return read_weights(path);
    return decode(path);
  } catch (const Error& error) {
    std::string text = error.what();
    for (size_t at; (at = text.find(path)) != std::string::npos;) text.replace(at, path.size(), "FILE");
    return fmt::format("exit {}: {}", static_cast<int>(error.code()), text);
  }
}

// On one line, printable.
std::string answer(const std::string& kind, const std::string& path) {
  std::string text;
  for (const char c : raw_answer(kind, path)) {
    const bool is_printable = c >= ' ' && c < 0x7F;
    text += is_printable ? std::string(1, c) : fmt::format("<{:02x}>", static_cast<unsigned char>(c));
  }
  return text;
}

Answers answers_of(const std::string& kind) {
  Answers answers;
  for (const auto& entry : std::filesystem::directory_iterator(corpus() + "/" + kind)) {
    const std::string name = entry.path().filename();
    answers[kind + "/" + name] = answer(kind, entry.path());
  }
  return answers;
}

Answers expected_answers() {
  Answers answers;
  std::ifstream file(list_path());
  for (std::string line; std::getline(file, line);) {
    const size_t tab = line.find('\t');
    if (tab != std::string::npos) answers[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return answers;
}

TEST(HostileCorpus, MeetsTheAnswerThatIsExpectedForEachFile) {
  FaultTally tally("12", "hostile files, each with its own expected answer");
  const bool updates = std::getenv("ITPN_UPDATE_EXPECTED") != nullptr;
  const Answers expected = expected_answers();
  const std::map<std::string, size_t> wanted = {{"pth_zip", 60}, {"pth_legacy", 60}, {"safetensors", 40}, {"tar", 40},
                                                {"jpeg", 30},    {"png", 30},        {"webp", 20}};
  Answers all;
  for (const auto& [kind, count] : wanted) {
    const Answers found = answers_of(kind);
    EXPECT_GE(found.size(), count) << kind;
    all.insert(found.begin(), found.end());
    if (updates) continue;
    for (const auto& [name, text] : found) {
      const auto wish = expected.find(name);
      EXPECT_EQ(text, wish == expected.end() ? "no answer in the list" : wish->second) << name;
      tally.count();
    }
  }
  if (!updates) return;
  std::ofstream file(list_path());
  for (const auto& [name, text] : all) file << name << '\t' << text << '\n';
}

}  // namespace
}  // namespace itpn::test
