/** Errors of a pool of RPCs, as requests reject with them. Each names the host, never the rest of its URL. */
import type { RpcProblem } from "./rpc-answers";

/** No RPC given offers a method that the keeper needs. */
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

/** An RPC's answer can't be used: it is of an earlier slot than asked for, or not an answer to the request. */
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

/** The RPC is set aside, and others are not: it is not asked. */
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

/** Every RPC that could be asked leads to another chain than the keeper works on. */
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
