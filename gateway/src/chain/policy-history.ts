/** The program's events of one policy, as the transactions that named it wrote them. */
import { decodeEvents, type MilestoneEvent, type MilestoneEventName, toJson } from "@milepost/sdk";
import type { Connection } from "@solana/web3.js";
import { type Address, toAddress } from "./address";
import type { ChainRuntime } from "./chain-runtime";

/** An event of the program. */
export interface PolicyStep {
  /** Signature of the transaction, base58. */
  signature: string;
  slot: number;
  /** The chain's time of the transaction's block, Unix seconds. */
  time: bigint;
  /** Place among the policy's events of the transaction, from 0. */
  ordinal: number;
  name: MilestoneEventName;
  /** Fields of the event: integers are decimal strings, addresses base58, hashes hex. */
  data: Record<string, unknown>;
}

/** Most signatures per answer of a node. */
const PAGE = 1_000;

/**
 * Returns the events of a policy after the transaction `until`, or all of them, oldest first. Events in a log that the node
 * truncated are missing.
 * Throws the connection's errors.
 * @example
 * const steps = await readHistory(chain, policy, row.lastSignature);
 */
export async function readHistory(
  { connection, programId }: ChainRuntime,
  policy: Address,
  until: string | null = null,
): Promise<PolicyStep[]> {
  const address = toAddress(policy, "policy");
  const landed = await signaturesOf(connection, address.toBase58(), until);
  const steps: PolicyStep[] = [];
  for (const { signature, slot, blockTime } of landed) {
    const transaction = await connection.getTransaction(signature, {
      commitment: "confirmed",
      maxSupportedTransactionVersion: 0,
    });
    const { events } = decodeEvents(transaction?.meta?.logMessages ?? [], programId);
    const own = events.filter((event) => policyOf(event) === address.toBase58());
    own.forEach(({ name, data }, ordinal) =>
      steps.push({
        signature,
        slot,
        time: BigInt(blockTime ?? 0),
        ordinal,
        name,
        data: toJson(data) as Record<string, unknown>,
      }),
    );
  }
  return steps;
}

/** Returns the address of the policy that a transaction created, or null. */
export async function createdPolicy(
  { connection, programId }: ChainRuntime,
  signature: string,
): Promise<string | null> {
  const transaction = await connection.getTransaction(signature, {
    commitment: "confirmed",
    maxSupportedTransactionVersion: 0,
  });
  const { events } = decodeEvents(transaction?.meta?.logMessages ?? [], programId);
  const created = events.find(({ name }) => name === "PolicyCreated");
  return created ? policyOf(created) : null;
}

interface Landed {
  signature: string;
  slot: number;
  blockTime?: number | null;
}

/** Returns the successful transactions that named the address, oldest first. */
async function signaturesOf(
  connection: Connection,
  address: string,
  until: string | null,
): Promise<Landed[]> {
  const found: Landed[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await connection.getSignaturesForAddress(
      toAddress(address, "policy"),
      { limit: PAGE, before, ...(until === null ? {} : { until }) },
      "confirmed",
    );
    found.push(...page.filter(({ err }) => err === null));
    if (page.length < PAGE) return found.reverse();
    before = page.at(-1)!.signature;
  }
}

function policyOf({ data }: MilestoneEvent): string | null {
  return "policy" in data ? data.policy.toBase58() : null;
}
