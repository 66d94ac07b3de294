// `itpn data DIR` of pictures with objects: what is in the set, and what looks wrong with its annotations, before a
// detector is trained on it. Every picture is decoded whole.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/datasets/annotation_parts.h"
#include "itpn/tasks/inspect/annotation_findings.h"
#include "itpn/tasks/inspect/check_data.h"

namespace itpn {

struct ClassObjects {
  std::string name;
  int64_t objects = 0;
  int64_t pictures = 0;  // that have one at least
};

struct BoxStatistics {
  int64_t small = 0, medium = 0, large = 0;        // by area as COCO's evaluation has it: below 32^2, below 96^2, above
  Spread width, height, per_picture;               // pixels; objects
  std::array<std::array<int64_t, 3>, 3> thirds{};  // [row][column] of the picture that the centres lie in
};

struct AnnotatedPartReport {
  AnnotatedPart part;
  int64_t images = 0;
  int64_t empty = 0;  // pictures without an object
  int64_t annotations = 0;
  int64_t objects = 0;  // without crowds and those marked as ignored
  int64_t crowds = 0;
  int64_t with_mask = 0;              // of the objects
  std::vector<ClassObjects> classes;  // in the order of their labels
  BoxStatistics boxes;
  PicturesReport pictures;
  std::vector<AnnotationFinding> findings;
  std::vector<std::string> files;  // of the pictures, where there is one
};

struct AnnotatedReport {
  std::string path;
  std::vector<AnnotatedPartReport> parts;
  std::vector<std::string> questions;  // about the parts together
  bool is_sound() const;               // nothing stops training, and every picture can be used
};

// True where `path` is a set of pictures with objects (data/datasets/annotation_parts.h).
bool has_annotations(Fs& fs, const std::string& path);

// Throws data_error where annotations cannot be read at all. Ends early at a signal as check_data does.
AnnotatedReport check_annotations(const CheckDataOptions& options);

// For people (long lists cut to `max_rows` rows, which says so), and for programs (complete).
std::string annotated_report_table(const AnnotatedReport& report, size_t max_rows = 20);
std::string annotated_report_json(const AnnotatedReport& report);

}  // namespace itpn
