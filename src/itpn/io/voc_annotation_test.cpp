#include "itpn/io/voc_annotation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace itpn {
namespace {

using testing::HasSubstr;

std::string complaint_about_xml(std::string_view text) {
  return test::error_of(ExitCode::kData, [&] { parse_voc_annotation(text, "1.xml"); });
}

std::string xml_of_object(const std::string& inside) {
  return "<annotation><object>" + inside + "</object></annotation>";
}

TEST(VocAnnotation, ReadsSizeAndObjectsAsTheyAreWritten) {
  const VocAnnotation annotation = parse_voc_annotation(R"(<?xml version="1.0"?>
<annotation><filename> a&amp;b.jpg </filename><size><width>500</width><height>375</height><depth>3</depth></size>
 <object><name>dog</name><difficult>1</difficult>
  <bndbox><ymin>5.5</ymin><xmin>10</xmin><xmax>30</xmax><ymax>9</ymax></bndbox>
  <part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part></object>
 <object><name>cat</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object>
</annotation>)",
                                                        "1.xml");
  EXPECT_EQ(annotation.file_name, "a&b.jpg");
  EXPECT_EQ(annotation.width, 500);
  EXPECT_EQ(annotation.height, 375);
  ASSERT_EQ(annotation.objects.size(), 2U);
  EXPECT_EQ(annotation.objects[0].name, "dog");
  EXPECT_TRUE(annotation.objects[0].is_difficult);
  EXPECT_EQ(annotation.objects[0].box, (CornerBox{10, 5.5, 20, 3.5}));
  EXPECT_EQ(annotation.objects[1].box, (CornerBox{1, 2, 2, 2}));
}

TEST(VocAnnotation, ADamagedOrForeignFileIsNamedWithWhatIsWrong) {
  EXPECT_THAT(complaint_about_xml("<annotation>\n<object>\n<name>x</annotation>"), HasSubstr("1.xml: line 3: no XML"));
  EXPECT_THAT(complaint_about_xml(""), HasSubstr("1.xml: line 1: no XML"));
  EXPECT_THAT(complaint_about_xml("<html></html>"), HasSubstr("<annotation> is missing"));
  EXPECT_THAT(complaint_about_xml(xml_of_object("<bndbox/>")), HasSubstr("no <name>"));
  EXPECT_THAT(complaint_about_xml(xml_of_object("<name>x</name>")), HasSubstr("object x has no <bndbox>"));
  EXPECT_THAT(complaint_about_xml(xml_of_object("<name>x</name><bndbox><xmin>1</xmin></bndbox>")),
              HasSubstr("<ymin> is missing"));
  const std::string box = "<ymin>1</ymin><xmax>3</xmax><ymax>4</ymax></bndbox>";
  EXPECT_THAT(complaint_about_xml(xml_of_object("<name>x</name><bndbox><xmin>left</xmin>" + box)),
              HasSubstr("<xmin> is left"));
  EXPECT_THAT(complaint_about_xml(xml_of_object("<name>x</name><bndbox><xmin>3</xmin>" + box)),
              HasSubstr("has no area"));
}

TEST(VocAnnotation, DeepNestingDoesNotOverflow) {
  std::string deep = "<annotation>";
  for (int i = 0; i < 200000; ++i) deep += "<a>";
  EXPECT_THAT(complaint_about_xml(deep), HasSubstr("no XML"));
}

}  // namespace
}  // namespace itpn
