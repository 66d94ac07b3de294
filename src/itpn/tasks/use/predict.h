// `itpn predict`: what a model says about pictures, whatever kind of model it is.
#pragma once

#include <functional>
#include <string>

#include "itpn/tasks/weights/model_request.h"

namespace itpn {

// "table", "json" or "csv". Throws a usage error for another word.
PredictionFormat prediction_format(const std::string& name);

// Hands the text of each picture to `print` as soon as it is done, in the order asked for, and warns of those that
// cannot be read. Throws a usage error (exit 2) where no picture is named or the weights are of a kind that predicts
// nothing, a data error (exit 3) for a folder or a list without a picture.
PredictSummary predict(const PredictRequest& request, const std::function<void(const std::string&)>& print);

}  // namespace itpn
