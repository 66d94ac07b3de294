// Annotations and results in COCO's JSON, read and written: spec-detection 2.1 and 15.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/structures/coco.h"

namespace itpn {

// What files of that kind hold is taken as it is: ids may repeat or point nowhere, boxes may lie outside. A mask is a
// list of outlines (or one outline), or runs as a list or as text; an empty list or null is none. Members that are not
// known are passed over. Missing: iscrowd and ignore are 0, width and height 0, bbox, area and segmentation none.
//
// Throws data_error with line and column where the text is not JSON, a value is of the wrong kind or out of range, runs
// do not cover their picture, or an id, or one of the lists images, annotations and categories is missing; and where
// the machine has too little memory for a file of that size (about three times the file). Exit code 5 where the file
// cannot be read.
CocoSet read_coco(Fs& fs, const std::string& path);
CocoSet parse_coco(std::string_view text, const std::string& name);

// A list of objects with image_id, category_id, score, and bbox, segmentation or both.
std::vector<CocoResult> read_coco_results(Fs& fs, const std::string& path);
std::vector<CocoResult> parse_coco_results(std::string_view text, const std::string& name);

// Numbers are written so that reading gives them back to the last bit; runs as text. Throws std::invalid_argument for
// numbers that are not finite, which JSON does not know.
std::string coco_text(const CocoSet& set);
std::string coco_results_text(std::span<const CocoResult> results);

}  // namespace itpn
