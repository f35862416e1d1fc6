/** solana-bankrun (Agave 1.18) as a `Runtime`. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PublicKey, VersionedTransaction } from "@solana/web3.js";
import { Clock, start, type BanksTransactionMeta } from "solana-bankrun";
import { Bank } from "./bankrun-bank";
import type { AddressedAccount } from "./program";
import type { ChainAccount, Execution, Runtime } from "./runtime";
import { parseTransactionError } from "./transaction-error";

/** A program deployed in slot 0 is callable from the next one, and warping costs an account hash: once is enough. */
const BANK_SLOT = 1_000n;

/** The use of a bank by one chain; it ends when the next chain takes the bank over. */
class BankrunRuntime implements Runtime {
  readonly name = "bankrun";
  isOver = false;

  constructor(private readonly currentBank: Bank) {}

  private get bank(): Bank {
    if (this.isOver) {
      throw new Error(
        "this chain ended when a newer one was started; pass { isIsolated: true } to keep both",
      );
    }
    return this.currentBank;
  }

  async getAccount(address: PublicKey): Promise<ChainAccount | null> {
    return this.bank.read(address);
  }

  async setAccount(address: PublicKey, account: ChainAccount): Promise<void> {
    await this.bank.remember([address]);
    this.bank.write(address, account);
  }

  async process(transaction: VersionedTransaction, accounts: PublicKey[]): Promise<Execution> {
    await this.bank.remember(accounts);
    const runnable = await this.bank.underFreshBlockhash(transaction);
    const { result, meta } = await this.bank.ask("tryProcessTransaction", (client) =>
      client.tryProcessTransaction(runnable),
    );
    return execution(result, meta);
  }

  async simulate(transaction: VersionedTransaction): Promise<Execution> {
    const runnable = await this.bank.underFreshBlockhash(transaction, false);
    const { result, meta } = await this.bank.ask("simulateTransaction", (client) =>
      client.simulateTransaction(runnable),
    );
    return execution(result, meta);
  }

  /** Programs see the slot of the clock, so the bank itself can stay where it is. */
  async moveTo(slot: bigint, unixTimestamp: bigint): Promise<void> {
    const clock = await this.bank.ask("getClock", (client) => client.getClock());
    this.bank.setClock(
      new Clock(
        slot,
        clock.epochStartTimestamp,
        clock.epoch,
        clock.leaderScheduleEpoch,
        unixTimestamp,
      ),
    );
  }

  async rentExempt(size: number): Promise<bigint> {
    const rent = await this.bank.ask("getRent", (client) => client.getRent());
    return rent.minimumBalance(BigInt(size));
  }
}

function execution(result: string | null, meta: BanksTransactionMeta | null): Execution {
  return {
    err: result === null ? null : parseTransactionError(result),
    logs: meta?.logMessages ?? [],
    computeUnits: Number(meta?.computeUnitsConsumed ?? 0n),
  };
}

/** Banks to take over, by the programs they were started with, each with its last user. */
const pool = new Map<string, { bank: Bank; user: BankrunRuntime }>();

/**
 * A bankrun bank holding `programs` and its own token programs.
 *
 * bankrun never lets go of a bank: 12 MB and six threads stay for good, and a few hundred of them starve a
 * test run. So the next chain takes the bank of the last one over, every account as it was at the start.
 */
export async function startBankrun(
  programs: AddressedAccount[],
  isIsolated = false,
): Promise<Runtime> {
  if (isIsolated) return new BankrunRuntime(await startBank(programs));
  const key = digest(programs);
  const pooled = pool.get(key);
  if (pooled) {
    pooled.user.isOver = true;
    await pooled.bank.restore();
  }
  const bank = pooled?.bank ?? (await startBank(programs));
  const user = new BankrunRuntime(bank);
  pool.set(key, { bank, user });
  return user;
}

async function startBank(programs: AddressedAccount[]): Promise<Bank> {
  process.env.RUST_LOG ??= "off"; // otherwise each program log line is printed as well
  keepScratch();
  const context = await start(
    [],
    programs.map(({ address, account }) => ({
      address,
      info: { ...account, lamports: Number(account.lamports) },
    })),
  );
  context.warpToSlot(BANK_SLOT);
  return new Bank(context);
}

let scratch: string | undefined;

/** A bank leaves empty folders in the temporary directory and never removes them: it gets one that goes with us. */
function keepScratch(): void {
  if (scratch) return;
  const folder = mkdtempSync(join(tmpdir(), "milepost-bankrun-"));
  scratch = folder;
  process.env.TMPDIR = folder;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}

function digest(programs: AddressedAccount[]): string {
  const hash = createHash("sha256");
  for (const { address, account } of programs) hash.update(address.toBytes()).update(account.data);
  return hash.digest("hex");
}
