#!/bin/sh
# Train preset stereo on one GPU of a machine without a network, from the folder that `make kit` packed here:
#   sh examples/train-on-gpu.sh OUT [options of km3aid train]
# MINUTES (8) says when the training ends. Needs python3 with torch 2.11 or later, lightning, numba, numpy, pyarrow,
# safetensors and typer; the folder brings rdkit and annotated-types.
set -e
out=$1
shift
work=$(mktemp -d)
"${PYTHON:-python3}" -m pip install -q --no-index --no-deps --no-cache-dir --target "$work/packages" kit/*.whl
tar xzf kit/data.tar.gz -C "$work"
PYTHONPATH="src:$work/packages" "${PYTHON:-python3}" -c 'from km3aid.cli import main; main()' train \
  --data "$work/prepared" --taught "$work/taught" --paper-ids "$work/km3aid_ids.csv" \
  --start src/km3aid/weights/best.safetensors --preset stereo --set training.minutes="${MINUTES:-8}" \
  --set training.epochs=1000 --set training.batch_size=256 -o "$work/run" "$@"
mkdir -p "$out"
cp "$work/run/model.safetensors" "$work/run/best.safetensors" "$work/run/metrics.csv" "$work/run/run.json" "$out"
