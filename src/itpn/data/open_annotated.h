// From a recipe's words to pictures with objects, in whatever form their annotations are.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/data/annotated_data_config.h"
#include "itpn/data/datasets/annotated_dataset.h"
#include "itpn/data/datasets/annotation_parts.h"
#include "itpn/structures/coco.h"

namespace itpn {

// Pictures with objects, and the same as evaluation sees them: with the ids of the file, crowds and areas.
struct AnnotatedSet {
  std::shared_ptr<const AnnotatedDataset> samples;
  std::shared_ptr<const CocoSet> truth;
  std::string name;  // of the annotations, for people
};

struct AnnotatedData {
  AnnotatedSet train;
  std::optional<AnnotatedSet> val;       // none given or found
  std::vector<std::string> class_names;  // by label, printable
};

// Opens data.path and the pictures to measure on, whose classes get the labels that those of the same names have in
// training, and says in one line each what they are. Throws a usage error (exit 2) for a missing path, a data error
// (exit 3) that names the cause where there are no annotations, no box can be used, or the classes differ.
AnnotatedData open_annotated_data(Fs& fs, const AnnotatedDataConfig& data);

// Pictures to measure a detector of `class_names` on: all of `path` (its part for validation, where it has parts).
// Classes are found by name; throws a data error that names those which the model does not know.
AnnotatedSet open_annotated_set(Fs& fs, const AnnotatedDataConfig& data, const std::string& path,
                                const std::vector<std::string>& class_names);

// One part of a set by itself, with its own classes, all of its pictures and no summary.
AnnotatedSet open_annotated_part(Fs& fs, const AnnotatedPart& part);

}  // namespace itpn
