import { type SendClock, SYSTEM_CLOCK } from "../context/clock";
import type { MilestoneContext } from "../context/context";
import { MilepostError } from "../errors/base";
import { MilepostErrorCode } from "../errors/codes";
import { RpcError } from "../errors/rpc";
import { originOf, withoutKeys } from "./redact";

/** Milliseconds for which a node that is behind is asked again. A node that lags longer is not healthy. */
export const BEHIND_TIMEOUT_MS = 15_000;
/** About one slot. */
const BEHIND_RETRY_MS = 400;
const MIN_CONTEXT_SLOT_NOT_REACHED = -32016;

/** Answer of an RPC with its slot. */
export interface AnswerAt<T> {
  context: { slot: number };
  value: T;
}

/** Runs one RPC call. Throws `RpcError` for any error of the transport or the node. */
export async function callRpc<T>(
  context: MilestoneContext,
  method: string,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw toRpcError(context, method, cause);
  }
}

/**
 * Runs an RPC call until a node answers it at `minSlot` or later: one URL may stand for a pool of nodes, of which some lag.
 * The answer's own slot is checked, as some proxies drop `minContextSlot`.
 * Throws `RpcError`: `RpcBehind` after 15 seconds, otherwise as `callRpc` does.
 */
export async function callRpcAtLeast<T>(
  context: MilestoneContext,
  method: string,
  minSlot: number,
  call: (minContextSlot: number | undefined) => Promise<AnswerAt<T>>,
): Promise<AnswerAt<T>> {
  const clock: SendClock = context.clock ?? SYSTEM_CLOCK;
  const deadline = clock.now() + BEHIND_TIMEOUT_MS;
  for (;;) {
    let behind: unknown;
    try {
      const answer = await call(minSlot > 0 ? minSlot : undefined);
      if (minSlot === 0 || answer.context.slot >= minSlot) return answer;
    } catch (cause) {
      if (minSlot === 0 || !isBehind(cause)) throw toRpcError(context, method, cause);
      behind = cause;
    }
    if (clock.now() >= deadline) {
      const endpoint = endpointOf(context);
      throw new RpcError(
        MilepostErrorCode.RpcBehind,
        `${nameOf(endpoint)} did not reach slot ${minSlot} within ${BEHIND_TIMEOUT_MS / 1000} seconds.`,
        {
          method,
          endpoint,
          cause: behind,
          metaMessages: [
            `Method: ${method}`,
            "Hint: read again later, or use another RPC. After a local chain was reset, create a new Connection.",
          ],
        },
      );
    }
    await clock.sleep(BEHIND_RETRY_MS);
  }
}

/** Returns true when a node said that it has not reached the requested slot yet. */
export function isBehind(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: string };
  return (
    code === MIN_CONTEXT_SLOT_NOT_REACHED || /minimum context slot/i.test(String(message ?? ""))
  );
}

function toRpcError(context: MilestoneContext, method: string, cause: unknown): unknown {
  // No transport throws a `ReferenceError`: it is a fault of the code or its environment. A `TypeError` may be fetch's.
  if (cause instanceof MilepostError || cause instanceof ReferenceError) return cause;
  const endpoint = endpointOf(context);
  const isAnswer = hasAnswered(cause);
  const what = isAnswer ? "refused" : "did not answer";
  return new RpcError(
    isAnswer ? MilepostErrorCode.RpcFailed : MilepostErrorCode.RpcUnreachable,
    `${nameOf(endpoint)} ${what} ${method}: ${textOf(cause, context.connection.rpcEndpoint)}`,
    {
      method,
      endpoint,
      cause,
      metaMessages: [
        isAnswer
          ? "Hint: check the RPC's plan, limits and API key, or use another RPC."
          : "Hint: check the URL and that the node runs, then try again.",
      ],
    },
  );
}

/** Recognizes an answer: a JSON-RPC error, an HTTP status (which web3.js prefixes to the text), or an unknown shape. */
function hasAnswered(cause: unknown): boolean {
  const { code, name, message } = (cause ?? {}) as {
    code?: unknown;
    name?: unknown;
    message?: string;
  };
  return (
    (typeof code === "number" && code < 0) ||
    name === "StructError" ||
    /^\d{3} /.test(String(message ?? ""))
  );
}

function nameOf(endpoint: string | null): string {
  return endpoint ? `The RPC at ${endpoint}` : "The RPC";
}

/** Returns the origin alone: keys of RPC providers are in the user, the path or the query. */
function endpointOf({ connection }: MilestoneContext): string | null {
  return typeof connection.rpcEndpoint === "string" ? originOf(connection.rpcEndpoint) : null;
}

function textOf(cause: unknown, rpcEndpoint: unknown): string {
  const { message } = (cause ?? {}) as { message?: unknown };
  const text = (typeof message === "string" ? message : String(cause)).split("\n")[0]!;
  const safe = withoutKeys(text, rpcEndpoint);
  const short = safe.length > 200 ? `${safe.slice(0, 197)}...` : safe;
  return /[.!?]$/.test(short) ? short : `${short}.`;
}
