// `itpn predict`: what a model says about pictures, whatever kind of model it is.
#pragma once

#include <functional>
#include <string>

#include "itpn/tasks/weights/model_request.h"

namespace itpn {

// Hands the text of each picture to `print` as soon as it is done, in the order asked for, or writes it to
// request.output, which is there when all of it is; and warns of pictures that cannot be read. Throws a usage error
// (exit 2) where no picture is named, the weights are of a kind that predicts nothing, or something is asked for that
// the kind does not know; a data error (exit 3) for a folder or a list without a picture; exit 5 where the output
// cannot be written, before the model is read.
PredictSummary predict(const PredictRequest& request, const std::function<void(const std::string&)>& print);

}  // namespace itpn
