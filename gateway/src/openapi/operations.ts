/** Completes an operation of the document: errors, headers, security, optional bodies. */
import type { OpenAPIV3_1 } from "openapi-types";
import { COMMON_HEADERS, errorName, type ErrorStatus, headers } from "./components";

/** What a route's config says about its callers. */
export interface RouteConfig {
  scope?: string;
  isPublic?: boolean;
  isSession?: boolean;
  party?: string;
  checksOrigin?: boolean;
  namesObject?: boolean;
  asksChain?: boolean;
}

/** Security of a route with an API key. */
export const API_KEYS: OpenAPIV3_1.SecurityRequirementObject[] = [
  { apiKey: [] },
  { bearer: [] },
  { basic: [] },
];

const WALLET_SESSION = { walletSession: [] };

const READS = ["get", "head"];

/** Errors that a route can answer, whatever it does. */
function errorsOf(
  method: string,
  hasParams: boolean,
  { isPublic, namesObject, asksChain, checksOrigin }: RouteConfig,
): readonly ErrorStatus[] {
  return [
    400,
    ...(isPublic ? [] : ([401] as const)),
    ...(isPublic && !checksOrigin ? [] : ([403] as const)),
    ...(hasParams || namesObject ? ([404] as const) : []),
    ...(READS.includes(method) ? [] : ([409, 413, 415, 422] as const)),
    429,
    500,
    ...(asksChain ? ([502] as const) : []),
    503,
  ];
}

/** Adds to an operation what its schema does not say. */
export function completeOperation(
  method: string,
  operation: OpenAPIV3_1.OperationObject,
  config: RouteConfig,
): void {
  const parameters = (operation.parameters ??= []);
  const hasParams = parameters.some((parameter) => "in" in parameter && parameter.in === "path");
  if (config.isPublic) operation.security = [];
  else if (config.isSession) operation.security = [WALLET_SESSION];
  else {
    if (config.party) operation.security = [...API_KEYS, WALLET_SESSION];
    const needs = `Scope: \`${config.scope}\`.`;
    const party = config.party ? "A wallet session reaches it as a party." : undefined;
    operation.description = [operation.description, party, needs].filter(Boolean).join("\n\n");
  }
  if (!READS.includes(method) && !config.isPublic && !config.isSession) {
    parameters.push({ $ref: "#/components/parameters/IdempotencyKey" });
  }
  if (parameters.length === 0) delete operation.parameters;
  showOptionalBody(operation);
  const responses = (operation.responses ??= {});
  for (const response of Object.values(responses)) addHeaders(response, method, config);
  for (const status of errorsOf(method, hasParams, config)) {
    responses[status] ??= { $ref: `#/components/responses/${errorName(status)}` };
  }
}

function addHeaders(
  response: OpenAPIV3_1.ResponseObject | OpenAPIV3_1.ReferenceObject,
  method: string,
  { isPublic }: RouteConfig,
): void {
  if ("$ref" in response) return;
  if (response.description === "Default Response") response.description = "Success.";
  const isReplayable = !READS.includes(method) && !isPublic;
  response.headers = {
    ...headers(...COMMON_HEADERS, ...(isReplayable ? (["Idempotent-Replayed"] as const) : [])),
    ...response.headers,
  };
}

/** Shows `optionalBody` as an object that a client may leave out. */
function showOptionalBody({ requestBody }: OpenAPIV3_1.OperationObject): void {
  if (!requestBody || "$ref" in requestBody) return;
  const media = requestBody.content["application/json"];
  const schema: OpenAPIV3_1.SchemaObject = media?.schema ?? {};
  const { anyOf: choices = [] } = schema;
  const objects = choices.filter((choice) => !("type" in choice && choice.type === "null"));
  const [only] = objects;
  if (!media || !only || objects.length > 1 || objects.length === choices.length) return;
  media.schema = only;
  requestBody.required = false;
}
