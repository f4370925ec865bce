#!/bin/sh
# For train-on-gpu.sh, in its folder: label what has no labels yet with PROCESSES ($1) until 40 s before the end, and make
# a folder in live/ of every file of labels that comes.
set -- "$1" $(($(cat end) - 40))
label() { # POOL LABELS SKIP...
  pool=$1 into=$2
  shift 2
  left=$((end - $(date +%s)))
  [ "$left" -gt 0 ] || return 0
  ./py examples/label-with-csp5.py "$pool" "$into" --exclude exclude.json --processes "$processes" --every 25 \
    --minutes "$(echo "$left" | awk '{print $1 / 60}')" "$@"
}
teach() { # LABELS POOL
  for file in "$1"/*.parquet; do
    name=$1-$(basename "$file" .parquet)
    [ -f "$file" ] && [ ! -e "live/$name" ] || continue
    ./km3aid data teach "$2" --labels "$file" --exclude exclude.json -o "live/$name" || mkdir -p "live/$name"
  done
}
processes=$1 end=$2
(
  label nmrshiftdb2_structures.smi.gz labels-nmrshiftdb2 --skip teacher/nmrshiftdb2.parquet
  label pool.smi.gz labels-pool --skip labels.parquet --skip teacher/labels.parquet
) &
while [ "$(date +%s)" -lt "$end" ]; do
  sleep 3
  teach labels-nmrshiftdb2 nmrshiftdb2_structures.smi.gz
  teach labels-pool pool.smi.gz
done
wait
