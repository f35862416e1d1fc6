/** Errors of a pool of RPCs, as requests reject with them. Each names the host, never the rest of its URL. */
import type { RpcProblem } from "./rpc-answers";

/** No RPC given offers a method that the keeper needs. */
export class RpcMethodUnavailableError extends Error {
  readonly code = "RPC_METHOD_UNAVAILABLE";

  constructor(
    readonly method: string,
    readonly refusals: readonly { host: string; code?: number; message?: string }[],
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
  readonly code: string;

  constructor(
    readonly host: string,
    readonly method: string,
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
  readonly code = "RPC_SET_ASIDE";

  constructor(
    readonly host: string,
    readonly reason: string,
  ) {
    super(`${host} is set aside (${reason}). The other RPCs are asked instead.`);
    this.name = "RpcSetAsideError";
  }
}

/** Every RPC that could be asked leads to another chain than the keeper works on. */
export class RpcWrongChainError extends Error {
  readonly code = "RPC_WRONG_CHAIN";

  constructor(
    readonly hosts: readonly string[],
    readonly genesisHash: string | null,
  ) {
    super(
      `${hosts.join(", ")} leads to another chain than ${genesisHash ?? "before"}. Point --url to an RPC of the keeper's chain.`,
    );
    this.name = "RpcWrongChainError";
  }
}
