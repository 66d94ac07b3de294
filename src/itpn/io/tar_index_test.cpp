#include "itpn/io/tar_index.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct Member {
  std::string name;
  std::string content;
  char type = '0';
  std::string size = {};  // the size field, where it is to be a lie
  std::string link = {};
};

void set_checksum(std::string& header) {
  header.replace(148, 8, 8, ' ');
  int sum = 0;
  for (const char c : header) sum += static_cast<uint8_t>(c);
  header.replace(148, 7, fmt::format("{:06o}", sum) + '\0');
}

std::string tar_member(const Member& m) {
  std::string header(512, '\0');
  header.replace(0, m.name.size(), m.name);
  header.replace(100, 7, "0000644");
  const std::string size = m.size.empty() ? fmt::format("{:011o}", m.content.size()) : m.size;
  header.replace(124, size.size(), size);
  header[156] = m.type;
  header.replace(157, m.link.size(), m.link);
  header.replace(257, 8,
                 std::string("ustar\0"
                             "00",
                             8));
  set_checksum(header);
  return header + m.content + std::string((512 - m.content.size() % 512) % 512, '\0');
}

const std::string kEnd(1024, '\0');

std::string pax_record(const std::string& key, const std::string& value) {
  size_t length = key.size() + value.size() + 3;
  while (fmt::to_string(length).size() + key.size() + value.size() + 3 > length) ++length;
  return fmt::format("{} {}={}\n", length, key, value);
}

class TarIndexTest : public testing::Test {
 protected:
  TarIndex scan(const std::string& content) {
    const std::string path = directory_.file("shard.tar");
    write_file_atomically(posix_fs(), path, content);
    return TarIndex::scan(posix_fs(), path);
  }
  TarIndex scan_members(const std::vector<Member>& members) {
    std::string content;
    for (const auto& m : members) content += tar_member(m);
    return scan(content + kEnd);
  }
  static std::vector<std::string> names(const TarIndex& index) {
    std::vector<std::string> result;
    for (size_t i = 0; i < index.size(); ++i) result.emplace_back(index.member(i).name);
    return result;
  }
  test::TemporaryDirectory directory_;
};

TEST_F(TarIndexTest, FindsContentByOffset) {
  const std::string first = tar_member({"a.txt", "hello"});
  const TarIndex index = scan(first + tar_member({"b.txt", std::string(600, 'x')}) + kEnd);
  ASSERT_EQ(index.size(), 2u);
  EXPECT_EQ(index.defect(), "");
  EXPECT_EQ(index.member(0).offset, 512u);
  EXPECT_EQ(index.member(0).size, 5u);
  EXPECT_EQ(index.member(1).offset, first.size() + 512);
  EXPECT_EQ(index.member(1).size, 600u);
}

TEST_F(TarIndexTest, ReadsFilesOfOtherWriters) {
  for (const char* name : {"gnu.tar", "pax.tar", "ustar.tar"}) {
    const TarIndex index =
        TarIndex::scan(posix_fs(), test::source_path(std::string("src/itpn/io/testdata/tars/") + name));
    EXPECT_EQ(index.defect(), "") << name;
    const std::string folder = std::string(name) == "ustar.tar" ? std::string(120, 'd') : std::string(300, 'd');
    EXPECT_THAT(names(index), ElementsAre("short.txt", folder + "/long.txt", "n\xC3\xA4me.txt")) << name;
    OpenFile file(posix_fs(), index.path(), OpenMode::kRead);
    std::string content(index.member(1).size, ' ');
    file.read_exactly(std::as_writable_bytes(std::span(content)), index.member(1).offset);
    EXPECT_EQ(content, "long content") << name;
    EXPECT_EQ(index.skipped(), 2) << name;  // a directory and a link
  }
}

TEST_F(TarIndexTest, NamesAreKeysNotPaths) {
  EXPECT_THAT(names(scan_members({{"../../etc/passwd", "x"}, {"/absolute", "y"}})),
              ElementsAre("../../etc/passwd", "/absolute"));
}

TEST_F(TarIndexTest, SkipsWhatIsNoRegularFile) {
  const TarIndex index = scan_members({{"hard", "", '1'},
                                       {"soft", "", '2'},
                                       {"device", "", '3'},
                                       {"fifo", "", '6'},
                                       {"directory/", "", '5'},
                                       {"old directory/", "", '\0'},
                                       {"sparse", "", 'S'},
                                       {"", "no name"},
                                       {"file", "x", '\0'}});
  EXPECT_THAT(names(index), ElementsAre("file"));
  EXPECT_EQ(index.skipped(), 8);
}

TEST_F(TarIndexTest, LinksHaveTheContentThatTheyLeadTo) {
  const TarIndex index = scan_members({{"./d/a", "first"},
                                       {"hard", "", '1', "", "d/a"},
                                       {"d/soft", "", '2', "", "../b"},
                                       {"chain", "", '1', "", "d/soft"},
                                       {"b", "second!"},
                                       {"K", "./d/a\0", 'K'},
                                       {"long", "", '1', "", "cut"},
                                       {"pax", pax_record("linkpath", "b"), 'x'},
                                       {"e/pax", "", '1', "", "cut"}});
  EXPECT_EQ(index.defect(), "");
  EXPECT_EQ(index.skipped(), 0);
  EXPECT_THAT(names(index), ElementsAre("./d/a", "hard", "d/soft", "chain", "b", "long", "e/pax"));
  const auto size = [&](size_t i) { return index.member(i).size; };
  EXPECT_EQ(index.member(1).offset, index.member(0).offset);
  EXPECT_EQ(size(1), 5u);
  EXPECT_EQ(index.member(2).offset, index.member(4).offset);
  EXPECT_EQ(size(3), 7u);
  EXPECT_EQ(size(5), 5u);
  EXPECT_EQ(size(6), 7u);
}

TEST_F(TarIndexTest, LinksToNothingAreNamedAndTakeNoPlace) {
  const TarIndex index = scan_members({{"a", "1"},
                                       {"x", "", '2', "", "y"},
                                       {"y", "", '2', "", "x"},
                                       {"b", "22"},
                                       {"z", "", '1', "", "absent"},
                                       {"b2", "", '1', "", "b"}});
  EXPECT_THAT(names(index), ElementsAre("a", "b", "b2"));
  EXPECT_THAT(index.broken_links(), ElementsAre("x", "y", "z"));
  EXPECT_EQ(index.skipped(), 3);
  EXPECT_EQ(index.member(2).size, 2u);
}

TEST_F(TarIndexTest, JoinedFilesAreReadToTheLast) {
  const std::string a = tar_member({"a", "1"}) + kEnd, b = tar_member({"b", "2"}) + kEnd, padding(200 * 512, '\0');
  EXPECT_THAT(names(scan(a + padding + b + b.substr(0, 1024) + std::string(512, '\0'))), ElementsAre("a", "b", "b"));
  EXPECT_EQ(scan(a + padding + b).defect(), "");
  const TarIndex odd = scan(a + padding + std::string(512, '\0') + "something else");
  EXPECT_THAT(names(odd), ElementsAre("a"));
  EXPECT_THAT(odd.defect(), HasSubstr("behind the end mark"));
}

TEST_F(TarIndexTest, ACutFileKeepsTheMembersBefore) {
  const std::string whole = tar_member({"a", "1"}) + tar_member({"b", std::string(512, '2')}) + kEnd;
  for (const size_t size : {size_t{1024 + 512 + 100}, size_t{1024 + 512}}) {
    const TarIndex index = scan(whole.substr(0, size));
    EXPECT_THAT(names(index), ElementsAre("a"));
    EXPECT_THAT(index.defect(), HasSubstr("cut: 'b' claims 512 bytes"));
  }
  EXPECT_THAT(scan(whole.substr(0, 1300)).defect(), StartsWith("cut: inside a header"));
  const TarIndex without_end = scan(whole.substr(0, 2048));
  EXPECT_THAT(without_end.defect(), StartsWith("cut: no end mark"));
  EXPECT_EQ(without_end.size(), 2u);
  EXPECT_EQ(scan("").defect(), "empty");
}

TEST_F(TarIndexTest, ADamagedHeaderKeepsTheMembersBefore) {
  std::string content = tar_member({"a", "1"}) + tar_member({"b", "2"}) + kEnd;
  content[1024 + 3] ^= 1;
  const TarIndex index = scan(content);
  EXPECT_THAT(names(index), ElementsAre("a"));
  EXPECT_THAT(index.defect(), StartsWith("damaged: wrong checksum"));
}

TEST_F(TarIndexTest, OtherFilesAreNoTars) {
  EXPECT_THROW(scan("PK\3\4" + std::string(600, 'x')), Error);
  EXPECT_THROW(scan("\x1f\x8b" + std::string(600, 'x')), Error);
}

TEST_F(TarIndexTest, SizesThatLieAreRefused) {
  const std::string ok = tar_member({"ok", "1"});
  const std::string huge_base_256 = std::string("\x80") + std::string(3, '\0') + std::string(8, '\x7F');
  const std::string negative_base_256(12, '\xFF');
  for (const std::string& size : {std::string("77777777777"), huge_base_256, negative_base_256,
                                  std::string("12x45678901"), std::string("-0000000001")}) {
    const TarIndex index = scan(ok + tar_member({"liar", "1", '0', size}) + kEnd);
    EXPECT_THAT(names(index), ElementsAre("ok"));
    EXPECT_NE(index.defect(), "");
  }
}

TEST_F(TarIndexTest, LargeSizesInBase256AreRead) {
  const std::string size = std::string("\x80") + std::string(10, '\0') + std::string(1, '\3');
  EXPECT_EQ(scan(tar_member({"a", "123", '0', size}) + kEnd).member(0).size, 3u);
}

TEST_F(TarIndexTest, PaxPathAndSizeReplaceThoseOfTheHeader) {
  const std::string pax = pax_record("path", "new/name.jpg") + pax_record("size", "2") + pax_record("mtime", "1.5");
  const TarIndex index = scan_members({{"pax", pax, 'x'}, {"old", "12", '0', "00000000000"}, {"next", "3"}});
  EXPECT_THAT(names(index), ElementsAre("new/name.jpg", "next"));
  EXPECT_EQ(index.member(0).size, 2u);
}

TEST_F(TarIndexTest, PaxHeadersThatLieAreRefused) {
  for (const std::string& pax :
       {pax_record("size", "99999999"), pax_record("size", "-1"), pax_record("size", "18446744073709551616"),
        std::string("9999 path=a\n"), std::string("0 path=a\n"), std::string("11 path=abc"), std::string("8 nothing\n"),
        std::string("x"), std::string("99999999999999999999999 a=b\n")}) {
    const TarIndex index = scan_members({{"ok", "1"}, {"pax", pax, 'x'}, {"liar", "1"}});
    EXPECT_THAT(names(index), ElementsAre("ok")) << pax;
    EXPECT_NE(index.defect(), "") << pax;
  }
  EXPECT_EQ(scan_members({{"pax", pax_record("GNU.sparse.major", "1"), 'x'}, {"sparse", "1"}}).skipped(), 1);
}

TEST_F(TarIndexTest, AnEndlessNameIsRefused) {
  const TarIndex index = scan_members({{"ok", "1"}, {"L", std::string((1 << 20) + 1, 'n'), 'L'}, {"x", "1"}});
  EXPECT_THAT(index.defect(), HasSubstr("1 MiB"));
}

TEST(TarKeys, SplitAtTheFirstDotOfTheFileName) {
  const auto split = [](std::string_view name) {
    const TarKey key = split_tar_key(name);
    return std::string(key.key) + "|" + std::string(key.extension);
  };
  EXPECT_EQ(split("000.jpg"), "000|jpg");
  EXPECT_EQ(split("a.b/000.seg.png"), "a.b/000|seg.png");
  EXPECT_EQ(split("a.b/none"), "|");
  EXPECT_EQ(split("a/._000.jpg"), "|");
}

TEST_F(TarIndexTest, GroupsMembersIntoSamples) {
  const TarIndex index = scan_members(
      {{"000.JPG", "j"}, {"000.cls", "7"}, {"README", "r"}, {"001.cls", "8"}, {"001.jpg", "jj"}, {"002.txt", "t"}});
  const auto samples = group_samples(index);
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(find_member(index, samples[0], {"jpg", "png"})->name, "000.JPG");
  EXPECT_EQ(find_member(index, samples[1], {"jpg", "png"})->size, 2u);
  EXPECT_EQ(find_member(index, samples[0], {"cls"})->name, "000.cls");
  EXPECT_FALSE(find_member(index, samples[2], {"jpg"}));
}

TEST_F(TarIndexTest, RepeatedKeysAreRefused) {
  const auto complaint = [this](const std::vector<Member>& members) {
    return test::error_of(ExitCode::kData, [&] { group_samples(scan_members(members)); });
  };
  EXPECT_THAT(complaint({{"a.jpg", "1"}, {"a.jpg", "2"}}), HasSubstr("'a.jpg' is there twice"));
  EXPECT_THAT(complaint({{"a.jpg", "1"}, {"b.jpg", "2"}, {"a.cls", "3"}}), HasSubstr("key 'a' comes twice"));
}

}  // namespace
}  // namespace itpn
