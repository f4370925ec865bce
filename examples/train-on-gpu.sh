#!/bin/sh
# Train two models on one GPU of a machine without a network, from the folder kit/ that `make kit` packed here:
#   sh examples/train-on-gpu.sh OUT [options of km3aid train for both]
# `library`: preset stereo on from the bundled weights, for LIBRARY_MINUTES (4). `large`: a wider and deeper model from
# scratch, for MINUTES (11; LARGE=0: none); it needs more than 12,000 steps. Cores to spare label further molecules meanwhile
# (PROCESSES; 0: none), from which both models learn as they come.
# The work goes on by itself in WORK; this returns when it is done, or after WAIT (560) seconds. Called again, it goes
# on waiting: so a machine whose commands may last ten minutes trains for longer. Each minute and at the end the
# weights, logs.tar.gz and the new labels are copied to OUT.
# Needs python3 (PYTHON) with torch 2.11 or later, lightning, onnxscript, numpy, pandas, pyarrow, safetensors and
# typer; rdkit, annotated-types and csp5 come with the kit.
set -e
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
kit=${KIT:-kit} work=${WORK:-/tmp/km3aid-gpu} python=${PYTHON:-python3}
minutes=${MINUTES:-11} began=$(date +%s)
export OMP_NUM_THREADS=1 PYTHONUNBUFFERED=1

# aside NAME COMMAND...: runs on after this script, in a session of its own
aside() {
  name=$1
  shift
  setsid sh -c '"$@"; echo $? >"done/$0"' "$name" "$@" >"log/$name.log" 2>&1 </dev/null &
}

begin() {
  mkdir -p "$work/site" "$work/log" "$work/done" "$work/live" "$work/labels-pool" "$work/labels-nmrshiftdb2"
  cp -r src examples results/teacher "$work"
  for part in "$kit"/*.tar.xz; do tar xJf "$part" -C "$work" & done
  wait
  cp "${START:-src/km3aid/weights/best.safetensors}" "$work/start.safetensors"
  cd "$work"
  echo "$((began + 60 * minutes))" >end
  printf '#!/bin/sh\nexec env PYTHONPATH="%s:%s" "%s" "$@"\n' "$work/src" "$work/site" "$python" >py
  printf '#!/bin/sh\nexec ./py -c "from km3aid.cli import main; main()" "$@"\n' >km3aid
  chmod +x py km3aid
  common="train --data prepared --paper-ids km3aid_ids.csv --taught taught --taught taught-nmrshiftdb2 --taught live \
    --preset stereo --set training.batch_size=256 --set training.epochs=1000 --set training.passes=2 \
    --set training.taught=5 --set training.warm_up=0.04 --set training.average=0.9995"
  # shellcheck disable=SC2086 # the options hold no blanks
  aside library ./km3aid $common -o library --start start.safetensors --set training.learning_rate=1.2e-3 \
    --set training.minutes="${LIBRARY_MINUTES:-4}" "$@"
  if [ "${LARGE:-1}" = 0 ]; then
    echo none >done/large
  else
    # shellcheck disable=SC2086
    aside large ./km3aid $common -o large --set training.learning_rate=1.4e-3 --set training.minutes="$minutes" \
      --set model.width=256 --set model.hidden=512 --set model.layers=8 --set model.dropout=0.05 "$@"
  fi
  processes=${PROCESSES:-$(($(nproc) - 8))}
  if [ -d site/csp5 ] && [ "$processes" -gt 0 ]; then
    aside label sh examples/label-and-teach.sh "$processes"
  fi
  touch begun
}

if ! [ -f "$work/begun" ]; then (begin "$@"); fi
cd "$work"
while sleep 10; do
  now=$(date +%s) wait_over=0
  [ "$now" -ge $((began + ${WAIT:-560})) ] && wait_over=1
  [ -f done/library ] && [ -f done/large ] && wait_over=1
  if [ "$wait_over" = 1 ] || [ "$now" -ge $((${copied:-$began} + 60)) ]; then
    ./py examples/collect.py "$out" && copied=$now
    tail -qn 1 log/*.log
  fi
  [ "$wait_over" = 1 ] && break
done
