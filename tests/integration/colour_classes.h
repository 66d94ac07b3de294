// Folders of small pictures whose class is their colour: learnt within seconds.
#pragma once

#include <string>
#include <vector>

namespace itpn::test {

// `count` pictures of 40 x 40 pixels in FOLDER/NAME for each name out of "blue", "green" and "red"; noise makes each
// different. `seed` gives another set.
void write_colour_classes(const std::string& folder, const std::vector<std::string>& names, int count, int seed);

// train/ and val/ with all three classes, `count` and 4 pictures each.
void write_colour_data(const std::string& folder, int count = 8);

// `itpn COMMAND` with the smallest model on write_colour_data(data), milliseconds a step; 6 steps an epoch of 4 with 8
// pictures a class. Nothing is augmented unless `changes` says so.
std::vector<std::string> tiny_classifier(const std::string& command, const std::string& data,
                                         const std::string& output_dir, const std::vector<std::string>& changes = {});

// Changes that switch on all that fine-tuning can do at random, with accumulation, clipping and a moving average: what
// a resumed run has to repeat.
std::vector<std::string> everything_on();

}  // namespace itpn::test
