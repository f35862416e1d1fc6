/** Requests to RPCs that end, and that are made again where that changes nothing. */
import { type Pause, systemPause } from "./pause";
import { RPC_VERDICTS } from "./verdicts";

/** What of `fetch` web3.js's `Connection` uses: of an answer, its status and its text. */
type Fetch = typeof globalThis.fetch;

export interface RpcFetchOptions {
  /** At least one. */
  urls: readonly string[];
  /**
   * Until a request has failed, with every try of it. A scan may take as long on each RPC; the other requests get a part
   * of it first, as an RPC that says nothing in that time seldom says it later.
   */
  timeoutMs: number;
  /** How often a read is made, at most, if there are not more RPCs. Default: 4. */
  attempts?: number;
  /** Default: the global one. */
  fetch?: Fetch;
  pause?: Pause;
  /** In [0, 1). */
  random?: () => number;
  /** Milliseconds that only grow. */
  now?: () => number;
  /** A signal after so many milliseconds. */
  limit?: (milliseconds: number) => AbortSignal;
}

const FIRST_LIMIT_MS = 5_000;
const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 2_000;
/** Whoever asks for a longer pause gets this one. */
const MAX_RETRY_AFTER_MS = 5_000;

/** Nothing on chain changes, however often they are asked. Whatever is not known to be one of these goes out once. */
const READ = /^(get[A-Z]\w*|simulateTransaction|isBlockhashValid|minimumLedgerSlot)$/;
/** As much as there is; may take its time. */
const SCAN = "getProgramAccounts";

/**
 * `fetch` for a web3.js `Connection`, which by itself waits for an answer for ever. Asks the RPC that answered last; a
 * read that fails is asked of the others and, after short pauses, of the same ones again. A transaction goes out once: to
 * send the same bytes again is for whoever has journaled them.
 * @example
 * new Connection(url, { disableRetryOnRateLimit: true, fetch: rpcFetch({ urls: [url], timeoutMs: 10_000 }) });
 */
export function rpcFetch(options: RpcFetchOptions): Fetch {
  const { urls, timeoutMs, fetch = globalThis.fetch, random = Math.random } = options;
  const { pause = systemPause, now = () => performance.now() } = options;
  const { limit = (milliseconds: number) => AbortSignal.timeout(milliseconds) } = options;
  const attempts = Math.max(options.attempts ?? 4, urls.length);
  const firstLimitMs = Math.min(FIRST_LIMIT_MS, timeoutMs / 4);
  /** By RPC: until when it has asked to be left alone. */
  const busyUntil = urls.map(() => -Infinity);
  let current = 0;

  async function once(index: number, init: RequestInit | undefined, milliseconds: number) {
    const within = limit(Math.max(Math.ceil(milliseconds), 1));
    const signal = init?.signal ? AbortSignal.any([init.signal, within]) : within;
    const response = await fetch(urls[index]!, { ...init, signal });
    // Here, so that half a body is a failure of the request, and within its time.
    const text = await response.text();
    response.text = async () => text;
    return { response, text };
  }

  return async (_, init) => {
    const call = callOf(init?.body);
    const isRead = READ.test(call.method);
    const isScan = call.method === SCAN;
    const deadline = now() + timeoutMs * (isScan ? urls.length : 1);
    /** RPCs that won't ever answer this. */
    const lost = new Set<number>();
    const tries = urls.map(() => 0);
    const start = current;
    let last: { response: Response } | { error: unknown } = { error: new Error("no RPC given") };
    for (let made = 0; made < attempts; made += 1) {
      const index = nextOf(start + made, lost);
      if (index === null) break;
      const rest = busyUntil[index]! - now();
      const wait = rest > 0 ? rest : pauseMs(tries[index]!, random);
      tries[index]! += 1;
      if (made > 0 && now() + wait >= deadline) break;
      if (wait > 0) await pause(wait);
      const share = isScan || !isRead ? timeoutMs : firstLimitMs * 2 ** made;
      try {
        const { response, text } = await once(index, init, Math.min(share, deadline - now()));
        const problem = problemOf(call, response, text);
        if (problem === null) {
          current = index;
          return response;
        }
        if (problem === "refused") lost.add(index);
        if (response.status === 429) busyUntil[index] = now() + retryAfterMs(response);
        last = { response };
      } catch (error) {
        last = { error };
      }
      current = (index + 1) % urls.length;
      if (!isRead) break;
    }
    if ("error" in last) throw last.error;
    return last.response;
  };

  /** The next RPC in turn that is not lost; one that wants to be left alone only when all do. */
  function nextOf(turn: number, lost: ReadonlySet<number>): number | null {
    const left = urls.map((_, step) => (turn + step) % urls.length).filter((i) => !lost.has(i));
    const free = left.find((index) => busyUntil[index]! <= now());
    return free ?? left.sort((a, b) => busyUntil[a]! - busyUntil[b]!)[0] ?? null;
  }
}

interface Call {
  method: string;
  id: unknown;
}

/** Of a request's body; anything but a single call is not for repeating. */
function callOf(body: unknown): Call {
  try {
    const { method, id } = JSON.parse(String(body)) as Partial<Call>;
    return { method: String(method), id };
  } catch {
    return { method: "", id: undefined };
  }
}

/** What is wrong with an answer; `refused` when another try would get the same. */
function problemOf(call: Call, { status }: Response, text: string): "failed" | "refused" | null {
  if (status === 401 || status === 403) return "refused";
  if (status === 408 || status === 429 || status >= 500) return "failed";
  if (status !== 200) return null;
  // A scan's pages are large, and web3.js parses them again: half of one seldom ends so.
  const isWhole = text.startsWith("{") && text.trimEnd().endsWith("}");
  if (call.method === SCAN && isWhole && !text.includes('"error"')) return null;
  try {
    const answer = JSON.parse(text) as { id?: unknown; error?: { code?: number } } | null;
    if (answer?.error) {
      const [kind] = RPC_VERDICTS[answer.error.code ?? 0] ?? (["retryable"] as const);
      return kind === "retryable" ? "failed" : null;
    }
    // Somebody else's answer is none.
    return answer !== null && "result" in answer && answer.id === call.id ? null : "failed";
  } catch {
    return "failed";
  }
}

/** Between a half and the whole of a pause that doubles with each try of the same RPC; none before the first. */
function pauseMs(tries: number, random: () => number): number {
  if (tries === 0) return 0;
  const whole = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), MAX_PAUSE_MS);
  return (whole * (1 + random())) / 2;
}

/** How long an RPC asks to be left alone: in seconds, or until a date by its own clock, which is not ours. */
function retryAfterMs({ headers }: Response): number {
  const after = headers.get("retry-after") ?? "";
  const seconds = /^\d+$/.test(after)
    ? Number(after)
    : (Date.parse(after) - Date.parse(headers.get("date") ?? "")) / 1_000;
  return seconds > 0 ? Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS) : 0;
}
