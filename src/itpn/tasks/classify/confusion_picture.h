// A confusion matrix as a picture.
#pragma once

#include <string>
#include <vector>

#include "itpn/eval/confusion_matrix.h"
#include "itpn/io/drawing.h"

namespace itpn {

// Rows are true classes, columns predicted ones; the darker a cell, the larger its share of the row. Up to 100 classes
// have names, and counts where a cell has room; more have their numbers along the edges.
Drawing draw_confusion(const ConfusionMatrix& matrix, const std::vector<std::string>& class_names,
                       DrawingFormat format = DrawingFormat::kPng);

}  // namespace itpn
