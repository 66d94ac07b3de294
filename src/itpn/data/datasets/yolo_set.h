// A set in YOLO's form as COCO's: pictures, a text of labels for each, and the names of the classes.
#pragma once

#include "itpn/data/datasets/annotated_files.h"
#include "itpn/io/yolo_description.h"

namespace itpn {

// data.yaml, or a classes.txt, which has a name a line. Throws data_error as parse_yolo_description.
YoloDescription read_yolo_description(Fs& fs, const std::string& path);

// The pictures of a part: those in the folders, lists (.txt) and files that the description names, which are looked for
// from its own folder and from its `path`. The labels of a/images/b.jpg are a/labels/b.txt, else b.txt beside it; a
// picture without such a text shows no object. Shares become pixels of the picture as it is seen, turned by EXIF.
// Pictures that cannot be read come without their objects. Throws data_error for a place that does not exist, a
// damaged text of labels, and a class without a name.
AnnotatedFiles read_yolo_part(Fs& fs, const AnnotatedPart& part);

}  // namespace itpn
