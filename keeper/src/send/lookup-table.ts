/** Lookup tables of the accounts that executions share: more of them fit a transaction. */
import type { Execution } from "@milepost/sdk";
import type { AddressLookupTableAccount, PublicKey } from "@solana/web3.js";
import { lookupTables, useLookupTables } from "../store/lookup-tables";
import { TableLife, type TableLifeOptions } from "./table-life";

export interface LookupTablesOptions extends TableLifeOptions {
  /** How often an address has to occur to be worth a place. Default: 2. */
  minUses?: number;
  /** Addresses that are worth a table: its fees and its rent, or its being kept. Default: 4. */
  minNew?: number;
}

const MAX_ADDRESSES = 256;
/** How often a slot is waited for before going on without the table. */
const SLOT_WAITS = 10;
const SLOT_MS = 400;
/** After a table that did not come about, payments go on without: about two minutes. */
const REST_SLOTS = 300;
/** How often it is stored that a table was of use. */
const USE_SLOTS = 1_000;

export class LookupTables {
  private readonly known = new Map<string, AddressLookupTableAccount>();
  private readonly usedAt = new Map<string, number>();
  private readonly life: TableLife;
  private last: Promise<unknown> = Promise.resolve();
  /** No table is made or extended before. */
  private restsUntil = 0;

  constructor(private readonly options: LookupTablesOptions) {
    this.life = new TableLife(options);
  }

  /**
   * Tables for these executions that can be used in the next slot, made or extended where that is worth it. Without any
   * when it does not work out: then a transaction takes fewer executions.
   */
  tablesFor(executions: readonly Execution[]): Promise<AddressLookupTableAccount[]> {
    // One after another: two that miss the same addresses at once would pay for them twice.
    const result = this.last.then(() => this.tablesInTurn(executions));
    this.last = result;
    return result;
  }

  /** Looks at the tables anew; after an error that a table was part of. */
  forget(): void {
    this.known.clear();
  }

  /** Ends a table's use; `maintain` closes it later. Resolves with whether the chain has taken it. */
  retire(address: string): Promise<boolean> {
    this.known.delete(address);
    return this.life.retire(address);
  }

  /**
   * To be called now and then: goes on with what was broken off, and gets back the rent of tables that nothing uses any
   * more. Rejects when the RPC or the database does.
   */
  maintain(): Promise<void> {
    return this.life.maintain();
  }

  private async tablesInTurn(
    executions: readonly Execution[],
  ): Promise<AddressLookupTableAccount[]> {
    const { minUses = 2, minNew = 4, context } = this.options;
    try {
      const wanted = sharedAddresses(executions, minUses);
      const tables = await this.active();
      const held = new Set(tables.flatMap(({ state }) => state.addresses.map(String)));
      const missing = wanted.filter((address) => !held.has(address.toBase58()));
      const slot = await context.connection.getSlot(context.commitment);
      if (missing.length >= minNew && slot >= this.restsUntil) {
        if (!(await this.life.add(missing, tables))) this.restsUntil = slot + REST_SLOTS;
        this.forget();
      }
      const usable = await this.usable(await this.active());
      await this.markUsed(usable.tables, wanted, usable.slot);
      return usable.tables;
    } catch (error) {
      this.options.onProblem?.(error);
      return [];
    }
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

  /** A table counts from the slot after its last extension on. */
  private async usable(
    tables: readonly AddressLookupTableAccount[],
  ): Promise<{ tables: AddressLookupTableAccount[]; slot: number }> {
    const { context, pause, signal } = this.options;
    const newest = Math.max(0, ...tables.map(({ state }) => state.lastExtendedSlot));
    let slot = await context.connection.getSlot(context.commitment);
    for (let waits = 0; slot <= newest && waits < SLOT_WAITS; waits += 1) {
      await pause(SLOT_MS, signal);
      slot = await context.connection.getSlot(context.commitment);
    }
    return { tables: tables.filter(({ state }) => state.lastExtendedSlot < slot), slot };
  }

  /** A table is of use while it holds as many addresses as would be worth a new one. */
  private async markUsed(
    tables: readonly AddressLookupTableAccount[],
    wanted: readonly PublicKey[],
    slot: number,
  ): Promise<void> {
    const names = new Set(wanted.map(String));
    const used = tables
      .filter(({ state }) => {
        const count = state.addresses.filter((address) => names.has(address.toBase58())).length;
        return count >= (this.options.minNew ?? 4);
      })
      .map(({ key }) => key.toBase58())
      .filter((address) => slot - (this.usedAt.get(address) ?? -USE_SLOTS) >= USE_SLOTS);
    if (used.length === 0) return;
    await useLookupTables(this.options.database, used, slot);
    for (const address of used) this.usedAt.set(address, slot);
  }
}

/** What at least `minUses` of the executions name, the most used first; neither signers nor the programs called. */
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
