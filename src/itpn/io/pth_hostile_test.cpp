// Files that want to be executed, to crash the reader, or to take memory: each is refused with its own message, and the
// canary that many of them would create is never there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/io/pth_for_test.h"
#include "itpn/io/weights_file.h"
#include "itpn/io/zip_directory.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using namespace test;
using ::testing::HasSubstr;
using ::testing::Not;

struct HostilePickle {
  std::string name;
  std::string content;
  std::string expected;  // part of the message
};

const std::string kByteStorage = storage_op("Byte", "0", 4);
const Storages kFour = {{"0", "abcd"}};

std::string repeated(const std::string& text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

// Calls of functions that would leave a canary; each is named in the message.
std::vector<HostilePickle> calls(const std::string& canary) {
  const std::string command = "touch " + canary, python = "open('" + canary + "','w')";
  std::vector<HostilePickle> cases;
  const std::vector<std::array<std::string, 3>> functions = {
      {"os", "system", command},
      {"posix", "system", command},
      {"nt", "system", command},
      {"subprocess", "check_output", command},
      {"subprocess", "Popen", command},
      {"builtins", "eval", python},
      {"builtins", "exec", python},
      {"__builtin__", "eval", python},
      {"__builtin__", "execfile", canary},
      {"builtins", "open", canary},
      {"builtins", "getattr", canary},
      {"builtins", "__import__", "os"},
      {"importlib", "import_module", "os"},
      {"runpy", "run_path", canary},
      {"code", "interact", canary},
      {"pty", "spawn", command},
      {"shutil", "rmtree", canary},
      {"socket", "socket", canary},
      {"webbrowser", "open", canary},
      {"pickle", "loads", canary},
      {"torch", "load", canary},
      {"torch.hub", "load", canary},
      {"torch.storage", "_load_from_bytes", canary},
      {"torch._utils", "_rebuild_qtensor", canary},
      {"torch.utils.cpp_extension", "load", canary},
      {"numpyx", "load", canary},
      {"functools", "partial", canary},
      {"operator", "attrgetter", canary},
      {"collections", "namedtuple", canary},
      {"copy_reg", "_reconstructor", canary},
      {"argparse", "Action", canary},
      {"torchvision.models.resnet", "ResNet", canary},
      {"__main__", "Net", canary},
      {"__torch__", "Root", canary}};  // known in TorchScript archives only
  for (const auto& [module, function, argument] : functions) {
    const std::string expected = "it asks for " + module + "." + function;
    const std::string tail = text_op(argument) + "\x85R";
    cases.push_back({module + "." + function, zip_pth("c" + module + "\n" + function + "\n" + tail), expected});
  }
  const std::string stacked = text_op("os") + text_op("system") + "\x93" + text_op(command) + "\x85R";
  cases.push_back({"stack_global", zip_pth(stacked), "it asks for os.system"});
  cases.push_back({"legacy", legacy_pth("cos\nsystem\n" + text_op(command) + "\x85R"), "it asks for os.system"});
  cases.push_back({"inside", zip_pth(dict_op("cos\nsystem\n" + text_op(command) + "\x85R")), "it asks for os.system"});
  cases.push_back({"dotted", zip_pth(text_op("torch") + text_op("_utils.os.system") + "\x93"),
                   "it asks for torch._utils.os.system"});
  return cases;
}

std::vector<HostilePickle> instructions() {
  const auto op = [](const std::string& name, const std::string& pickle, const std::string& expected) {
    return HostilePickle{name, zip_pth(pickle), expected};
  };
  const std::string ordered = "ccollections\nOrderedDict\n";
  return {op("inst", "(S'x'\nios\nsystem\n", "instruction 0x53"),
          op("inst_bare", "(ios\nsystem\n", "instruction 0x69"),
          op("obj", "(o", "instruction 0x6f"),
          op("persid_text", "Pabc\n", "instruction 0x50"),
          op("ext", "\x82\x01", "instruction 0x82"),
          op("newobj_ex", "\x92", "instruction 0x92"),
          op("long4", "\x8b\xff\xff\xff\x7f", "instruction 0x8b"),
          op("byte_array", "\x96", "instruction 0x96"),
          op("next_buffer", "\x97", "instruction 0x97"),
          op("protocol_9", "\x80\x09", "a protocol later than 5"),
          op("pop_empty", "0", "empty stack"),
          op("append_to_none", "NNa", "no list"),
          op("item_of_none", "NNNs", "no dictionary"),
          op("odd_items", "}(Nu", "a key without a value"),
          op("no_mark", "t", "a mark that is not there"),
          op("memo_missing", "h\x07", "memo entry 7 is not there"),
          op("memo_huge", "Nr\xff\xff\xff\xff", "100000 memo entries"),
          op("text_too_long", "X\xff\xff\xff\x7f", "a text longer than the pickle"),
          op("text_64_bits", "\x8d\xff\xff\xff\xff\xff\xff\xff\xff", "a text longer than the pickle"),
          op("name_without_end", "ctorch", "a name without end"),
          op("left_over", "NN", "values are left over"),
          op("stack_deep", repeated("N", 10'001), "10000 values on the stack"),
          op("million", repeated("N0", 600'000), "1000000 instructions"),
          op("fills_memory", repeated("}0", 480'000), "more than 25165824 bytes"),
          op("nested", repeated("]", 100) + repeated("a", 99), "nested more than"),
          op("holds_itself", "]q\0h\0a"s, "nested more than"),
          op("laughs", "]q\0"s + repeated("0](h\0h\0h\0h\0h\0h\0h\0h\0eq\0"s, 9), "more than 1000000 values"),
          op("call_of_none", "N)R", "no function"),
          op("call_of_a_type", "ctorch\nFloatStorage\n)R", "which is no function"),
          op("object_of_a_type", "ctorch\nfloat32\n)\x81", "no known class"),
          op("attributes_of_a_list", "]}b", "attributes to something that has none"),
          op("ordered_of_text", ordered + text_op("x") + "\x85R", "something else than a list"),
          op("ordered_of_empty_pairs", ordered + "]]a\x85R", "an ordered dictionary that is no pair"),
          op("ordered_of_four_parts", ordered + "](](NNNNee\x85R", "an ordered dictionary that is no pair"),
          op("long_as_a_key", "}\x8a\x09" + std::string(8, '\xff') + "\0Ns"s, "neither text nor number"),
          op("parameter_of_none", "ctorch._utils\n_rebuild_parameter\n(NNNtR", "a parameter that is no tensor"),
          op("tensor_of_none", "ctorch._utils\n_rebuild_tensor_v2\n(NK\0))\x89}tR"s, "a tensor without a storage"),
          op("few_arguments", "ctorch._utils\n_rebuild_tensor_v2\n)R", "a call without its 6 to 7 arguments"),
          op("key_of_none", "}NNs", "neither text nor number"),
          op("complex", dict_op(storage_op("ComplexFloat", "0", 4)), "it asks for torch.ComplexFloatStorage"),
          op("quantised", dict_op(storage_op("QInt8", "0", 4)), "it asks for torch.QInt8Storage")};
}

std::vector<HostilePickle> tensors() {
  const auto view = [](const std::string& name, const ViewForTest& shown, const std::string& expected) {
    return HostilePickle{name, zip_pth(dict_op(tensor_op(kByteStorage, shown)), kFour), expected};
  };
  const int64_t huge = INT64_MAX;
  return {view("outside", {1, {4}, {1}}, "reaches out of storage '0', which has 4"),
          view("far", {huge, {1}, {1}}, "reaches out of storage"),
          view("stride", {0, {2}, {5}}, "reaches out of storage"),
          view("stride_overflow", {0, {3}, {huge}}, "reaches out of storage"),
          view("shape_overflow", {0, {huge, huge}, {0, 0}}, "reaches out of storage"),
          view("negative_size", {0, {-1}, {1}}, "a size or stride is no count"),
          view("negative_stride", {3, {2}, {-1}}, "a size or stride is no count"),
          view("negative_place", {-1, {1}, {1}}, "place is no count"),
          view("fewer_strides", {0, {2, 2}, {2}}, "fewer strides than sizes"),
          view("many_axes", {0, std::vector<int64_t>(65, 1), std::vector<int64_t>(65, 1)}, "arguments"),
          view("repeated_to_a_terabyte", {0, {1LL << 40}, {0}}, "too large for the file"),
          {"storage_missing", zip_pth(dict_op(tensor_op(kByteStorage, {0, {4}, {1}}))), "storage '0' is missing"},
          {"storage_short", zip_pth(dict_op(kByteStorage), {{"0", "abc"}}), "has 3 bytes, its type and size want 4"},
          {"storage_huge", zip_pth(dict_op(storage_op("Double", "0", huge)), kFour), "impossible size"},
          {"storage_negative", zip_pth(dict_op(storage_op("Double", "0", -1)), kFour), "size is no count"},
          {"storage_elsewhere", zip_pth(dict_op(storage_op("Byte", "../../etc/passwd", 4)), kFour), "is missing"},
          {"two_of_a_name",
           zip_pth("}(" + text_op("a.b") + tensor_op(kByteStorage, {0, {1}, {1}}) + text_op("a") +
                       dict_op(tensor_op(kByteStorage, {0, {1}, {1}}), "b") + "u",
                   kFour),
           "two tensors with the name 'a.b'"},
          {"legacy_count_lies", legacy_pth(dict_op(storage_op("Byte", "0", 5, true)), kFour, 1), "wants 5 elements"},
          {"legacy_key_unknown", legacy_pth("N", kFour, 1), "belongs to no tensor"},
          {"legacy_storage_missing", legacy_pth(dict_op(storage_op("Byte", "0", 4, true))), "storage '0' is missing"},
          {"legacy_trailing", legacy_pth("N") + "x", "1 bytes at the end"},
          {"legacy_magic", "\x80\x02K\x01.\x80\x02K\x01.\x80\x02N.", "without PyTorch's magic number"}};
}

// The archive with `bytes` in place of what is at `at` behind the first local (or central) header's start.
std::string patched(const std::string& archive, uint32_t signature, size_t at, const std::string& bytes) {
  std::string mark, changed = archive;
  append_little_endian(mark, signature, 4);
  changed.replace(changed.find(mark) + at, bytes.size(), bytes);
  return changed;
}

std::vector<HostilePickle> containers() {
  const std::string good = zip_pth(dict_op(tensor_op(kByteStorage, {0, {4}, {1}})), kFour);
  const auto change = [&](const std::string& name, uint32_t signature, size_t at, const std::string& bytes,
                          const std::string& expected) {
    return HostilePickle{name, patched(good, signature, at, bytes), expected};
  };
  const std::string two = "\2\0"s, full = "\xff\xff\xff\xff";
  return {change("local_name", kZipLocalHeader, 30, "b", "contradicts the directory"),
          change("local_size", kZipLocalHeader, 22, "\1\0\0\0"s, "contradicts the directory"),
          change("local_size_64", kZipLocalHeader, 22, full, "contradicts the directory"),
          change("local_checksum", kZipLocalHeader, 14, "\1\0\0\0"s, "contradicts the directory"),
          change("local_method", kZipLocalHeader, 8, "\10\0"s, "contradicts the directory"),
          change("local_extra", kZipLocalHeader, 28, "\xff\xff", "reaches into what follows it"),
          change("encrypted", kZipCentralHeader, 8, "\1\10"s, "is encrypted"),
          change("compressed", kZipCentralHeader, 10, "\10\0"s, "is compressed"),
          change("sizes_differ", kZipCentralHeader, 20, "\1\0\0\0"s, "another size than its own"),
          change("size_in_zip64_absent", kZipCentralHeader, 24, full, "another size than its own"),
          change("header_far", kZipCentralHeader, 42, "\xff\xff\xff\x7f", "lies outside"),
          change("name_long", kZipCentralHeader, 28, "\xff\xff", "name is cut, or too long"),
          change("name_empty", kZipCentralHeader, 28, "\0\0"s, "name is cut, or too long"),
          change("entries_more", kZip64End, 24, "\7\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0"s, "another number of entries"),
          change("zip64_place", kZip64End, 48, "\1\0\0\0\0\0\0\0"s, "another place of the directory"),
          change("zip64_none", kZip64End, 4, "\0\0\0\0\0\0\0\0"s, "zip64 record is none"),
          change("zip64_far", kZip64Locator, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f", "zip64 record lies outside"),
          change("parts", kZipEnd, 4, two, "several parts"),
          change("size_of_directory", kZipEnd, 12, "\1\0\0\0"s, "another size of the directory"),
          {"no_pickle", zip_of({{"a/b", "x"}}), "without data.pkl"},
          {"two_pickles", zip_of({{"a/data.pkl", "N."}, {"b/data.pkl", "N."}}), "more than one data.pkl"},
          {"entry_twice", zip_of({{"a/data.pkl", "N."}, {"a/x", "1"}, {"a/x", "2"}}), "entry 'a/x' is there twice"},
          {"zero_in_name", zip_of({{"a/data.pkl\0x"s, "N."}}), "zero byte"},
          {"big_endian", zip_of({{"a/data.pkl", "N."}, {"a/byteorder", "big"}}), "byte order 'big'"},
          {"huge_pickle", zip_of({{"a/data.pkl", std::string((16 << 20) + 1, 'N')}}), "the limit is"},
          {"pickle_damaged", patched(good, kZipLocalHeader, 70, "zzzz"), "is damaged: its checksum"},
          {"end_cut", good.substr(0, good.size() - 1), "no end record"}};
}

TEST(HostilePth, EachIsRefusedByNameAndNothingIsExecuted) {
  const TemporaryDirectory directory;
  const std::string canary = directory.file("canary"), path = directory.file("w.pth");
  std::vector<HostilePickle> cases = calls(canary);
  for (const auto& more : {instructions(), tensors(), containers()})
    cases.insert(cases.end(), more.begin(), more.end());
  EXPECT_GE(cases.size(), 60u);
  for (const HostilePickle& hostile : cases) {
    write_file_atomically(posix_fs(), path, hostile.content);
    SCOPED_TRACE(hostile.name);
    const std::string message = error_of(ExitCode::kCheckpoint, [&] { WeightsFile(posix_fs(), path); });
    EXPECT_THAT(message, HasSubstr(hostile.expected));
    EXPECT_THAT(message, HasSubstr(path));
  }
  EXPECT_FALSE(exists(posix_fs(), canary));
}

// Only where honest files have such classes.
TEST(HostilePth, AnUnknownClassBringsTheTwoLinesThatSaveTheWeights) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("w.pth");
  const auto refusal = [&](const std::string& global) {
    write_file_atomically(posix_fs(), path, zip_pth(dict_op("c" + global + "\n)R")));
    return error_of(ExitCode::kCheckpoint, [&] { WeightsFile(posix_fs(), path); });
  };
  EXPECT_THAT(refusal("utils.misc\nScaler"), HasSubstr("torch.save("));
  EXPECT_THAT(refusal("posix\nsystem"), HasSubstr("do not open this file"));
  EXPECT_THAT(refusal("posix\nsystem"), Not(HasSubstr("torch.save(")));
}

// What the cases above are variations of is accepted, so each is refused for its own fault.
TEST(HostilePth, TheHarmlessOriginalsAreRead) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("w.pth"), tensor = tensor_op(kByteStorage, {0, {4}, {1}});
  for (const std::string& content :
       {zip_pth(dict_op(tensor), kFour),
        legacy_pth(dict_op(tensor_op(storage_op("Byte", "0", 4, true), {0, {4}, {1}})), kFour, 1)}) {
    write_file_atomically(posix_fs(), path, content);
    WeightsFile file(posix_fs(), path);
    std::string read(4, '\0');
    file.read(file.tensors().at(0), std::as_writable_bytes(std::span(read)));
    EXPECT_EQ(read, "abcd");
  }
}

}  // namespace
}  // namespace itpn
