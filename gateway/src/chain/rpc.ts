/** Calls of the connection that the SDK has no function for, with the gateway's errors. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  AccountKindError,
  AccountMismatchError,
  AccountNotFoundError,
  CpiGuardError,
  InvalidInputError,
  MilepostError,
  MilepostErrorCode,
  RpcError,
  SendError,
  TransferRefusedError,
  UnsupportedMintError,
} from "@milepost/sdk";
import type { Connection } from "@solana/web3.js";
import { GatewayError } from "../errors/gateway-error";

/** A node that lags is asked again: 20 times within 8 seconds. */
const TRIES = 20;
const PAUSE_MS = 400;

const isUnanswered = (cause: unknown): boolean =>
  cause instanceof TypeError && cause.message === "fetch failed";

/**
 * Runs a read of the connection. A node that has not reached `minContextSlot` is asked again, and once more one that did not
 * answer.
 * Throws `GatewayError` (`chain_unavailable`).
 */
export async function callRpc<T>(method: string, call: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (cause) {
      // A connection that the node closed while it was idle fails the next call, and not the one after it.
      if (tried === 1 && isUnanswered(cause)) continue;
      const isBehind = /minimum context slot/i.test(String((cause as Error | null)?.message));
      if (!isBehind || tried >= TRIES) throw unavailable(`did not answer ${method}`, cause);
      await sleep(PAUSE_MS);
    }
  }
}

const unavailable = (what: string, cause: unknown): GatewayError =>
  new GatewayError("chain_unavailable", `The chain's RPC ${what}. Repeat the request.`, {
    retryAfter: 2,
    cause,
  });

/** Errors about what the client named. */
const OF_INPUT = [
  AccountKindError,
  AccountMismatchError,
  AccountNotFoundError,
  CpiGuardError,
  InvalidInputError,
  TransferRefusedError,
  UnsupportedMintError,
] as const;

/** Returns the error that a client reads for an error of the SDK; null for any other. */
export function chainError(error: unknown): GatewayError | null {
  if (!(error instanceof MilepostError)) return null;
  if (error instanceof RpcError) return unavailable(`did not answer ${error.method}`, error);
  if (error instanceof SendError && error.code === MilepostErrorCode.SendUnconfirmed) {
    return unavailable("did not confirm the transaction yet", error);
  }
  const text = [error.shortMessage, ...error.metaMessages].join(" ");
  const isInput = OF_INPUT.some((kind) => error instanceof kind);
  return new GatewayError(isInput ? "invalid_request" : "chain_refused", text, { cause: error });
}

/** Returns the chain's block height. Throws `GatewayError` (`chain_unavailable`). */
export const readBlockHeight = ({ connection }: { connection: Connection }): Promise<number> =>
  callRpc("getBlockHeight", () => connection.getBlockHeight());
