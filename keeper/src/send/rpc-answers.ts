/** Tells what is wrong with an RPC's answer, and whether the node or the request is to blame. */

/** A single JSON-RPC call, as its body has it. */
export interface RpcCall {
  method: string;
  id: unknown;
  /** Slot that the answer has to be of, or a later one; null when the call names none. */
  minContextSlot: number | null;
}

/**
 * - `unavailable`: the node failed. Another node, or the same one later, may answer.
 * - `limited`: the node wants fewer requests.
 * - `behind`: the node has not seen enough of the chain.
 * - `garbage`: the body is not the answer to this call.
 * - `unsupported`: the node, or the plan it is paid by, does not offer this method.
 * - `rejected`: the node takes the request for a wrong one. A gateway may say the same of a method that it has turned off.
 */
export type RpcProblem =
  "unavailable" | "limited" | "behind" | "garbage" | "unsupported" | "rejected";

/** A read's answer is good when there is no problem with it. `code` is a JSON-RPC code or an HTTP status. */
export type RpcFinding =
  { problem: null; slot: number | null } | { problem: RpcProblem; code?: number; message?: string };

/**
 * Blame by JSON-RPC code. `null`: the answer is about the transaction, so every node says the same. A code that is not
 * here is the node's.
 *
 * Codes from -32001 to -32019: agave, `rpc-client-types/src/custom_error.rs` (`JSON_RPC_SERVER_ERROR_*`). Codes from
 * -32700 to -32600: JSON-RPC 2.0, section 5.1. -32429, and HTTP statuses as codes: what providers answer.
 */
export const PROBLEM_OF_CODE: Readonly<Record<number, RpcProblem | null>> = {
  // Block cleaned up: another node may keep more of the ledger.
  [-32001]: "unavailable",
  // Preflight failure.
  [-32002]: null,
  // Signature verification failure.
  [-32003]: null,
  // Block not available.
  [-32004]: "behind",
  // Node unhealthy, or behind by some slots.
  [-32005]: "behind",
  // Precompile verification failure.
  [-32006]: null,
  // Slot skipped, or missing due to a ledger jump. QuickNode also answers it for a request limit.
  [-32007]: "behind",
  // No snapshot.
  [-32008]: "unavailable",
  // Slot skipped, or missing in long-term storage.
  [-32009]: "behind",
  // Key excluded from account secondary indexes: getProgramAccounts without an index.
  [-32010]: "unsupported",
  // Transaction history not available.
  [-32011]: "unsupported",
  // Scan error.
  [-32012]: "unavailable",
  // Signature length mismatch.
  [-32013]: null,
  // Block status not available yet.
  [-32014]: "behind",
  // Transaction version not supported by the requester.
  [-32015]: "rejected",
  // Minimum context slot not reached.
  [-32016]: "behind",
  // Epoch rewards period active.
  [-32017]: "unavailable",
  // Slot is not an epoch boundary.
  [-32018]: "rejected",
  // Long-term storage unreachable.
  [-32019]: "unavailable",
  [-32429]: "limited",
  [-32600]: "rejected",
  [-32601]: "unsupported",
  [-32602]: "rejected",
  [-32603]: "unavailable",
  [-32700]: "rejected",
};

/** Blame by HTTP status; a status that is not here and not 2xx is `unavailable`. RFC 9110, section 15. */
const PROBLEM_OF_STATUS: Readonly<Record<number, RpcProblem>> = {
  400: "rejected",
  // The plan does not include the method, or the key is not accepted.
  401: "unsupported",
  402: "unsupported",
  403: "unsupported",
  404: "unsupported",
  405: "unsupported",
  // Content too large: a gateway's limit, which another one may not have.
  413: "rejected",
  414: "rejected",
  415: "rejected",
  422: "rejected",
  429: "limited",
  431: "rejected",
  501: "unsupported",
};

/**
 * Name of a scan's method. A scan's page is large, and web3.js parses it again: a page with a complete end is not
 * parsed here.
 */
export const SCAN = "getProgramAccounts";
/** Name of the method that identifies a node's chain. */
export const GENESIS_HASH = "getGenesisHash";

/** Reads the call out of a request's body; any body except a single call has an empty method. */
export function callOf(body: unknown): RpcCall {
  try {
    const { method, id, params } = JSON.parse(String(body)) as {
      method?: unknown;
      id?: unknown;
      params?: unknown;
    };
    return { method: String(method), id, minContextSlot: minContextSlotOf(params) };
  } catch {
    return { method: "", id: undefined, minContextSlot: null };
  }
}

/**
 * Finds the problem of an answer. Pure. An answer in the context of a slot before `call.minContextSlot` is `behind`,
 * whatever it contains: some gateways drop the condition, and some nodes do not know it. `parse` returns the text's JSON,
 * for callers that need it as well.
 * @example
 * judgeAnswer({ method: "getSlot", id: 1, minContextSlot: null }, 200,
 * '{"jsonrpc":"2.0","id":1,"result":7}').problem; // null
 */
export function judgeAnswer(
  call: RpcCall,
  status: number,
  text: string,
  parse: () => unknown = () => JSON.parse(text) as unknown,
): RpcFinding {
  if (status < 200 || status > 299) {
    return withError(text, { problem: PROBLEM_OF_STATUS[status] ?? "unavailable", code: status });
  }
  if (call.method === SCAN && isWholeAnswerTo(call, text)) {
    return inTime(call, Number(CONTEXT_SLOT.exec(text.slice(0, HEAD))?.[1] ?? Number.NaN));
  }
  let answer: Answer | null;
  try {
    answer = parse() as Answer | null;
  } catch {
    return { problem: "garbage" };
  }
  if (typeof answer !== "object" || answer === null) return { problem: "garbage" };
  if (answer.error !== undefined && answer.error !== null) return ofError(answer.error);
  // The answer to another call does not count.
  if (!("result" in answer) || answer.id !== call.id) return { problem: "garbage" };
  return inTime(call, slotOf(call, answer.result));
}

interface Answer {
  id?: unknown;
  error?: unknown;
  result?: unknown;
}

function ofError(error: unknown): RpcFinding {
  const { code, message } = (typeof error === "object" ? error : {}) as Record<string, unknown>;
  const number = typeof code === "number" ? code : Number.NaN;
  const problem =
    number in PROBLEM_OF_CODE
      ? PROBLEM_OF_CODE[number]!
      : // Some providers give the HTTP status as the code.
        (PROBLEM_OF_STATUS[number] ?? "unavailable");
  if (problem === null) return { problem: null, slot: null };
  return {
    problem,
    ...(Number.isFinite(number) ? { code: number } : {}),
    ...(typeof message === "string" ? { message } : {}),
  };
}

/** Adds the JSON-RPC error of an answer, which may say more than a gateway's HTTP status. */
function withError(
  text: string,
  found: { problem: RpcProblem; code: number },
): Exclude<RpcFinding, { problem: null }> {
  try {
    const { error } = JSON.parse(text) as Answer;
    const inner = error ? ofError(error) : null;
    if (inner?.problem) return { ...inner, code: inner.code ?? found.code };
  } catch {
    // The body is a page for people.
  }
  return found;
}

function inTime({ minContextSlot }: RpcCall, slot: number | null): RpcFinding {
  const known = slot !== null && Number.isFinite(slot) ? slot : null;
  const isBehind = minContextSlot !== null && known !== null && known < minContextSlot;
  return isBehind ? { problem: "behind" } : { problem: null, slot: known };
}

const HEAD = 400;
const TAIL = 200;
const CONTEXT_SLOT = /"context"\s*:\s*\{[^{}]*"slot"\s*:\s*(\d+)/;

/** Returns true when the text ends with this call's id, so that nothing can be missing, and holds no error. */
function isWholeAnswerTo({ id }: RpcCall, text: string): boolean {
  const tail = text.slice(-TAIL).trimEnd();
  const end = new RegExp(`"id"\\s*:\\s*${escaped(JSON.stringify(id) ?? "null")}\\s*\\}$`);
  const isAnswer = text.trimStart().startsWith("{") && text.slice(0, HEAD).includes('"result"');
  return isAnswer && end.test(tail) && !text.includes('"error"');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function slotOf({ method }: RpcCall, result: unknown): number | null {
  if (method === "getSlot") return typeof result === "number" ? result : null;
  if (typeof result !== "object" || result === null) return null;
  const { context, absoluteSlot } = result as {
    context?: { slot?: unknown } | null;
    absoluteSlot?: unknown;
  };
  const slot = context?.slot ?? absoluteSlot;
  return typeof slot === "number" ? slot : null;
}

function minContextSlotOf(params: unknown): number | null {
  if (!Array.isArray(params)) return null;
  for (const param of params as unknown[]) {
    const slot = (param as { minContextSlot?: unknown } | null)?.minContextSlot;
    if (typeof slot === "number") return slot;
  }
  return null;
}
