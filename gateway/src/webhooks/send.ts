/** Sends one webhook: to a checked address only, without redirects, within a time limit, and reads little of the answer. */
import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isAllowedAddress, isLoopback } from "./address-rules";
import { hostOf } from "./url-rules";

/** Bytes of an answer that are kept. */
export const KEPT_BYTES = 1_000;
/** Milliseconds for a whole attempt. */
export const TIME_LIMIT_MS = 10_000;

/** Looks up all addresses of a host. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** Looks a host up as the system does. */
export const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true, verbatim: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    );
  });

/** A signed message on its way. */
export interface Outgoing {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  isLoopbackAllowed: boolean;
}

/** Settings of `sendWebhook`. */
export interface SendOptions {
  /** Looks a host up. Default: as the system does. */
  resolve?: Resolve;
  /** Milliseconds for the whole attempt. Default: 10,000. */
  timeLimitMs?: number;
  /** Certificate authorities besides the system's, for tests. */
  ca?: string;
}

/** What came of an attempt. */
export interface SendResult {
  /** Status of the answer; null without one. */
  status: number | null;
  /** First 1,000 bytes of the answer as text. */
  body: string;
  /** Text of the failure; null for a success, which is any 2xx status. */
  error: string | null;
  /** Seconds of `Retry-After`, if the answer has one. */
  retryAfterSecs: number | null;
}

const failure = (error: string): SendResult => ({
  status: null,
  body: "",
  error,
  retryAfterSecs: null,
});

/** Sends a webhook. Never rejects: a failure is a result. */
export async function sendWebhook(
  message: Outgoing,
  { resolve = systemResolve, timeLimitMs = TIME_LIMIT_MS, ca }: SendOptions = {},
): Promise<SendResult> {
  const limit = AbortSignal.timeout(timeLimitMs);
  const url = new URL(message.url);
  try {
    const addresses = await within(limit, resolveHost(hostOf(url), resolve));
    // One refused address refuses the host: which one a connection would take is not ours to guess.
    if (!addresses.every(({ address }) => mayConnect(url, address, message.isLoopbackAllowed))) {
      return failure("the host has an address that is not public");
    }
    const answer = await within(limit, exchange(url, message, { addresses, limit, ca }));
    return await readAnswer(answer);
  } catch (error) {
    if (limit.aborted) return failure(`no answer within ${timeLimitMs / 1_000} seconds`);
    return failure(describe(error));
  }
}

/** Without TLS, a webhook stays on this machine. */
function mayConnect({ protocol }: URL, address: string, isLoopbackAllowed: boolean): boolean {
  const isAllowed = isAllowedAddress(address, isLoopbackAllowed);
  return protocol === "https:" ? isAllowed : isAllowed && isLoopback(address);
}

async function resolveHost(host: string, resolve: Resolve): Promise<LookupAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  const addresses = await resolve(host);
  if (addresses.length === 0) throw new Error("the host has no address");
  return addresses;
}

interface Connection {
  addresses: LookupAddress[];
  limit: AbortSignal;
  ca?: string;
}

/** Sends the request to one of the checked addresses: the host is not looked up a second time. */
function exchange(
  url: URL,
  { headers, body }: Outgoing,
  { addresses, limit, ca }: Connection,
): Promise<IncomingMessage> {
  const pinned: LookupFunction = (_host, options, done) => {
    if (options.all) done(null, addresses);
    else done(null, addresses[0]!.address, addresses[0]!.family);
  };
  const options: RequestOptions = {
    method: "POST",
    headers: {
      ...headers,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "milepost-webhooks/1",
      accept: "*/*",
    },
    lookup: pinned,
    // A connection of its own: nothing of another account's answer can come along.
    agent: false,
    signal: limit,
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const start = url.protocol === "https:" ? httpsRequest : httpRequest;
    const call: ClientRequest = start(url, options, resolve);
    call.on("error", reject);
    call.end(body);
  });
}

/** The status decides. The rest of the answer is only shown, so it is cut, and a slow one does not turn a success. */
async function readAnswer(answer: IncomingMessage): Promise<SendResult> {
  const status = answer.statusCode ?? 0;
  const body = await firstBytes(answer);
  answer.destroy();
  const retryAfter = Number(answer.headers["retry-after"] ?? Number.NaN);
  return {
    status,
    // Postgres keeps no NUL in a text.
    body: body.toString("utf8").replaceAll("\u0000", "\ufffd"),
    error: errorOf(status),
    retryAfterSecs: Number.isFinite(retryAfter) && retryAfter >= 0 ? retryAfter : null,
  };
}

function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) {
    return `answered ${status}: redirects are not followed. Set the endpoint's URL to the final address.`;
  }
  return `answered ${status}`;
}

function firstBytes(answer: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve) => {
    let kept = Buffer.alloc(0);
    const end = () => resolve(kept.subarray(0, KEPT_BYTES));
    answer.on("data", (piece: Buffer) => {
      kept = Buffer.concat([kept, piece]);
      if (kept.length >= KEPT_BYTES) end();
    });
    // A connection that breaks, or that the limit ends, leaves what came before.
    answer.on("end", end).on("close", end).on("error", end);
  });
}

/** Rejects when the limit is over, also where the work does not know the limit. */
function within<T>(limit: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error("the time limit is over"));
    if (limit.aborted) return stop();
    limit.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => limit.removeEventListener("abort", stop));
  });
}

/** Texts of the failures that receivers meet. */
const KNOWN: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset before the answer",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  ENOTFOUND: "the host's name does not exist",
  EAI_AGAIN: "the host's name could not be looked up",
  ETIMEDOUT: "connection timed out",
  HPE_HEADER_OVERFLOW: "the answer's headers are too large",
};

function describe(error: unknown): string {
  const { code, message, errors } = error as {
    code?: string;
    message?: string;
    errors?: unknown[];
  };
  // With several addresses, Node reports one error per address.
  if (errors?.[0]) return describe(errors[0]);
  return KNOWN[code ?? ""] ?? (code ? `${code}` : (message ?? "failed"));
}
