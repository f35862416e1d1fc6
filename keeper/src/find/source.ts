/** Where a keeper learns of policies: events, and a scan of all of them. */
import type { PublicKey } from "@solana/web3.js";
import type { PlannedPolicy } from "./plan";

/** A part of a scan. */
export interface PolicyPage {
  /** Slot as of which the page shows all of its policies. */
  slot: number;
  /** Policies of the page. A delegated one is planned from its account; of a held one, the keeper also reads the escrow. */
  policies: readonly {
    /** Address of the policy, base58. */
    address: string;
    /** Account of the policy, as the SDK's `decodeAccount` returns it. */
    policy: PlannedPolicy;
  }[];
  /**
   * Cursor of the page after this one. A scan from there continues with that page, also minutes later. Default: none;
   * the keeper then takes all pages of a scan at once, and begins again when one fails.
   */
  next?: string;
}

/** Request for a scan, see `PolicySource.scan`. */
export interface ScanRequest {
  /** Cursor of the first page to read: the `next` of an earlier page. Default: the beginning. */
  from?: string;
  /** Signal that aborts when the keeper stops. */
  signal: AbortSignal;
  /**
   * Makes a request of the scan. When it rejects with an `RpcRateLimitedError`, or as web3.js does at a 429, waits as
   * long as the error asks for, at most 10 minutes, and makes the same request again.
   */
  attempt<T>(request: () => Promise<T>): Promise<T>;
}

/**
 * Receives what a source learns. Events may be repeated, late and out of order: the newest slot counts. Each returns
 * at once and never throws.
 */
export interface PolicyListener {
  /**
   * Reports that a policy was created, changed or deleted in the slot. Without the account, or for a held policy, the
   * keeper reads it from its RPC.
   */
  policyChanged(address: string, slot: number, policy?: PlannedPolicy): void;
  /** Reports that the escrow of a policy changed in the slot; the keeper reads both. */
  escrowChanged(policy: string, slot: number): void;
  /** Reports that the program's config changed in the slot; the keeper scans again. */
  configChanged(slot: number): void;
  /** Reports a slot: the chain has come to it, and what was reported before it is complete. */
  slotSeen(slot: number): void;
  /** Reports that events may be missing; the keeper scans again soon. */
  gap(): void;
  /** Reports an error, for the log. The source itself tries again. */
  failed(error: unknown): void;
}

/**
 * Source of policies in place of the RPC's websocket and `getProgramAccounts`, such as Yellowstone gRPC or webhooks.
 * A source may delay payments by what it leaves out. It cannot cause a wrong payment, because the keeper reads a
 * policy from its RPCs before it signs.
 */
export interface PolicySource {
  /** True while events arrive. While false, the keeper reads each policy that it has paid again by itself. */
  readonly isLive: boolean;
  /**
   * Starts to report events. May resolve when it is subscribed: the first scan waits for that, for 3 seconds at most,
   * so that nothing is missed in between.
   */
  start(listener: PolicyListener): void | Promise<void>;
  /** Stops to report events; called once. */
  stop(): void;
  /**
   * Reads all policies of the program in pages, each policy in one page. Rejects when a page can't be read: a policy
   * that a complete scan leaves out counts as deleted once the RPC agrees.
   */
  scan(request: ScanRequest): AsyncIterable<PolicyPage>;
  /**
   * Returns the gateways whose signer this is. Default: the keeper asks its RPC, with `getProgramAccounts`.
   */
  gatewaysOf?(signer: PublicKey): Promise<readonly PublicKey[]>;
}
