// Text on a terminal: how wide it is, and lines that fit.
#pragma once

#include <cstddef>
#include <string>

namespace itpn {

// Columns of the terminal behind `file` (STDOUT_FILENO, STDERR_FILENO); 80 where it is none or does not say.
size_t terminal_columns(int file);

// Columns that UTF-8 text takes: its characters.
size_t columns_of(const std::string& text);
// The first `columns` characters of it.
std::string cut_to_columns(const std::string& text, size_t columns);

// `text` in lines of at most `columns` columns, broken between words only: a word that is longer has a line of its own.
// Lines after the first begin with `indent` blanks, and `first` columns of the first line are taken already. Blanks at
// the start of `text` stay; the result ends without a newline.
std::string wrap_words(const std::string& text, size_t columns, size_t indent = 0, size_t first = 0);

}  // namespace itpn
