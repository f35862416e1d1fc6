/** Types of a batch of payments, and of the pass that an attempt at it needs. */
import type { Execution, ReleaseSnapshot } from "@milepost/sdk";
import type { AddressLookupTableAccount } from "@solana/web3.js";
import type { Delivery } from "../send/deliver";
import type { Signed } from "../send/sign";
import type { Verdict } from "../send/verdicts";
import type { Journaled } from "../store/attempts";
import type { Item } from "./decide";
import type { RentShare } from "./rent-budget";
import type { WorkerOptions } from "./worker-options";

/** A payment that can be made now. */
export interface Ready extends Item {
  execution: Execution;
  snapshot: ReleaseSnapshot;
}

/** Payments that are to share a transaction, and how earlier attempts at them ended. */
export interface Batch {
  items: readonly Ready[];
  lookupTables: readonly AddressLookupTableAccount[];
  /** Number of attempts in a row that exceeded their compute limit. */
  exceeded: number;
  /** Number of failures for which some members had to leave. */
  failures: number;
}

/** The pass, as an attempt at a batch sees it. */
export interface PassContext {
  options: WorkerOptions;
  /** Share of the rent budget; null without a limit. */
  rent: RentShare | null;
  /** Ends deliveries; what is signed stays in the journal. */
  signal: AbortSignal;
  /** Returns true once the worker may sign nothing more. */
  isStopping(): boolean;
  /** Returns true while signed bytes for the policy may still land. */
  mayStillLand(policy: string): boolean;
  /** Returns the items whose leases this worker still holds, and forgets the other leases. */
  stillHeld(items: readonly Ready[]): Promise<Ready[]>;
  /** Stores what was signed for the items. Returns null, with nothing stored, when one of their leases is lost. */
  journal(items: readonly Ready[], signed: Signed): Promise<Journaled | null>;
  /** Records how an attempt ended, see `closeAttempt`. */
  close(attempt: Journaled, delivery: Delivery): Promise<void>;
  /** Ends the leases on items whose result is in the store. */
  ended(items: readonly Item[]): Promise<void>;
  /**
   * Postpones an item that could not be paid; `tried` is true after a failure in a simulation or on chain. The other
   * payments do not wait until the store has it.
   */
  postponed(item: Item, verdict: Verdict, snapshot: ReleaseSnapshot | null, tried?: boolean): void;
}
