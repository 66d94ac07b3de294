// Names that look alike and are of other bytes: an accented letter is one character on most systems (composed) and a
// letter with a mark behind it in what macOS writes (decomposed).
#pragma once

#include <string_view>

namespace itpn {

// True where `a` and `b` are different bytes, and read like the same text whose accented letters are composed in one
// and decomposed in the other. Without tables of Unicode: which letter a composed character holds is not looked at, so
// this is a guess for messages, never a reason to take one name for the other.
bool differ_in_unicode_form(std::string_view a, std::string_view b);

}  // namespace itpn
