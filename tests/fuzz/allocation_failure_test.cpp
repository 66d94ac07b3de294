// The parsers run out of memory at each allocation in turn: each time they end with an error of the user's or with
// std::bad_alloc, and give back what they had taken.
//
// Not here: JSON (manifests, training states, metrics). nlohmann's destructor allocates, and where that fails the
// program ends.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <new>

#include "itpn/config/config.h"
#include "itpn/config/sample_config_for_test.h"
#include "itpn/io/coco_json.h"
#include "itpn/io/decode_image.h"
#include "itpn/io/safetensors.h"
#include "itpn/io/tar_index.h"
#include "itpn/io/weights_file.h"
#include "tests/fuzz/counted_new.h"
#include "tests/support/bytes_fs.h"
#include "tests/support/fault_tally.h"
#include "tests/support/shared_data.h"

namespace itpn::test {
namespace {

using Bytes = std::vector<std::byte>;
using Parser = void (*)(const Bytes&);

std::string text_of(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

void parse_weights(const Bytes& bytes) {
  BytesFs disk(bytes);
  WeightsFile file(disk, "input", {.key = "", .checks_checksums = true});
  for (const TensorInfo& tensor : file.tensors()) {
    Bytes into(tensor.bytes);
    file.read(tensor, into);
  }
}

void parse_safetensors(const Bytes& bytes) {
  BytesFs disk(bytes);
  const SafetensorsFile file(disk, "input");
}

void parse_tar(const Bytes& bytes) {
  BytesFs disk(bytes);
  group_samples(TarIndex::scan(disk, "input"));
}

void parse_annotations(const Bytes& bytes) { parse_coco(text_of(bytes), "input"); }
void parse_picture(const Bytes& bytes) { decode_rgb(bytes); }
void parse_recipe(const Bytes& bytes) { load_config<SampleConfig>("input", text_of(bytes)); }

struct Subject {
  const char* name;
  Parser parse;
  std::vector<std::string> files;  // below the source folder
};

// True if the parser came to its end before the allocation that was to fail.
bool survives(const Subject& subject, const Bytes& bytes, long fails_at) {
  start_counting(fails_at);
  try {
    subject.parse(bytes);
  } catch (const Error&) {
  } catch (const std::bad_alloc&) {
  }
  const Allocations after = stop_counting();
  // An exception object in flight is not counted twice: it has been destroyed by now.
  EXPECT_EQ(after.alive, 0) << subject.name << ": allocation " << fails_at << " left something behind";
  return after.made < fails_at;
}

class AllocationFailure : public testing::TestWithParam<Subject> {};

TEST_P(AllocationFailure, IsAnErrorAndLeavesNothingBehind) {
  const Subject& subject = GetParam();
  FaultTally tally("20", fmt::format("each allocation fails: {}", subject.name));
  for (const std::string& file : subject.files) {
    SCOPED_TRACE(file);
    const Bytes bytes = read_file(posix_fs(), source_path(file));
    survives(subject, bytes, 0);  // statics that are made at the first use stay
    for (long n = 1; !HasFailure(); ++n) {
      const bool is_over = survives(subject, bytes, n);
      tally.count();
      if (is_over) break;
    }
  }
}

const std::string kImages = "src/itpn/io/testdata/images/", kCorpus = "tests/fuzz/corpus/";

INSTANTIATE_TEST_SUITE_P(
    Parsers, AllocationFailure,
    testing::Values(
        Subject{"safetensors", parse_safetensors, {kCorpus + "safetensors/good", kCorpus + "safetensors/overlap"}},
        Subject{"pth_zip", parse_weights, {kCorpus + "pth_zip/pickle_good", kCorpus + "pth_zip/pickle_call"}},
        Subject{"pth_legacy", parse_weights, {kCorpus + "pth_legacy/pickle_good", kCorpus + "pth_legacy/trailing"}},
        Subject{"tar", parse_tar, {"src/itpn/io/testdata/tars/pax.tar", kCorpus + "tar/cut_700"}},
        Subject{"coco", parse_annotations, {kCorpus + "coco/good", kCorpus + "coco/box_of_3"}},
        Subject{"jpeg", parse_picture, {kImages + "colour_420_progressive.jpg", kCorpus + "jpeg/no_scan.jpg"}},
        Subject{"png", parse_picture, {kImages + "palette_alpha_4_interlaced.png", kCorpus + "png/not_zlib.png"}},
        Subject{"webp", parse_picture, {kImages + "lossy_alpha.webp", kImages + "animated.webp"}},
        Subject{"recipe", parse_recipe, {"configs/pretrain/itpn_tiny_128.toml"}}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace itpn::test
