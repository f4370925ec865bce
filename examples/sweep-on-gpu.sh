#!/bin/sh
# Train the models of the paper's tables side by side on one GPU of a machine without a network:
#   sh examples/sweep-on-gpu.sh OUT [--smoke]
# PREPARED is the folder of the prepared data, PAPER_IDS the list of the paper's ids, MINUTES (8) when it ends. Leaves
# sweep-1.tar and sweep-2.tar in OUT; `km3aid evaluate take` makes units of the reproduction of them. Needs python3 with
# torch 2.11 or later, numpy, scipy, safetensors, typer, annotated-types and rdkit; waits for rdkit for a minute.
set -e
out=$1
shift
export PYTHONPATH="src${PYTHONPATH:+:$PYTHONPATH}" OMP_NUM_THREADS=1 TORCHINDUCTOR_COMPILE_THREADS=2 PYTHONUNBUFFERED=1
python=${PYTHON:-python3}
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
  "$python" -c 'import rdkit, annotated_types' 2>/dev/null && break
  sleep 5
done
exec "$python" -c 'from km3aid.cli import main; main()' evaluate sweep --data "$PREPARED" --paper-ids "$PAPER_IDS" \
  --out "$out" --minutes "${MINUTES:-8}" "$@"
