#!/usr/bin/env bash
# Each part in a process of its own, and two workers that share the pool. Ctrl-C stops all.
set -euo pipefail
cd "$(dirname "$0")/.."
random() { head -c 24 /dev/urandom | base64 | tr -d '+/='; }

export PENSTOCK_SERVICEBUS_KEY PENSTOCK_POOL_TOKEN PENSTOCK_SESSION_TOKEN PENSTOCK_API_KEY
PENSTOCK_SERVICEBUS_KEY=$(random) PENSTOCK_POOL_TOKEN=$(random) PENSTOCK_SESSION_TOKEN=$(random) PENSTOCK_API_KEY=pk_$(random)
export PENSTOCK_SERVICEBUS_CONNECTION_STRING="Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=$PENSTOCK_SERVICEBUS_KEY;UseDevelopmentEmulator=true"
export PENSTOCK_POOL_TARGET=http://127.0.0.1:8088 PENSTOCK_POOL_ENDPOINT=http://127.0.0.1:8081
export PENSTOCK_POOL_MAX_SESSIONS=5 PENSTOCK_LOG_LEVEL=WARN
PENSTOCK_STORE=$(mktemp -d)/jobs.db
export PENSTOCK_STORE

./penstock --version # builds, if that is still to be done, before the parts start side by side
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT
for part in servicebus session pool gateway worker worker; do
  ./penstock "$part" &
done
echo "Try: ./penstock run examples/hello.py --gateway http://127.0.0.1:8080 --api-key $PENSTOCK_API_KEY"
wait
