#include "itpn/tasks/teacher_average.h"

#include "itpn/nn/weight_dtype.h"

namespace itpn {

TeacherAverage::TeacherAverage(torch::nn::Module& teacher, const MasterWeights& student, torch::ScalarType compute_type)
    : weights_(teacher) {
  if (compute_type != torch::kFloat32) cast_matmul_weights(teacher, compute_type);
  for (const MasterWeight& weight : weights_.weights()) {
    entries_.push_back(
        {student.at(weight.name).master, weight.master, weight.is_rounded() ? weight.parameter : torch::Tensor()});
  }
}

}  // namespace itpn
