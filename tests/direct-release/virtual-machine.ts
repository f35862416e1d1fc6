/** A LiteSVM that simulates one instruction of the program, and says everything that it could change. */
import {
  AccountMeta,
  PublicKey,
  TransactionInstruction,
  TransactionMessage,
} from "@solana/web3.js";
import { VersionedTransaction } from "@solana/web3.js";
import * as addon from "litesvm/dist/internal";
import { transactionError } from "../../localnet/src/chain/transaction-error";
import { type ChainAccount, PROGRAM_ID, upgradeableProgramAccounts } from "../harness";

export interface Outcome {
  /** Error, logs without compute units, and every account of a success: equal for equal results. */
  result: string;
  /** The error alone, `ok` for none. */
  error: string;
  computeUnits: number;
}

const BLOCKHASH = PublicKey.default.toBase58();

export class VirtualMachine {
  private readonly svm = new addon.LiteSvm();

  constructor(elf: Uint8Array, unixTimestamp: bigint) {
    this.svm.setBlockhashCheck(false);
    this.svm.setSigverify(false);
    this.svm.setTransactionHistory(0n);
    const { program, programData } = upgradeableProgramAccounts(PROGRAM_ID, elf, null);
    for (const { address, account } of [programData, program]) this.set(address, account);
    this.svm.warpToSlot(1_000n);
    const clock = this.svm.getClock();
    clock.unixTimestamp = unixTimestamp;
    this.svm.setClock(clock);
  }

  set(address: PublicKey, { lamports, data, owner, executable }: ChainAccount): void {
    const account = new addon.Account(lamports, data, owner.toBytes(), executable, 0n);
    this.svm.setAccount(address.toBytes(), account);
  }

  /** Simulates the program's instruction with each of `datas`. Nobody has to sign. */
  simulate(feePayer: PublicKey, keys: AccountMeta[], datas: Buffer[]): Outcome[] {
    const instruction = new TransactionInstruction({ programId: PROGRAM_ID, keys });
    const message = new TransactionMessage({
      payerKey: feePayer,
      recentBlockhash: BLOCKHASH,
      instructions: [instruction],
    }).compileToV0Message();
    return datas.map((data) => {
      message.compiledInstructions[0]!.data = data;
      const transaction = new VersionedTransaction(message).serialize();
      return outcomeOf(this.svm.simulateVersionedTransaction(transaction));
    });
  }
}

function outcomeOf(
  simulated: addon.SimulatedTransactionInfo | addon.FailedTransactionMetadata,
): Outcome {
  const meta = simulated.meta();
  const isFailed = simulated instanceof addon.FailedTransactionMetadata;
  const error = isFailed ? JSON.stringify(transactionError(simulated.err(), unknownError)) : "ok";
  const logs = meta.logs().filter((line) => !line.includes(" consumed "));
  const accounts = isFailed ? [] : simulated.postAccounts().map(accountLine);
  return {
    result: [error, ...logs, ...accounts].join("\n"),
    error,
    computeUnits: Number(meta.computeUnitsConsumed()),
  };
}

function accountLine(found: addon.AddressAndAccount): string {
  const account = found.account();
  const bytes = [found.address, account.owner(), account.data()];
  const hex = bytes.map((part) => Buffer.from(part).toString("hex"));
  return [...hex, account.lamports()].join(" ");
}

function unknownError(number: number): never {
  throw new Error(`LiteSVM answered with the unknown error ${number}`);
}
