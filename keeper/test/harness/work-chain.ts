/** Provides a chain in process, behind connections that fail on demand. */
import { Connection } from "@solana/web3.js";
import type { Chain } from "../../../tests/harness";
import { answerRpc } from "../../../tests/harness/rpc";

interface Request {
  id: number;
  method: string;
  params?: unknown[];
}

/** Answers with a result, or throws as `fetch` does. `next` asks the chain. */
export type Fault = (request: Request, next: () => Promise<unknown>) => Promise<unknown>;

/** Last transaction of each chain, which takes one after another. */
const turns = new WeakMap<Chain, Promise<unknown>>();

function inTurn<T>(chain: Chain, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(chain) ?? Promise.resolve()).then(work);
  turns.set(
    chain,
    turn.catch(() => undefined),
  );
  return turn;
}

const honest: Fault = (_request, next) => next();

/** `Connection` of web3.js to the chain; `fault` may be set at any time. */
export class FaultyConnection extends Connection {
  readonly calls: string[] = [];
  private readonly wires: { fault: Fault };

  constructor(chain: Chain) {
    const wires = { fault: honest };
    const calls: string[] = [];
    super("http://chain.invalid", {
      commitment: "confirmed",
      disableRetryOnRateLimit: true,
      fetch: async (_url, init) => {
        const request = JSON.parse(String(init?.body)) as Request;
        calls.push(request.method);
        const answer = await wires.fault(request, () =>
          inTurn(chain, () => answerRpc(chain, request as never)),
        );
        return answer instanceof Response ? answer : Response.json(answer);
      },
    });
    this.wires = wires;
    this.calls = calls;
    (this as unknown as { _disableBlockhashCaching: boolean })._disableBlockhashCaching = true;
  }

  set fault(fault: Fault | null) {
    this.wires.fault = fault ?? honest;
  }

  /** Returns the number of calls of the method. */
  count(method: string): number {
    return this.calls.filter((each) => each === method).length;
  }
}

/** Returns a JSON-RPC answer with this result. */
export function result(request: Request, value: unknown): unknown {
  return { jsonrpc: "2.0", id: request.id, result: value };
}

/** Returns a result in a context, as most methods have it. */
export function inContext(request: Request, value: unknown, slot = 1_000): unknown {
  return result(request, { context: { slot }, value });
}

/** Returns the progress of a node: at `absoluteSlot`, the block height was `blockHeight`. */
export function seen(request: Request, blockHeight: number, absoluteSlot = blockHeight): unknown {
  const epoch = { epoch: 0, slotIndex: absoluteSlot, slotsInEpoch: 432_000 };
  return result(request, { ...epoch, absoluteSlot, blockHeight, transactionCount: 0 });
}

/** Accepts the transaction and drops it. */
export const dropped: Fault = async (request, next) =>
  request.method === "sendTransaction" ? result(request, "1".repeat(88)) : next();

/** Lands the transaction without ever answering. */
export const timesOut: Fault = async (request, next) => {
  const answer = await next();
  if (request.method !== "sendTransaction") return answer;
  throw new DOMException("The operation was aborted due to timeout", "TimeoutError");
};

/** Answers as a node that has not heard of anything yet. */
export const lags: Fault = async (request, next) => {
  if (request.method === "getSignatureStatuses") return inContext(request, [null]);
  return next();
};
