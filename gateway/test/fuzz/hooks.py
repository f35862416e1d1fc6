"""Lets generated requests come further than the first refusal: fresh idempotency keys, and ids of objects that exist."""

import json
import os

import schemathesis
from schemathesis.core.parameters import ParameterLocation

# Ids by the first segment of a path, such as {"projects": {"id": "project_..."}}.
OBJECTS = json.loads(os.environ["MILEPOST_FUZZ_OBJECTS"])
# Id of the key in use, which must not be revoked.
OWN_KEY = os.environ["MILEPOST_FUZZ_KEY_ID"]

requests = 0


@schemathesis.hook
def before_call(context, case, kwargs):
    global requests
    requests += 1
    is_negative = case.meta.is_negative_at if case.meta else lambda location: False
    # A generated key is the same for many requests, and each but the first would be refused.
    if "Idempotency-Key" in case.headers and not is_negative(ParameterLocation.HEADER):
        case.headers["Idempotency-Key"] = f"fuzz-{requests}"
    if case.path_parameters.get("keyId") == OWN_KEY:
        case.path_parameters["keyId"] = OBJECTS["api-keys"]["keyId"]
    # Every second request: unknown ids are answers to check as well.
    if requests % 2 == 0 and not is_negative(ParameterLocation.PATH):
        known = OBJECTS.get(case.operation.path.split("/")[2], {})
        for name in case.path_parameters:
            if name in known:
                case.path_parameters[name] = known[name]
