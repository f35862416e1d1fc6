/** Errors of a pool of RPCs, as requests reject with them. Each names the host, never the rest of its URL. */
import type { RpcProblem } from "./rpc-answers";

/** Reports that no configured RPC offers a method that the keeper needs. */
export class RpcMethodUnavailableError extends Error {
  /** Stable code of the error; branch on it, since messages may change. */
  readonly code = "RPC_METHOD_UNAVAILABLE";

  constructor(
    /** JSON-RPC method that no RPC offers. */
    readonly method: string,
    /** Refusals, one per RPC that was asked. */
    readonly refusals: readonly {
      /** Host and port of the RPC, without the rest of its URL. */
      host: string;
      /** JSON-RPC code, or HTTP status, of the refusal; missing when there was none. */
      code?: number;
      /** Text of the refusal, as the RPC sent it; missing when there was none. */
      message?: string;
    }[],
  ) {
    const who = refusals.map(({ host, code, message }) => {
      const why = [code, message?.slice(0, 200)].filter((part) => part !== undefined).join(" ");
      return why ? `${host} (${why})` : host;
    });
    super(
      `${method} is not available at ${who.join(", ")}. Use an RPC plan that includes ${method}, or add another --url.`,
    );
    this.name = "RpcMethodUnavailableError";
  }
}

/** Reports an unusable answer: it is of an earlier slot than requested, or does not answer the request. */
export class RpcAnswerError extends Error {
  /**
   * Stable code: `RPC_BEHIND` for state from before the slot asked for, `RPC_GARBAGE` for any other unusable answer.
   */
  readonly code: string;

  constructor(
    /** Host and port of the RPC, without the rest of its URL. */
    readonly host: string,
    /** JSON-RPC method of the request. */
    readonly method: string,
    /** Kind of the problem, such as `behind` or `garbage`. */
    readonly problem: RpcProblem,
  ) {
    const what =
      problem === "behind"
        ? "with state from before the slot asked for"
        : "with an unusable answer";
    super(`${host} answered ${method} ${what}. The request is repeated later.`);
    this.name = "RpcAnswerError";
    this.code = problem === "behind" ? "RPC_BEHIND" : "RPC_GARBAGE";
  }
}

/** Reports that an RPC asks for fewer requests. A scan waits, then repeats the request. */
export class RpcRateLimitedError extends Error {
  /** Stable code of the error; branch on it, since messages may change. */
  readonly code = "RPC_RATE_LIMITED";

  constructor(
    /** Host and port of the RPC, without the rest of its URL. */
    readonly host: string,
    /** JSON-RPC method of the request. */
    readonly method: string,
    /** Pause that the RPC asks for, in milliseconds; 0 when it names none. */
    readonly retryAfterMs: number,
  ) {
    super(`${host} asks for fewer requests (${method}). The request is repeated later.`);
    this.name = "RpcRateLimitedError";
  }
}

/** Returns the rate limit that ends first; undefined when no error is one. */
export function soonestLimit(errors: readonly unknown[]): RpcRateLimitedError | undefined {
  return errors
    .filter((error) => error instanceof RpcRateLimitedError)
    .sort((a, b) => a.retryAfterMs - b.retryAfterMs)[0];
}

/** Reports that the RPC was not asked, because it is set aside and others are not. */
export class RpcSetAsideError extends Error {
  /** Stable code of the error; branch on it, since messages may change. */
  readonly code = "RPC_SET_ASIDE";

  constructor(
    /** Host and port of the RPC, without the rest of its URL. */
    readonly host: string,
    /** Reason, a `SetAsideReason`. */
    readonly reason: string,
  ) {
    super(`${host} is set aside (${reason}). The other RPCs are asked instead.`);
    this.name = "RpcSetAsideError";
  }
}

/** Reports that every RPC that could be asked leads to another chain than the keeper works on. */
export class RpcWrongChainError extends Error {
  /** Stable code of the error; branch on it, since messages may change. */
  readonly code = "RPC_WRONG_CHAIN";

  constructor(
    /** Hosts and ports of the RPCs that lead to another chain. */
    readonly hosts: readonly string[],
    /** Genesis hash of the keeper's chain, base58; null when it was not known yet. */
    readonly genesisHash: string | null,
  ) {
    super(
      `${hosts.join(", ")} leads to another chain than ${genesisHash ?? "before"}. Point --url to an RPC of the keeper's chain.`,
    );
    this.name = "RpcWrongChainError";
  }
}
