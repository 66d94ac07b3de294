// The subcommands; each has a file of its own.
#pragma once

#include "itpn/cli/command.h"

namespace itpn::cli {

int run_pretrain(const Arguments& arguments);
int run_finetune(const Arguments& arguments);
int run_linprobe(const Arguments& arguments);
int run_detect(const Arguments& arguments);
int run_teacher(const Arguments& arguments);
int run_knn(const Arguments& arguments);
int run_eval(const Arguments& arguments);
int run_predict(const Arguments& arguments);
int run_embed(const Arguments& arguments);
int run_reconstruct(const Arguments& arguments);
int run_config(const Arguments& arguments);
int run_data(const Arguments& arguments);
int run_doctor(const Arguments& arguments);
int run_info(const Arguments& arguments);
int run_plot(const Arguments& arguments);
int run_convert(const Arguments& arguments);
int run_launch(const Arguments& arguments);
int run_benchmark(const Arguments& arguments);

}  // namespace itpn::cli
