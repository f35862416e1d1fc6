/** A chain in process, behind connections that go wrong when told to. */
import { Connection } from "@solana/web3.js";
import type { Chain } from "../../tests/harness";
import { answerRpc } from "../../tests/harness/rpc";

interface Request {
  id: number;
  method: string;
  params?: unknown[];
}

/** Answers with a result, or throws as `fetch` does. `next` asks the chain. */
export type Fault = (request: Request, next: () => Promise<unknown>) => Promise<Response | unknown>;

/** A chain takes one transaction after another, whoever sends it. */
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

/** A web3.js `Connection` to the chain; `fault` may be set at any time. */
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

  /** How often the method was called. */
  count(method: string): number {
    return this.calls.filter((each) => each === method).length;
  }
}

/** A JSON-RPC answer with this result. */
export function result(request: Request, value: unknown): unknown {
  return { jsonrpc: "2.0", id: request.id, result: value };
}

/** A result in a context, as most methods have it. */
export function inContext(request: Request, value: unknown, slot = 1_000): unknown {
  return result(request, { context: { slot }, value });
}

/** How far a node has seen: at `absoluteSlot`, the block height was `blockHeight`. */
export function seen(request: Request, blockHeight: number, absoluteSlot = blockHeight): unknown {
  const epoch = { epoch: 0, slotIndex: absoluteSlot, slotsInEpoch: 432_000 };
  return result(request, { ...epoch, absoluteSlot, blockHeight, transactionCount: 0 });
}

/** Takes the transaction and forgets it. */
export const dropped: Fault = async (request, next) =>
  request.method === "sendTransaction" ? result(request, "1".repeat(88)) : next();

/** The transaction lands, the answer never comes. */
export const timesOut: Fault = async (request, next) => {
  const answer = await next();
  if (request.method !== "sendTransaction") return answer;
  throw new DOMException("The operation was aborted due to timeout", "TimeoutError");
};

/** A node that has not heard of anything yet. */
export const lags: Fault = async (request, next) => {
  if (request.method === "getSignatureStatuses") return inContext(request, [null]);
  return next();
};
