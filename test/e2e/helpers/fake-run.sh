# As fake-run.mjs, in a tenth of the processor time, for tests that have very many runs: writes down its start, takes
# as long as DIRECTORY/ms says, and ends well. Usage: bash fake-run.sh DIRECTORY sync --event-id ID …
set -eu
directory=$1
event=
while [ $# -gt 0 ]; do
  if [ "$1" = --event-id ]; then event=$2; fi
  shift
done

# Milliseconds; some languages write the point as a comma.
now() {
  local micros=${EPOCHREALTIME/[.,]/}
  at=${micros:0:13}
}

now
started=$at
printf '{"event":"%s","at":%s,"pid":%s}\n' "$event" "$started" $$ >> "$directory/starts.jsonl"
if [ -e "$directory/ms" ]; then
  read -r ms < "$directory/ms" || true
  printf -v seconds '0.%03d' "$ms"
  sleep "$seconds"
fi
now
printf '{"event":"%s","startedAt":%s,"at":%s,"code":0}\n' "$event" "$started" "$at" >> "$directory/ends.jsonl"
