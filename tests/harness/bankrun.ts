/** solana-bankrun (Agave 1.18) as a `Runtime`. */
import { PublicKey, SystemProgram, VersionedTransaction } from "@solana/web3.js";
import { Clock, start, type BanksTransactionMeta, type ProgramTestContext } from "solana-bankrun";
import type { AddressedAccount } from "./program";
import type { ChainAccount, Execution, Runtime } from "./runtime";
import { parseTransactionError } from "./transaction-error";

/** bankrun's server may stop answering after an error; a test must then fail, not hang. */
const ANSWER_WITHIN_MS = 30_000;

async function answered<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`bankrun gave no answer to ${what} within ${ANSWER_WITHIN_MS} ms`)),
      ANSWER_WITHIN_MS,
    );
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}

class BankrunRuntime implements Runtime {
  readonly name = "bankrun";
  /** Messages already run under `usedBlockhash`: those need a newer one. */
  private readonly usedMessages = new Set<string>();
  private usedBlockhash = "";

  /** `reserveLamports`: what bankrun's own rich account holds; nothing else here spends from it. */
  constructor(
    private readonly context: ProgramTestContext,
    private reserveLamports: bigint,
  ) {}

  async getAccount(address: PublicKey): Promise<ChainAccount | null> {
    const found = await answered("getAccount", this.context.banksClient.getAccount(address));
    if (!found || found.lamports === 0) return null;
    return {
      lamports: BigInt(found.lamports),
      data: Buffer.from(found.data),
      owner: new PublicKey(found.owner),
      executable: found.executable,
    };
  }

  /**
   * bankrun counts every lamport when it warps and aborts the process if one came from nowhere, so what an
   * account gains is taken from a reserve, and what it loses goes there.
   */
  async setAccount(address: PublicKey, account: ChainAccount): Promise<void> {
    const before = (await this.getAccount(address))?.lamports ?? 0n;
    this.reserveLamports -= account.lamports - before;
    this.write(address, account);
    this.write(this.context.payer.publicKey, {
      lamports: this.reserveLamports,
      data: Buffer.alloc(0),
      owner: SystemProgram.programId,
      executable: false,
    });
  }

  async process(transaction: VersionedTransaction): Promise<Execution> {
    const runnable = await this.underFreshBlockhash(transaction);
    const { result, meta } = await answered(
      "a transaction",
      this.context.banksClient.tryProcessTransaction(runnable),
    );
    return execution(result, meta);
  }

  async simulate(transaction: VersionedTransaction): Promise<Execution> {
    const runnable = await this.underFreshBlockhash(transaction, false);
    const { result, meta } = await answered(
      "a simulation",
      this.context.banksClient.simulateTransaction(runnable),
    );
    return execution(result, meta);
  }

  async moveTo(slot: bigint, unixTimestamp: bigint): Promise<void> {
    const current = await answered("getClock", this.context.banksClient.getClock());
    if (slot > current.slot) this.context.warpToSlot(slot);
    // A warp computes a time of its own, so the clock is set after it.
    const warped = await answered("getClock", this.context.banksClient.getClock());
    this.context.setClock(
      new Clock(
        warped.slot,
        warped.epochStartTimestamp,
        warped.epoch,
        warped.leaderScheduleEpoch,
        unixTimestamp,
      ),
    );
  }

  async rentExempt(size: number): Promise<bigint> {
    const rent = await answered("getRent", this.context.banksClient.getRent());
    return rent.minimumBalance(BigInt(size));
  }

  private write(address: PublicKey, account: ChainAccount): void {
    if (account.lamports > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new RangeError(`bankrun takes lamports up to 2^53, got ${account.lamports}`);
    }
    this.context.setAccount(address, { ...account, lamports: Number(account.lamports) });
  }

  /**
   * bankrun rolls its blockhashes by wall time, about 140 a second, so the one that was signed for may be
   * gone on a slow machine. `Chain` has checked the signatures and the blockhash by its own slots;
   * bankrun checks no signature, so the hash can be replaced underneath them.
   */
  private async underFreshBlockhash(
    transaction: VersionedTransaction,
    isRecorded = true,
  ): Promise<VersionedTransaction> {
    const copy = VersionedTransaction.deserialize(transaction.serialize());
    for (;;) {
      const latest = await answered(
        "getLatestBlockhash",
        this.context.banksClient.getLatestBlockhash(),
      );
      if (!latest) throw new Error("bankrun has no blockhash");
      if (latest[0] !== this.usedBlockhash) {
        this.usedBlockhash = latest[0];
        this.usedMessages.clear();
      }
      copy.message.recentBlockhash = latest[0];
      const message = Buffer.from(copy.message.serialize()).toString("base64");
      if (this.usedMessages.has(message)) continue;
      if (isRecorded) this.usedMessages.add(message);
      return copy;
    }
  }
}

function execution(result: string | null, meta: BanksTransactionMeta | null): Execution {
  return {
    err: result === null ? null : parseTransactionError(result),
    logs: meta?.logMessages ?? [],
    computeUnits: Number(meta?.computeUnitsConsumed ?? 0n),
  };
}

/** A bankrun bank holding `programs` besides the token programs it brings. */
export async function startBankrun(programs: AddressedAccount[]): Promise<Runtime> {
  process.env.RUST_LOG ??= "off"; // otherwise each program log line is printed as well
  const context = await start(
    [],
    programs.map(({ address, account }) => ({
      address,
      info: { ...account, lamports: Number(account.lamports) },
    })),
  );
  const reserve = await context.banksClient.getBalance(context.payer.publicKey);
  return new BankrunRuntime(context, reserve);
}
