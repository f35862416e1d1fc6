/** Refusals of JSON before and after it is parsed, for the API and for freight. */
import { GatewayError } from "../errors/gateway-error";
import { isDeeperThan, MAX_DEPTH } from "../limits/json-depth";
import { brokenTextIn } from "../limits/text";

/** Returns the error of a body that is nested too deep; null where it may be parsed. */
export const refuseDepth = (json: string): GatewayError | null =>
  isDeeperThan(json, MAX_DEPTH)
    ? new GatewayError(
        "invalid_request",
        `body: expected at most ${MAX_DEPTH} levels of nested objects and lists`,
        { param: "body" },
      )
    : null;

/** Returns the error of a parsed body that is null or has text that the database cannot store; null where there is none. */
export function refuseValue(json: string, value: unknown): GatewayError | null {
  if (value === null) {
    // An absent body is validated as null (`optionalBody`): a body that says null is not the same.
    const text = "body: expected an object, received null";
    return new GatewayError("invalid_request", text, { param: "body" });
  }
  const param = brokenTextIn(json, value);
  if (param === null) return null;
  return new GatewayError(
    "invalid_request",
    `${param}: expected text without NUL characters or unpaired surrogates`,
    { param },
  );
}

/** Returns the error of a body that could not be parsed. Valid JSON has a name then that would change an object's prototype. */
export function refuseText(json: string, cause: unknown): GatewayError {
  let text = "The body is not valid JSON.";
  try {
    JSON.parse(json);
    text =
      'body: expected no property named "__proto__", and no "constructor" with a property named "prototype"';
  } catch {
    // As said.
  }
  return new GatewayError("invalid_request", text, { param: "body", cause });
}
