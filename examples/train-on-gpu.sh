#!/bin/sh
# Train models side by side on one GPU of a machine without a network, from the folder kit/ that `make kit` packed here:
#   sh examples/train-on-gpu.sh OUT [options of km3aid train for all]
# MODELS names them: `library`, preset stereo on from the bundled weights (START); `member`, preset shifts from scratch, a
# further network for the precise model; `large`, the same but wider and deeper, which needs more than 12,000 steps.
# Each learns for MINUTES (11).
# The work goes on by itself in WORK; this returns when it is done, or after WAIT (560) seconds. Called again, it goes
# on waiting: so a machine whose commands may last ten minutes trains for longer. Each minute and at the end the
# weights and logs.tar.gz are copied to OUT.
# Needs python3 (PYTHON) with torch 2.11 or later, lightning, onnxscript, numpy, pyarrow, safetensors and typer; rdkit and
# annotated-types come with the kit.
set -e
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
kit=${KIT:-kit} work=${WORK:-/tmp/km3aid-gpu} python=${PYTHON:-python3}
models=${MODELS:-library large member} minutes=${MINUTES:-11} began=$(date +%s)
export OMP_NUM_THREADS=1 PYTHONUNBUFFERED=1

# aside NAME COMMAND...: runs on after this script, in a session of its own
aside() {
  name=$1
  shift
  setsid sh -c '"$@"; echo $? >"done/$0"' "$name" "$@" >"log/$name.log" 2>&1 </dev/null &
}

begin() {
  mkdir -p "$work/site" "$work/log" "$work/done"
  cp -r src examples "$work"
  for part in "$kit"/*.tar.xz; do tar xJf "$part" -C "$work" & done
  wait
  cp "${START:-src/km3aid/weights/best.safetensors}" "$work/start.safetensors"
  cd "$work"
  printf '#!/bin/sh\nexec env PYTHONPATH="%s:%s" "%s" "$@"\n' "$work/src" "$work/site" "$python" >py
  printf '#!/bin/sh\nexec ./py -c "from km3aid.cli import main; main()" "$@"\n' >km3aid
  chmod +x py km3aid
  for model in $models; do
    case $model in
      library) own="--preset stereo --start start.safetensors --set training.learning_rate=1.2e-3" ;;
      member) own="--preset shifts --set training.seed=8" ;;
      large) own="--preset shifts --set training.learning_rate=1.4e-3 --set model.width=256 --set model.hidden=512 \
        --set model.layers=8 --set model.dropout=0.1" ;;
      *) echo "MODELS: $model; expected library, member or large" && exit 2 ;;
    esac
    # shellcheck disable=SC2086 # the options hold no blanks
    aside "$model" ./km3aid train --data prepared --paper-ids km3aid_ids.csv --taught taught --taught taught-nmrshiftdb2 \
      $own --set training.batch_size=256 --set training.epochs=1000 --set training.passes=2 --set training.taught=3 \
      --set training.warm_up=0.04 --set training.average=0.9995 --set training.minutes="$minutes" -o "$model" "$@"
  done
  touch begun
}

all_done() {
  for model in $models; do [ -f "done/$model" ] || return 1; done
}

if ! [ -f "$work/begun" ]; then (begin "$@"); fi
cd "$work"
while sleep 10; do
  now=$(date +%s) wait_over=0
  [ "$now" -ge $((began + ${WAIT:-560})) ] && wait_over=1
  all_done && wait_over=1
  if [ "$wait_over" = 1 ] || [ "$now" -ge $((${copied:-$began} + 60)) ]; then
    ./py examples/collect.py "$out" && copied=$now
    tail -qn 1 log/*.log
  fi
  [ "$wait_over" = 1 ] && break
done
