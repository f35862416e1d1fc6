/** Views of an RPC's state, as metrics, log and status show it. */

/** Reason for which an RPC is set aside. */
export type SetAsideReason =
  "failing" | "slow" | "behind" | "too large" | "rate limited" | "wrong chain";

/** An RPC as metrics, log and status show it. */
export interface RpcHostView {
  /** Host and port of the RPC; the rest of its URL may hold a key. */
  host: string;
  /** Reason for which the RPC is set aside; null while it is used as the others are. */
  setAside: SetAsideReason | null;
  /** Moving average of the time to an answer, in milliseconds; null before the first answer. */
  latencyMs: number | null;
  /** Slot of the last answer that had one; null before the first. */
  slot: number | null;
  /** Names of the methods that the RPC has refused lately. */
  unsupported: string[];
}

/** A change of one RPC, as `RpcHealth.onChange` reports it. */
export interface RpcChange {
  /** Host and port of the RPC, without the rest of its URL. */
  host: string;
  /** Reason for which the RPC is set aside now; null when it is used again. */
  setAside: SetAsideReason | null;
  /** Number of URLs of this host that are set aside now. */
  count: number;
}
