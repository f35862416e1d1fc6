/** What an RPC, or the way to it, did wrong. web3.js makes texts of most errors, so texts are what there is to go by. */
import type { Connection } from "@solana/web3.js";
import type { Verdict } from "../types";
import { RPC_VERDICTS } from "./verdicts";

/** Null when the error does not tell of an RPC: then it is a transaction's, or a mistake. Never throws. */
export function rpcVerdict(error: unknown): Verdict | null {
  if (!(error instanceof Error)) return null;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  // A DOMException's code is a number of its own.
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

/** Whether the RPC failed, whatever it was asked: no policy is to blame, and another try or another RPC mends it. */
export function isRpcFailure({ kind, reason }: Verdict): boolean {
  return kind === "retryable" && reason.startsWith("Rpc");
}

/** The reason of whatever an RPC does not know yet: read again within seconds. */
export const RPC_BEHIND = "RpcBehind";

/** No RPC answers: nothing is wrong with any policy, so the work as a whole is left alone for a while. */
export class RpcFailure extends Error {
  constructor(
    readonly verdict: Verdict,
    cause: unknown,
  ) {
    super(`no RPC answers: ${verdict.reason}`, { cause });
    this.name = "RpcFailure";
  }
}

/** Whether the RPC answers the simplest of questions just now: then what it does not answer is to blame. */
export async function isAnswering(connection: Pick<Connection, "getSlot">): Promise<boolean> {
  return connection.getSlot().then(
    () => true,
    () => false,
  );
}

/** The node ran the transaction: the answer is the transaction's. */
const PREFLIGHT_FAILURE = -32002;
/** Of Node's sockets, of undici, and of streams that end early. */
const SOCKET = /^(E[A-Z_]+|UND_ERR_\w+|ERR_STREAM_\w+)$/;

/** web3.js's words in front of what it was told; an error's name may follow. */
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

/** Of the keeper's own errors about RPCs, by name: web3.js makes texts of some of them. */
const NAMES: Readonly<Record<string, string>> = {
  RpcAnswerTooLargeError: "RpcAnswerTooLarge",
  RpcMethodUnavailableError: "RpcMethodUnavailable",
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
  // An HTTP status has no other sign than the text.
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
