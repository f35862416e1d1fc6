/**
 * Recognizes failures of an RPC, or of the connection to it. web3.js turns most errors into texts, so it compares
 * texts.
 */
import type { Connection } from "@solana/web3.js";
import { RPC_VERDICTS, type Verdict } from "./verdicts";

/** Returns the verdict on an RPC's error; null for an error of a transaction or a mistake. Never throws. */
export function rpcVerdict(error: unknown): Verdict | null {
  if (!(error instanceof Error)) return null;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  // The code of a DOMException has another meaning.
  if (typeof code === "number" && !(error instanceof DOMException) && code !== PREFLIGHT_FAILURE) {
    const [kind, reason] = RPC_VERDICTS[code] ?? (["retryable", "RpcUnavailable"] as const);
    return { kind, reason };
  }
  const socket = [code, (cause as { code?: unknown } | undefined)?.code].find(
    (value): value is string => typeof value === "string",
  );
  if (socket && SOCKET.test(socket)) {
    return failure(/TIMEDOUT|TIMEOUT/.test(socket) ? "RpcTimeout" : "RpcUnavailable");
  }
  return ofText(error.name, error.message);
}

/** Returns true when the RPC failed regardless of the question: no policy is to blame, and a retry or another RPC helps. */
export function isRpcFailure({ kind, reason }: Verdict): boolean {
  return kind === "retryable" && reason.startsWith("Rpc");
}

/** Reason of an answer that an RPC can't give yet: the keeper reads again within seconds. */
export const RPC_BEHIND = "RpcBehind";

/** Reports that no RPC answers: no policy is to blame, so all work pauses for a while. */
export class RpcFailure extends Error {
  constructor(
    readonly verdict: Verdict,
    cause: unknown,
  ) {
    super(`no RPC answers: ${verdict.reason}`, { cause });
    this.name = "RpcFailure";
  }
}

/** Returns true when the RPC answers a trivial question now: then the request that it does not answer is to blame. */
export async function isAnswering(connection: Pick<Connection, "getSlot">): Promise<boolean> {
  return connection.getSlot().then(
    () => true,
    () => false,
  );
}

/** JSON-RPC code for a transaction that the node ran: the error is the transaction's. */
const PREFLIGHT_FAILURE = -32002;
/** Error codes of Node's sockets, of undici, and of streams that end early. */
const SOCKET = /^(E[A-Z_]+|UND_ERR_\w+|ERR_STREAM_\w+)$/;

/** Prefix that web3.js puts before the answer; an error's name may follow. */
const WRAPPERS: readonly RegExp[] = [
  /^failed to [^:\n]+: ([^]*)$/,
  /^Simulation failed\. \nMessage: ([^]*)$/,
  /^Transaction \w* resulted in an error\. \n([^]*)$/,
];
const NAMED = /^(\w*(?:Error|Exception)): ([^]*)$/;

const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^Node is (behind|unhealthy)|^Minimum context slot/i, "RpcBehind"],
  [
    /^Block (not available|status not yet available)|^(Confirmed )?block \d+ not found/i,
    "RpcBehind",
  ],
  [/^too many requests|rate.?limit|request limit/i, "RpcRateLimited"],
  [/not valid JSON|in JSON at position|^Unexpected (token|end of)|^invalid json/i, "RpcGarbage"],
  [/^Expected .*but received/, "RpcGarbage"],
  [/^Internal error|^Unable to obtain a new blockhash|latest blockhash$/i, "RpcUnavailable"],
  [/fetch failed|^terminated$|socket hang up|premature close|network error/i, "RpcUnavailable"],
  [
    /\bE(CONN(REFUSED|RESET|ABORTED)|PIPE|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH)\b/,
    "RpcUnavailable",
  ],
  [
    /^The operation was aborted|^This operation was aborted|timed? ?out|network timeout/i,
    "RpcTimeout",
  ],
];

/** Names of the keeper's own errors about RPCs: web3.js turns some of them into texts. */
const NAMES: Readonly<Record<string, string>> = {
  RpcAnswerTooLargeError: "RpcAnswerTooLarge",
  RpcMethodUnavailableError: "RpcMethodUnavailable",
  RpcRateLimitedError: "RpcRateLimited",
  RpcSetAsideError: "RpcUnavailable",
  RpcWrongChainError: "RpcWrongChain",
};

function ofText(name: string, text: string): Verdict | null {
  if (Object.hasOwn(NAMES, name)) return failure(NAMES[name]!);
  if (name === "RpcAnswerError") {
    return failure(/state from before/.test(text) ? "RpcBehind" : "RpcGarbage");
  }
  if (/abort|timeout/i.test(name)) return failure("RpcTimeout");
  if (name === "SyntaxError" || name === "StructError") return failure("RpcGarbage");
  // The text is the only sign of an HTTP status.
  const status = /^(\d{3}) /.exec(text)?.[1];
  if (status) return failure(statusReason(Number(status)));
  for (const [pattern, reason] of TEXTS) if (pattern.test(text)) return failure(reason);
  const named = NAMED.exec(text);
  if (named) return ofText(named[1]!, named[2]!);
  for (const wrapper of WRAPPERS) {
    const inner = wrapper.exec(text)?.[1];
    if (inner !== undefined) return ofText("Error", inner);
  }
  return null;
}

function failure(reason: string): Verdict {
  return { kind: "retryable", reason };
}

function statusReason(status: number): string {
  if (status === 429) return "RpcRateLimited";
  if (status === 408) return "RpcTimeout";
  return status >= 500 ? "RpcUnavailable" : "RpcRequestRefused";
}
