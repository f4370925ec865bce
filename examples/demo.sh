# Assign, rank, search and predict well-known compounds from published shifts, with the bundled model.
set -eu
k="$BIN/km3aid"
mkdir -p demo
run() { printf '\n$ km3aid'; printf ' %s' "$@"; printf '\n'; "$k" "$@"; }

run assign "CC(=O)Oc1ccccc1C(=O)O" examples/aspirin.txt --format table --html demo/aspirin.html --svg demo/aspirin.svg
run assign "CC(C)[C@@H]1CC[C@@H](C)C[C@H]1O" examples/menthol.txt --format table --html demo/menthol.html
run rank examples/ibuprofen-isomers.smi examples/ibuprofen.txt --format table
"$k" library build examples/compounds.smi demo/library
run search examples/camphor.txt --library demo/library --top 5 --format table
run search examples/vanillin.txt --library demo/library --top 5 --format table --formula C8H8O3
run predict "Cn1c(=O)c2c(ncn2C)n(C)c1=O" --format table --html demo/caffeine.html
printf '\nPictures: demo/aspirin.html, demo/menthol.html, demo/caffeine.html\n'
