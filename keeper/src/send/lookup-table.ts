/** Provides lookup tables of the accounts that executions share, so that more executions fit a transaction. */
import type { Execution } from "@milepost/sdk";
import type { AddressLookupTableAccount, PublicKey } from "@solana/web3.js";
import { lookupTables, useLookupTables } from "../store/lookup-tables";
import { LookupTableLifecycle, type LookupTableLifecycleOptions } from "./lookup-table-lifecycle";

export interface LookupTablesOptions extends LookupTableLifecycleOptions {
  /** Number of uses from which an address is worth a place. Default: 2. */
  minUses?: number;
  /** Returns a slot that the chain has reached, without a request; null when none is known. Default: none is. */
  knownSlot?: () => number | null;
  /** Number of addresses that justify the fees and rent of a table, or keeping it. Default: 4. */
  minNew?: number;
}

const MAX_ADDRESSES = 256;
/** Number of waits for a slot before going on without the table. */
const SLOT_WAITS = 10;
const SLOT_MS = 400;
/** Slots without a new attempt after a table failed, about two minutes: payments go on without one. */
const REST_SLOTS = 300;
/** Interval at which the use of a table is stored. */
const USE_SLOTS = 1_000;

export class LookupTables {
  private readonly known = new Map<string, AddressLookupTableAccount>();
  private readonly usedAt = new Map<string, number>();
  private readonly life: LookupTableLifecycle;
  private last: Promise<unknown> = Promise.resolve();
  /** Slot before which no table is made or extended. */
  private restsUntil = 0;

  constructor(private readonly options: LookupTablesOptions) {
    this.life = new LookupTableLifecycle(options);
  }

  /**
   * Returns tables for these executions that can be used in the next slot, and makes or extends one where that pays.
   * Returns none when that fails: then a transaction takes fewer executions.
   */
  tablesFor(executions: readonly Execution[]): Promise<AddressLookupTableAccount[]> {
    // One runs after another: two that miss the same addresses at once would pay for them twice.
    const result = this.last.then(() => this.tablesInTurn(executions));
    this.last = result;
    return result;
  }

  /** Forgets the tables, which are then read again; call it after an error that involves a table. */
  forget(): void {
    this.known.clear();
  }

  /** Ends a table's use; `maintain` closes it later. Resolves with true when the chain has accepted it. */
  retire(address: string): Promise<boolean> {
    this.known.delete(address);
    return this.life.retire(address);
  }

  /**
   * Continues interrupted steps, and gets back the rent of tables that are no longer used. Call it at intervals.
   * Rejects when the RPC or the database does.
   */
  maintain(): Promise<void> {
    return this.life.maintain();
  }

  private async tablesInTurn(
    executions: readonly Execution[],
  ): Promise<AddressLookupTableAccount[]> {
    const { minUses = 2, minNew = 4 } = this.options;
    try {
      const wanted = sharedAddresses(executions, minUses);
      const tables = await this.active();
      const held = tables.map(namesIn);
      const isHeld = (address: string) => held.some((names) => names.has(address));
      const missing = wanted.filter((address) => !isHeld(address.toBase58()));
      if (missing.length >= minNew) await this.addInTime(missing, tables);
      const usable = await this.usable(await this.active());
      await this.markUsed(usable.tables, wanted, usable.slot);
      return usable.tables;
    } catch (error) {
      this.options.onProblem?.(error);
      return [];
    }
  }

  /** Adds the addresses, unless a table failed a short time ago. */
  private async addInTime(
    missing: readonly PublicKey[],
    tables: readonly AddressLookupTableAccount[],
  ): Promise<void> {
    const { connection, commitment } = this.options.context;
    const slot = await connection.getSlot(commitment);
    if (slot < this.restsUntil) return;
    if (!(await this.life.add(missing, tables))) this.restsUntil = slot + REST_SLOTS;
    this.forget();
  }

  private async active(): Promise<AddressLookupTableAccount[]> {
    const records = await lookupTables(this.options.database);
    const tables = await Promise.all(
      records.map(async ({ address, addresses }) => {
        const known = this.known.get(address);
        if (known && known.state.addresses.length === addresses.length) return known;
        const table = await this.life.read(address);
        if (table) this.known.set(address, table);
        return table;
      }),
    );
    return tables.filter(
      (table) => table !== null && table.isActive(),
    ) as AddressLookupTableAccount[];
  }

  /** Returns the table once it counts: from the slot after its last extension on. */
  private async usable(
    tables: readonly AddressLookupTableAccount[],
  ): Promise<{ tables: AddressLookupTableAccount[]; slot: number }> {
    const { context, pause, signal } = this.options;
    const newest = Math.max(0, ...tables.map(({ state }) => state.lastExtendedSlot));
    let slot = this.options.knownSlot?.() ?? 0;
    if (slot <= newest) slot = await context.connection.getSlot(context.commitment);
    for (let waits = 0; slot <= newest && waits < SLOT_WAITS; waits += 1) {
      await pause(SLOT_MS, signal);
      slot = await context.connection.getSlot(context.commitment);
    }
    return { tables: tables.filter(({ state }) => state.lastExtendedSlot < slot), slot };
  }

  /** Records the use of a table. A table is of use while it holds as many addresses as justify a new one. */
  private async markUsed(
    tables: readonly AddressLookupTableAccount[],
    wanted: readonly PublicKey[],
    slot: number,
  ): Promise<void> {
    const names = wanted.map(String);
    const used = tables
      .filter((table) => {
        const held = namesIn(table);
        return names.filter((name) => held.has(name)).length >= (this.options.minNew ?? 4);
      })
      .map(({ key }) => key.toBase58())
      .filter((address) => slot - (this.usedAt.get(address) ?? -USE_SLOTS) >= USE_SLOTS);
    if (used.length === 0) return;
    await useLookupTables(this.options.database, used, slot);
    for (const address of used) this.usedAt.set(address, slot);
  }
}

const namesOfTables = new WeakMap<AddressLookupTableAccount, ReadonlySet<string>>();

/** Returns a table's addresses as base58, computed once per table that was read. */
function namesIn(table: AddressLookupTableAccount): ReadonlySet<string> {
  const names = namesOfTables.get(table) ?? new Set(table.state.addresses.map(String));
  namesOfTables.set(table, names);
  return names;
}

/**
 * Returns the addresses that at least `minUses` of the executions name, the most used first; neither signers nor the
 * programs called.
 */
export function sharedAddresses(executions: readonly Execution[], minUses: number): PublicKey[] {
  const uses = new Map<string, { address: PublicKey; count: number }>();
  const excluded = new Set<string>();
  for (const { setup, instruction } of executions) {
    const named = new Map<string, PublicKey>();
    for (const { programId, keys } of [...setup, instruction]) {
      excluded.add(programId.toBase58());
      for (const { pubkey, isSigner } of keys) {
        if (isSigner) excluded.add(pubkey.toBase58());
        named.set(pubkey.toBase58(), pubkey);
      }
    }
    for (const [key, address] of named) {
      uses.set(key, { address, count: (uses.get(key)?.count ?? 0) + 1 });
    }
  }
  return [...uses]
    .filter(([key, { count }]) => !excluded.has(key) && count >= minUses)
    .sort(([, a], [, b]) => b.count - a.count)
    .slice(0, MAX_ADDRESSES)
    .map(([, { address }]) => address);
}
