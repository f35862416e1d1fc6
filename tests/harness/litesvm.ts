/** LiteSVM (Agave 4.x) as a `Runtime`. */
import { PublicKey, type VersionedTransaction } from "@solana/web3.js";
// The package's own class speaks @solana/kit types; the addon beneath it takes the bytes web3.js gives.
import * as addon from "litesvm/dist/internal";
import type { AddressedAccount } from "./program";
import type { ChainAccount, Execution, Runtime } from "./runtime";
import { transactionError } from "../../localnet/src/chain/transaction-error";

function unknownError(number: number): never {
  throw new Error(`LiteSVM answered with the unknown error ${number}`);
}

class LiteSvmRuntime implements Runtime {
  readonly name = "litesvm";

  constructor(private readonly svm: addon.LiteSvm) {}

  async getAccount(address: PublicKey): Promise<ChainAccount | null> {
    const found = this.svm.getAccount(address.toBytes());
    if (!found || found.lamports() === 0n) return null;
    return {
      lamports: found.lamports(),
      data: Buffer.from(found.data()),
      owner: new PublicKey(found.owner()),
      executable: found.executable(),
    };
  }

  async setAccount(address: PublicKey, account: ChainAccount): Promise<void> {
    this.svm.setAccount(
      address.toBytes(),
      new addon.Account(
        account.lamports,
        account.data,
        account.owner.toBytes(),
        account.executable,
        0n,
      ),
    );
  }

  async process(transaction: VersionedTransaction): Promise<Execution> {
    return execution(this.svm.sendVersionedTransaction(transaction.serialize()));
  }

  async simulate(transaction: VersionedTransaction): Promise<Execution> {
    const outcome = this.svm.simulateVersionedTransaction(transaction.serialize());
    return execution(outcome instanceof addon.SimulatedTransactionInfo ? outcome.meta() : outcome);
  }

  async moveTo(slot: bigint, unixTimestamp: bigint): Promise<void> {
    this.svm.warpToSlot(slot);
    const clock = this.svm.getClock();
    clock.unixTimestamp = unixTimestamp;
    this.svm.setClock(clock);
  }

  async rentExempt(size: number): Promise<bigint> {
    return this.svm.minimumBalanceForRentExemption(BigInt(size));
  }
}

function execution(
  outcome: addon.TransactionMetadata | addon.FailedTransactionMetadata,
): Execution {
  const isFailed = outcome instanceof addon.FailedTransactionMetadata;
  const meta = isFailed ? outcome.meta() : outcome;
  return {
    err: isFailed ? transactionError(outcome.err(), unknownError) : null,
    logs: meta.logs(),
    computeUnits: Number(meta.computeUnitsConsumed()),
  };
}

/** A LiteSVM holding `programs` and its own token programs. */
export async function startLiteSvm(programs: AddressedAccount[]): Promise<Runtime> {
  const svm = new addon.LiteSvm();
  svm.setBlockhashCheck(false);
  svm.setSigverify(false);
  svm.setTransactionHistory(0n);
  svm.setLogBytesLimit(null);
  const runtime = new LiteSvmRuntime(svm);
  for (const { address, account } of programs) await runtime.setAccount(address, account);
  return runtime;
}
