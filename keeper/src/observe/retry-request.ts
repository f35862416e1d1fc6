/** Answers `POST /retry`, which retries policies at once. Only from this machine, and not from a page in a browser. */
import type { IncomingMessage } from "node:http";

/** Header that a page cannot send to another origin without a preflight, which gets 405. */
export const RETRY_HEADER = "x-milepost-keeper";
const MAX_BODY_BYTES = 1_000_000;
const ADDRESS = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/;
const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

export interface RetryAnswer {
  code: number;
  body: string;
}

/** Handles the request. The body names policies, one per line; an empty one means all. `retry` returns their number. */
export async function answerRetry(
  request: IncomingMessage,
  retry: (policies: readonly string[]) => Promise<number>,
): Promise<RetryAnswer> {
  if (!isFromHere(request) || request.headers[RETRY_HEADER] !== "retry") {
    return { code: 403, body: "only `milepost-keeper retry` on this machine\n" };
  }
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY_BYTES) return { code: 413, body: "too many policies\n" };
  }
  const policies = text.split("\n").filter((line) => line !== "");
  const wrong = policies.find((policy) => !ADDRESS.test(policy));
  if (wrong !== undefined) return { code: 400, body: "expected addresses, one per line\n" };
  return { code: 200, body: retriedText(await retry(policies)) };
}

/**
 * Returns true for a request from this machine, not through a proxy and not from a page. A browser names an origin with each
 * POST, also when an attacker's host name was made to lead to this machine.
 */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const isForwarded = [headers.origin, headers.forwarded, headers["x-forwarded-for"]].some(
    (value) => value !== undefined,
  );
  return LOOPBACK.has(socket.remoteAddress ?? "") && !isForwarded;
}

export function retriedText(count: number): string {
  return `${count} ${count === 1 ? "policy is" : "policies are"} tried again now\n`;
}
