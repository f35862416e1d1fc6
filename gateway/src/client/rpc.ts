/** The few calls of Solana's JSON-RPC that a proof needs. */
import { EventVerificationError } from "./verification-error";

/** Calls a method of an RPC. */
export type RpcCall = (method: string, params: unknown[]) => Promise<unknown>;

const TIME_LIMIT_MS = 15_000;

/** Returns a function that calls the RPC at `url`. Its errors name the host alone: a URL may hold a key. */
export function rpcAt(url: string): RpcCall {
  const { host } = new URL(url);
  return async (method, params) => {
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
      });
      const body = (await answer.json()) as { result?: unknown; error?: { message?: string } };
      if (body.error) throw new Error(body.error.message ?? "an error");
      return body.result;
    } catch (error) {
      throw new EventVerificationError("rpc_unavailable", `${host} did not answer ${method}`, {
        cause: error,
      });
    }
  };
}
