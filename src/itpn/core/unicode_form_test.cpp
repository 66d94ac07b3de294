#include "itpn/core/unicode_form.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

TEST(UnicodeForm, ComposedAndDecomposedNamesDifferInNothingElse) {
  EXPECT_TRUE(differ_in_unicode_form("caf\u00e9", "cafe\u0301"));
  EXPECT_TRUE(differ_in_unicode_form("U\u0308bung\u00e9", "\u00dcbunge\u0301"));
  EXPECT_TRUE(differ_in_unicode_form("\u30ac", "\u30ab\u3099"));
  EXPECT_TRUE(differ_in_unicode_form("\uac00", "\u1100\u1161"));
  EXPECT_TRUE(differ_in_unicode_form("\u1ec7", "e\u0323\u0302"));
}

TEST(UnicodeForm, OtherTextIsOtherText) {
  EXPECT_FALSE(differ_in_unicode_form("cafe", "caf\u00e9"));
  EXPECT_FALSE(differ_in_unicode_form("caf\u00e9", "caf\u00e9"));
  EXPECT_FALSE(differ_in_unicode_form("caf\u00e9s", "cafe\u0301"));
  EXPECT_FALSE(differ_in_unicode_form("cafe\u0301", "cafe\u0300"));
  EXPECT_FALSE(differ_in_unicode_form("a\xff", "a\xfe"));
  EXPECT_FALSE(differ_in_unicode_form("", "\u0301"));
}

}  // namespace
}  // namespace itpn
