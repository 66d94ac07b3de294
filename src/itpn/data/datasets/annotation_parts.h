// Where the annotations of a set of pictures are and which pictures they are for, found by looking at how it is laid
// out: as COCO and programs that export its format have it, YOLO, Pascal VOC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "itpn/core/files.h"

namespace itpn {

enum class AnnotationForm { kCoco, kYolo, kVoc };
// "coco", "yolo", "voc".
const char* form_name(AnnotationForm form);

// What a part of a set is for. kAll: the set has no parts.
enum class Split { kTrain, kVal, kTest, kAll };
// "training", ...; "all".
const char* split_name(Split split);
// By the words in a name of a file or folder: "instances_val2017", "valid".
Split split_of(std::string_view name);

// One part of a set.
struct AnnotatedPart {
  AnnotationForm form = AnnotationForm::kCoco;
  Split split = Split::kAll;
  std::string
      annotations;       // COCO: the .json. YOLO: data.yaml, or classes.txt beside images/ and labels/. VOC: a folder
  std::string pictures;  // the folder that they lie in, or below. YOLO: that of the annotations
  std::string list;      // VOC: the text with the names of the part; "": all
};

struct AnnotatedParts {
  std::optional<AnnotatedPart> train, val, test, all;

  std::optional<AnnotatedPart>& at(Split split);
  bool is_empty() const { return !train && !val && !test && !all; }
};

// Looks at `path`, a folder or the file that describes the set; `form` = "coco", "yolo" or "voc" looks for that alone,
// "auto" for each in this order. Nothing is found where there are no annotations, and for files of other endings.
// Throws data_error where there is nothing at that path, a folder cannot be read, or several files could be meant.
AnnotatedParts find_parts(Fs& fs, const std::string& path, const std::string& form = "auto");

// The same; throws data_error that says what was looked for where there are none.
AnnotatedParts need_parts(Fs& fs, const std::string& path, const std::string& form = "auto");

// The annotations that somebody named, for pictures in `pictures` ("": where they usually lie beside them).
AnnotatedPart part_of_file(Fs& fs, const std::string& annotations, const std::string& pictures);

}  // namespace itpn
