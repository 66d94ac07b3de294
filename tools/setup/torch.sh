# Which LibTorch is used, and where it comes from if there is none. Sourced by tools/setup.sh; cmake/LibTorch.cmake finds
# and judges it.

TORCH_REPORT=""

# Fills TORCH_REPORT with lines key=value of the LibTorch that is there; fails if there is none. Ends if the one that is
# there cannot be used, unless it is our own, which is then put in again.
describe_torch() {
  TORCH_REPORT=$(ITPN_PYTHON=$(command -v python3) "$(tool cmake)" -P cmake/print_libtorch.cmake)
  local problem
  problem=$(torch_value problem | tr '|' '\n')
  if [ -n "$problem" ] && [ "$(torch_value origin)" = .venv ]; then
    say "$problem" "Installing it again."
    rm -rf .venv/lib/python3*/site-packages/torch .venv/lib/python3*/site-packages/torch-*.dist-info
    return 1
  fi
  [ -z "$problem" ] || die "$problem"
  [ -n "$(torch_value root)" ]
}

torch_value() { printf '%s\n' "$TORCH_REPORT" | sed -n "s/^$1=//p"; }

make_venv() {
  if [ -x .venv/bin/python ]; then return; fi
  command -v python3 >/dev/null || die "no python3: Python 3.10 or newer is needed to install torch"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    die "Python 3.10 or newer is needed, this is $(python3 --version)." \
      "Activate an environment with a newer one, or set ITPN_TORCH to a LibTorch."
  if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null ||
      { say "installing python3-venv"; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >&2; }
  fi
  python3 -m venv .venv >&2 || { rm -rf .venv; die "python3 -m venv failed: on Debian and Ubuntu it wants the package python3-venv." \
    "Install it, activate an environment that has torch, or set ITPN_TORCH to one."; }
}

has_gpu_driver() { [ -e /proc/driver/nvidia/version ] || command -v nvidia-smi >/dev/null; }

pip_torch() { .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@" >&2; }

# The CPU package is a tenth of the size; it can be had by its name only where pip knows a place that offers it.
install_torch() {
  make_venv
  if ! has_gpu_driver; then
    need_disk "$CPU_TORCH_MB" "torch for the CPU"
    say "no GPU driver here: installing torch $TORCH_VERSION for the CPU into .venv (fetches 200 MB, takes 900 MB)"
    if pip_torch "torch==$TORCH_VERSION+cpu" 2>/dev/null; then return; fi
    say "pip finds no CPU package of that name: taking the default one, which brings CUDA"
  fi
  need_disk "$CUDA_TORCH_MB" "torch with CUDA"
  say "installing torch $TORCH_VERSION into .venv (fetches up to 3 GB, takes up to 6 GB)"
  pip_torch "torch==$TORCH_VERSION" || die "pip could not install torch $TORCH_VERSION (its message is above)." \
    "Without network: build from a bundle against a torch that is there (tools/bundle.sh)."
}

# crt/ and the CUDA C++ headers, which ProcessGroupNCCL.hpp wants and torch's own packages lack. They go into a folder of
# their own: somebody's environment is not changed.
install_cuda_headers() {
  local cuda major folder names
  cuda=$(torch_value cuda)
  major=${cuda%%.*}
  folder=.deps/cuda-headers-$cuda
  if [ -d "$folder" ] || [ "$cuda" = unknown ]; then return; fi
  if [ "$major" -ge 13 ]; then names="nvidia-cuda-crt nvidia-cuda-cccl"; else names="nvidia-cuda-nvcc-cu$major nvidia-cuda-cccl-cu$major"; fi
  say "fetching the headers that NCCL wants: $names $cuda"
  # shellcheck disable=SC2086,SC2046  # lists are meant to be split
  if ! torch_python -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder.part" \
      $(printf "%s==$cuda.* " $names) >&2 2>"$folder.log"; then
    say "they cannot be had: building without NCCL, so several GPUs would exchange gradients through host memory" "($folder.log)"
    rm -rf "$folder.part"
    return
  fi
  rm -f "$folder.log"
  mv "$folder.part" "$folder"
}

torch_python() { if [ -x .venv/bin/python ]; then .venv/bin/python "$@"; else python3 "$@"; fi; }

torch() {
  if ! describe_torch; then
    install_torch
    describe_torch || die "the torch that pip installed has no LibTorch in it"
  fi
  if [ -n "$(torch_value cuda)" ] && [ -z "$(torch_value nccl)" ]; then
    mkdir -p .deps
    install_cuda_headers
    describe_torch
  fi
  say "$(torch_value summary)"
}
