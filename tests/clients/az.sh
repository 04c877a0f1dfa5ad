#!/usr/bin/env bash
# The command line of Azure, unmodified and offline, against a management plane of its own.
#
#   tests/clients/az.sh [APIMITE [AZ [LAB]]]
#
# APIMITE and AZ are programs; LAB is a folder with a `main.bicep` and a `params.json`, deployed besides our own lab.
# Every command must succeed and must say nothing on the standard error output, unless it is one that must fail.
set -uo pipefail
cd "$(dirname "$0")/../.."
APIMITE=$(realpath "${1:-target/debug/apimite}"); AZ=${2:-az}; LAB=${3:-}
T=$(mktemp -d); PID=; FAILED=0; COUNT=0
trap '[ -n "$PID" ] && kill "$PID" 2>/dev/null; wait 2>/dev/null; rm -rf "$T"' EXIT

"$APIMITE" up --gateway 127.0.0.1:0 --control 127.0.0.1:0 --foundry 127.0.0.1:0 --arm=127.0.0.1:0 \
  --home "$T/home" --data "$T/data" --offline --format json >"$T/up" 2>"$T/up.err" &
PID=$!
for _ in $(seq 300); do [ -s "$T/up" ] && break; kill -0 $PID 2>/dev/null || { cat "$T/up.err"; exit 1; }; sleep 0.1; done
value() { grep -o "\"$1\":\"[^\"]*\"" "$2" | head -1 | cut -d'"' -f4; }
CONTROL=$(value control "$T/up")
eval "$("$APIMITE" env --shell bash --control "$CONTROL")"

# run NAME COMMAND...: must succeed in silence. Its output is in $T/out.
run() {
  local name=$1; shift; COUNT=$((COUNT + 1))
  local begin=$EPOCHREALTIME; "$@" >"$T/out" 2>"$T/err"; local status=$?
  local took=$(awk "BEGIN{printf \"%.1f\", $EPOCHREALTIME - $begin}")
  if [ $status -ne 0 ] || [ -s "$T/err" ]; then
    FAILED=$((FAILED + 1)); echo "FAILED  $name ($took s, status $status)"; head -c 1500 "$T/err"; head -c 600 "$T/out"; echo
  else echo "ok      $name ($took s)"; fi
}
# refuse NAME STATUS TEXT COMMAND...: must fail with this status and say this.
refuse() {
  local name=$1 wanted=$2 text=$3; shift 3; COUNT=$((COUNT + 1))
  "$@" >"$T/out" 2>"$T/err"; local status=$?
  if [ $status -ne "$wanted" ] || ! grep -q "$text" "$T/err"; then
    FAILED=$((FAILED + 1)); echo "FAILED  $name (status $status)"; head -c 1500 "$T/err"
  else echo "ok      $name (refused)"; fi
}
# holds TEXT: the last output has it.
holds() { COUNT=$((COUNT + 1)); if ! grep -qF -- "$1" "$T/out"; then FAILED=$((FAILED + 1)); echo "FAILED  the output has no $1"; head -c 800 "$T/out"; fi; }

G=apimite-az
run "account show" "$AZ" account show; holds '"name": "apimite"'
run "account get-access-token" "$AZ" account get-access-token --resource https://management.azure.com/
run "account list --refresh" "$AZ" account list --refresh
run "group create" "$AZ" group create --name $G --location eastus --tags a=b; holds '"provisioningState": "Succeeded"'
run "group show" "$AZ" group show --name $G
run "group list" "$AZ" group list; holds $G
run "group exists" "$AZ" group exists --name none; holds false
refuse "group show of none" 3 ResourceGroupNotFound "$AZ" group show --name none
refuse "deployment show of none" 3 DeploymentNotFound "$AZ" deployment group show -g $G -n none

B=fixtures/labs/backend-pool/main.bicep
run "deployment group validate" "$AZ" deployment group validate -g $G --template-file $B
run "deployment group what-if" "$AZ" deployment group what-if -g $G --template-file $B --no-pretty-print; holds '"changeType": "Create"'
run "deployment group create" "$AZ" deployment group create -n main -g $G --template-file $B; holds '"provisioningState": "Succeeded"'
run "deployment group show" "$AZ" deployment group show -n main -g $G
run "deployment group list" "$AZ" deployment group list -g $G
run "deployment operation group list" "$AZ" deployment operation group list -n main -g $G
# An output that is secure is not shown: the key is asked for.
run "resource list --resource-type" "$AZ" resource list -g $G --resource-type Microsoft.ApiManagement/service -o tsv --query '[].id'; ID=$(cat "$T/out")
run "rest POST listSecrets" "$AZ" rest --method post --uri "$ID/subscriptions/lab/listSecrets?api-version=2024-05-01" --query primaryKey -o tsv; KEY=$(cat "$T/out")
run "output" "$AZ" deployment group show -n main -g $G --query properties.outputs.gatewayUrl.value -o tsv; URL=$(cat "$T/out")

call() { curl -sS -o "$T/body" -w '%{http_code}' -H "api-key: $KEY" -H 'content-type: application/json' \
  -d '{"messages":[{"role":"user","content":"hello"}]}' "$URL/inference/openai/deployments/gpt-4o-mini/chat/completions?api-version=2025-03-01-preview"; }
run "a call with the key" call; holds 200

S=apim-backend-pool
run "resource list" "$AZ" resource list -g $G; holds Microsoft.ApiManagement/service
run "resource show" "$AZ" resource show --ids "$ID"
run "apim list" "$AZ" apim list -g $G; holds $S
run "apim show" "$AZ" apim show -g $G -n $S
run "apim check-name" "$AZ" apim check-name -n $S; holds AlreadyExists
run "apim api list" "$AZ" apim api list -g $G -n $S
# The command itself warns of an argument of its own, whoever answers.
run "apim api create" "$AZ" apim api create --only-show-errors -g $G -n $S --api-id echo --path echo --display-name Echo --service-url https://example.org --protocols https --subscription-required false
run "apim api operation create" "$AZ" apim api operation create -g $G -n $S --api-id echo --url-template /now --method GET --display-name Now --operation-id now
run "apim api operation list" "$AZ" apim api operation list -g $G -n $S --api-id echo; holds now
run "apim api show" "$AZ" apim api show -g $G --service-name $S --api-id echo
run "apim api update" "$AZ" apim api update -g $G -n $S --api-id echo --description changed; holds changed
run "apim api revision create" "$AZ" apim api revision create -g $G -n $S --api-id echo --api-revision 2 --api-revision-description second
run "apim api revision list" "$AZ" apim api revision list -g $G -n $S --api-id echo
run "apim api release create" "$AZ" apim api release create -g $G -n $S --api-id echo --api-revision 2 --release-id r --notes go
run "apim api versionset create" "$AZ" apim api versionset create -g $G -n $S --display-name V --versioning-scheme Segment --version-set-id v
run "apim nv create" "$AZ" apim nv create -g $G -n $S --named-value-id n --display-name n --value secret --secret true
run "apim nv show-secret" "$AZ" apim nv show-secret -g $G -n $S --named-value-id n; holds secret
run "apim nv list" "$AZ" apim nv list -g $G -n $S
run "apim nv delete" "$AZ" apim nv delete -g $G -n $S --named-value-id n -y
run "apim product create" "$AZ" apim product create -g $G -n $S --product-id p --product-name P --subscription-required true --state published
run "apim product api add" "$AZ" apim product api add -g $G -n $S --product-id p --api-id echo
run "apim product api list" "$AZ" apim product api list -g $G -n $S --product-id p; holds echo
run "apim product api delete" "$AZ" apim product api delete -g $G -n $S --product-id p --api-id echo
run "apim product delete" "$AZ" apim product delete -g $G -n $S --product-id p -y

POLICY='{"properties":{"format":"rawxml","value":"<policies><inbound><base/><return-response><set-status code=\"204\" reason=\"No Content\"/></return-response></inbound><backend><base/></backend><outbound><base/></outbound><on-error><base/></on-error></policies>"}}'
run "rest PUT of a policy" "$AZ" rest --method put --uri "$ID/apis/echo/policies/policy?api-version=2024-06-01-preview" --body "$POLICY"
echo_call() { curl -sS -o "$T/body" -w '%{http_code}' "$URL/echo/now"; }
run "a call after it" echo_call; holds 204
refuse "rest PUT of a wrong policy" 1 "line 1" "$AZ" rest --method put --uri "$ID/apis/echo/policies/policy?api-version=2024-06-01-preview" --body '{"properties":{"format":"rawxml","value":"<policies><inbound><set-headr/></inbound></policies>"}}'
run "a call after that" echo_call; holds 204
run "rest POST with a body of Python" "$AZ" rest --method post --uri "$ID/gateways/managed/listDebugCredentials?api-version=2023-05-01-preview" --body "{'credentialsExpireAfter': 'PT1H', 'apiId': '$ID/apis/echo', 'purposes': ['tracing']}"; holds token
run "rest POST listSecrets" "$AZ" rest --method post --uri "$ID/subscriptions/master/listSecrets?api-version=2022-08-01"; holds primaryKey
run "apim api delete" "$AZ" apim api delete -g $G -n $S --api-id echo -y --delete-revisions true

run "cognitiveservices account list" "$AZ" cognitiveservices account list -g $G -o tsv --query '[0].name'; A=$(cat "$T/out")
run "cognitiveservices account keys list" "$AZ" cognitiveservices account keys list -g $G -n "$A"; holds key1
run "cognitiveservices account deployment list" "$AZ" cognitiveservices account deployment list -g $G -n "$A"
run "ad signed-in-user show" "$AZ" ad signed-in-user show
run "keyvault list" "$AZ" keyvault list -g $G
run "provider show" "$AZ" provider show -n Microsoft.ApiManagement --query registrationState

if [ -n "$LAB" ]; then
  run "the lab's deployment" env -C "$LAB" "$AZ" deployment group create -n lab -g $G --template-file main.bicep --parameters params.json
fi
run "apim delete" "$AZ" apim delete -g $G -n $S -y
run "apim deletedservice list" "$AZ" apim deletedservice list; holds $S
run "apim deletedservice purge" "$AZ" apim deletedservice purge --service-name $S --location "East US"
run "cognitiveservices account delete" "$AZ" cognitiveservices account delete -g $G -n "$A"
run "cognitiveservices account list-deleted" "$AZ" cognitiveservices account list-deleted; holds "$A"
run "deployment group delete" "$AZ" deployment group delete -n main -g $G
run "group delete" "$AZ" group delete -n $G -y
run "group list" "$AZ" group list; [ "$(tr -d ' \n' <"$T/out")" = "[]" ] || { FAILED=$((FAILED + 1)); echo "FAILED  groups are left"; }

eval "$("$APIMITE" env --undo --shell bash)"
[ -z "${AZURE_CONFIG_DIR:-}${HTTPS_PROXY:-}" ] || { FAILED=$((FAILED + 1)); echo "FAILED  variables are left"; }
echo "$COUNT checks, $FAILED failed ($("$AZ" version --query '"azure-cli"' -o tsv 2>/dev/null))"
[ $FAILED -eq 0 ]
