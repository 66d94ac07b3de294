#include "itpn/config/fields.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

struct Inner {
  int64_t depth = 3;
};
struct Outer {
  bool flag = true;
  std::vector<double> scale = {0.2, 1.0};
  Inner inner;
  Inner harmless;
  std::string name = "x";
};

template <class V>
void visit_fields(V& v, Inner& c) {
  v("depth", c.depth, {.doc = "how deep", .min = 0});
}
template <class V>
void visit_fields(V& v, Outer& c) {
  v("flag", c.flag);
  v("scale", c.scale, {.count = 2});
  v("inner", c.inner, {.doc = "inner table"});
  v("harmless", c.harmless, {.trajectory = false});
  v("name", c.name, {.one_of = {"x", "y"}});
}

TEST(Fields, NestedStructsBecomeDottedPaths) {
  Outer outer;
  const FieldList list = list_fields(outer);
  std::vector<std::string> paths;
  for (const FieldRef& field : list.fields) paths.push_back(field.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"flag", "scale", "inner.depth", "harmless.depth", "name"}));
  ASSERT_EQ(list.tables.size(), 2U);
  EXPECT_EQ(list.tables[0].doc, "inner table");
}

TEST(Fields, PointIntoTheStruct) {
  Outer outer;
  const FieldList list = list_fields(outer);
  *std::get<int64_t*>(list.fields[2].value) = 7;
  EXPECT_EQ(outer.inner.depth, 7);
}

TEST(Fields, HarmlessTableMakesItsFieldsHarmless) {
  Outer outer;
  const FieldList list = list_fields(outer);
  EXPECT_TRUE(list.fields[2].info.trajectory);
  EXPECT_FALSE(list.fields[3].info.trajectory);
  EXPECT_TRUE(list.fields[4].info.trajectory);
}

}  // namespace
}  // namespace itpn
