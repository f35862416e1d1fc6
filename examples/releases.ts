/** The releases that land on a chain, as the chain's logs and balances show them. */
import { PROGRAM_ID } from "@milepost/sdk";
import type { Connection, Logs, PublicKey, TokenBalance } from "@solana/web3.js";

/** Time that the payments may take, by the machine's clock. */
const TIMEOUT_MS = 90_000;

/** Payments that one transaction made. */
export interface Release {
  signature: string;
  payments: number;
  /** Base units, all payments together. */
  amount: bigint;
}

/** Resolves when `recipients` have got `count` payments from now on. Throws after 90 seconds without them. */
export function watchReleases(
  connection: Connection,
  recipients: readonly PublicKey[],
  count: number,
): Promise<Release[]> {
  return new Promise((resolve, reject) => {
    const releases: Release[] = [];
    const seen = () => releases.reduce((sum, { payments }) => sum + payments, 0);
    const finish = (error?: Error) => {
      clearTimeout(limit);
      void connection.removeOnLogsListener(subscription);
      if (error) reject(error);
      else resolve(releases);
    };
    const limit = setTimeout(
      () => finish(new Error(`${count} payments were due, ${seen()} landed`)),
      TIMEOUT_MS,
    );
    const add = async (signature: string) => {
      const amounts = await amountsPaidBy(connection, signature, recipients);
      if (amounts.length === 0) return;
      const amount = amounts.reduce((sum, each) => sum + each, 0n);
      releases.push({ signature, payments: amounts.length, amount });
      if (seen() >= count) finish();
    };
    const subscription = connection.onLogs(PROGRAM_ID, ({ signature, err }: Logs) => {
      if (!err) add(signature).catch(finish);
    });
  });
}

/** Returns what a transaction paid, per recipient. Reads balances: a node truncates the log of ten payments. */
async function amountsPaidBy(
  connection: Connection,
  signature: string,
  recipients: readonly PublicKey[],
): Promise<bigint[]> {
  const landed = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
  const { preTokenBalances, postTokenBalances } = landed!.meta!;
  const held = (balances: readonly TokenBalance[] | null | undefined, owner: PublicKey) =>
    BigInt(balances?.find((each) => each.owner === owner.toBase58())?.uiTokenAmount.amount ?? 0);
  return recipients
    .map((owner) => held(postTokenBalances, owner) - held(preTokenBalances, owner))
    .filter((amount) => amount > 0n);
}
