// A set in Pascal VOC's form as COCO's: an XML file for each picture.
#pragma once

#include "itpn/data/datasets/annotated_files.h"

namespace itpn {

// The pictures of a part: those that its list names, or all of which there is an XML file. A picture is found by the
// name of the XML file, else by the name that is written in it. The classes are all names of objects in alphabetical
// order; objects marked as difficult are crowds, which are neither learnt nor counted. Throws data_error for a damaged
// file and for names in the list without an XML file.
AnnotatedFiles read_voc_part(Fs& fs, const AnnotatedPart& part);

}  // namespace itpn
