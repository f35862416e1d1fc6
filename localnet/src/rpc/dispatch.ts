/** JSON-RPC 2.0: takes a request body and returns the body of the answer. */
import { invalidParams, RPC_CODE, RpcError } from "./errors";
import { toJson } from "./json";
import { Params } from "./params";

const MAX_BATCH = 1_000;

/** Calls a method. Throws `RpcError`. */
export type Call = (method: string, params: Params) => unknown;

/** Returns null when no answer is due, as for a notification. Never throws. */
export function answerBody(body: string, slot: () => number, call: Call): string | null {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    return toJson(failure(null, new RpcError(RPC_CODE.parseError, "Parse error")));
  }
  if (!Array.isArray(request)) {
    const answer = answerOne(request, slot, call);
    return answer && toJson(answer);
  }
  if (request.length === 0 || request.length > MAX_BATCH) {
    return toJson(failure(null, invalidRequest()));
  }
  const answers = request.map((one) => answerOne(one, slot, call)).filter((answer) => answer);
  return answers.length > 0 ? toJson(answers) : null;
}

function answerOne(request: unknown, slot: () => number, call: Call): object | null {
  const { id, method, params } = (request ?? {}) as Record<string, unknown>;
  const isId = id === undefined || id === null || ["string", "number"].includes(typeof id);
  const isParams = params === undefined || params === null || Array.isArray(params);
  if (typeof request !== "object" || typeof method !== "string" || !isId) {
    return failure(isId ? id : null, invalidRequest());
  }
  try {
    if (!isParams) {
      throw invalidParams("Invalid params: expected a list.");
    }
    const list = (params ?? []) as unknown[];
    assertCommonConfig(list, slot());
    const result = call(method, new Params(list));
    return id === undefined ? null : { jsonrpc: "2.0", result: result ?? null, id };
  } catch (error) {
    return id === undefined ? null : failure(id, error);
  }
}

function failure(id: unknown, error: unknown) {
  const known =
    error instanceof RpcError
      ? error
      : new RpcError(RPC_CODE.internalError, `Internal error: ${messageOf(error)}`);
  const { code, message, data } = known;
  return { jsonrpc: "2.0", error: { code, message, data }, id: id ?? null };
}

const invalidRequest = (): RpcError => new RpcError(RPC_CODE.invalidRequest, "Invalid Request");

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const COMMITMENTS = [
  "processed",
  "confirmed",
  "finalized",
  // The names that the oldest clients use.
  ...["recent", "single", "singleGossip", "root", "max"],
];

/** Checks the commitment and `minContextSlot` that any configuration may contain. */
function assertCommonConfig(params: unknown[], slot: number): void {
  for (const config of params) {
    if (typeof config !== "object" || config === null) continue;
    const { commitment = null, minContextSlot } = config as Record<string, unknown>;
    if (commitment !== null && !COMMITMENTS.includes(commitment as string)) {
      throw invalidParams(`Invalid params: unknown commitment ${JSON.stringify(commitment)}.`);
    }
    if (typeof minContextSlot !== "number" || minContextSlot <= slot) continue;
    throw new RpcError(
      RPC_CODE.minContextSlotNotReached,
      "Minimum context slot has not been reached",
      { contextSlot: slot },
    );
  }
}

export const methodNotFound = (): RpcError =>
  new RpcError(RPC_CODE.methodNotFound, "Method not found");
