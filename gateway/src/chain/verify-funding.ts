/** Verifies a transaction that a payer sent by themselves: it landed, and it created exactly what was agreed. */
import { IDL } from "@milepost/sdk";
import {
  type ConfirmedTransactionMeta,
  type MessageAccountKeys,
  PublicKey,
  type VersionedTransactionResponse,
} from "@solana/web3.js";
import bs58 from "bs58";
import { GatewayError } from "../errors/gateway-error";
import type { ChainRuntime, Currency } from "./chain-runtime";
import type { PolicyState } from "./policy-state";
import { readPolicy } from "./read-policy";
import { callRpc } from "./rpc";
import { mintOf } from "./sdk-context";
import { refuseSigned } from "./signed";
import { type ExpectedPolicy, type Mismatch, refusalOf, requirePolicy } from "./verify-policy";

/** A verified transaction, and the policy that it created. */
export interface VerifiedFunding {
  policy: PolicyState;
  signature: string;
  slot: number;
}

/**
 * Fetches a confirmed transaction and the policy that it created, and compares every field with what was agreed.
 * Throws `GatewayError` (`signature_verification_failed`) with the field, what was expected and what was found.
 * @example
 * const { policy, slot } = await verifyFunding(chain, signature, expected);
 */
export async function verifyFunding(
  chain: ChainRuntime,
  signature: string,
  expected: ExpectedPolicy,
): Promise<VerifiedFunding> {
  const { state, slot } = await createdPolicy(chain, signature, expected.memo);
  return { policy: requirePolicy(chain, state, expected), signature, slot };
}

/** A consented pull as it was agreed. Addresses are base58. */
export interface ExpectedPull {
  owner: string;
  recipient: string;
  currency: Currency;
  /** Base units. */
  amount: bigint;
  memo: string;
}

/** Does for a pull what `verifyFunding` does for a held policy: the amount must have been paid. */
export async function verifyPull(
  chain: ChainRuntime,
  signature: string,
  expected: ExpectedPull,
): Promise<VerifiedFunding> {
  const { state, slot } = await createdPolicy(chain, signature, expected.memo);
  if (!state) throw refuseSigned("policy", "an account on chain", "none");
  const mismatch = comparePull(chain, state, expected);
  if (mismatch) throw refusalOf(mismatch);
  return { policy: state, signature, slot };
}

/** Returns the first field in which a pull differs from what was agreed, or null. The amount must have been paid. */
export function comparePull(
  chain: ChainRuntime,
  state: PolicyState,
  expected: ExpectedPull,
): Mismatch | null {
  const pairs: [string, unknown, unknown][] = [
    ["memo", expected.memo, state.memo],
    ["owner", expected.owner, state.owner],
    ["mint", mintOf(chain, expected.currency).mint.toBase58(), state.mint],
    ["recipient", expected.recipient, state.recipient],
    ["gateway", chain.gateway.toBase58(), state.gateway],
    ["milestones", 1, state.milestones.length],
    ["amounts[0]", expected.amount, state.amount],
    ["funding", "delegated", state.funding],
    ["paid", expected.amount, state.paid],
  ];
  const differing = pairs.find(([, wanted, found]) => wanted !== found);
  if (!differing) return null;
  const [field, wanted, found] = differing;
  return { field, expected: String(wanted), found: String(found) };
}

/** Returns the policy with the memo among those that the transaction created. */
async function createdPolicy(
  chain: ChainRuntime,
  signature: string,
  memo: string,
): Promise<{ state: PolicyState | null; slot: number }> {
  const landed = await fetchLanded(chain, signature);
  const created = createdPolicies(chain, landed);
  if (created.length === 0) {
    throw refuseSigned("signature", "a transaction that creates a policy", "one that creates none");
  }
  const { slot } = landed;
  const states = await Promise.all(
    created.map((address) => readPolicy(chain, address, { minContextSlot: slot })),
  );
  return { state: states.find((state) => state?.memo === memo) ?? states[0]!, slot };
}

/** Fetches the transaction. It must be confirmed and have succeeded. */
async function fetchLanded(
  { connection }: ChainRuntime,
  signature: string,
): Promise<VersionedTransactionResponse> {
  if (!isSignature(signature)) {
    throw refuseSigned("signature", "64 bytes in base58", JSON.stringify(signature.slice(0, 100)));
  }
  const landed = await callRpc("getTransaction", () =>
    connection.getTransaction(signature, {
      commitment: "confirmed",
      maxSupportedTransactionVersion: 0,
    }),
  );
  if (!landed?.meta) {
    throw new GatewayError(
      "signature_verification_failed",
      "signature: expected a confirmed transaction, found none. Repeat the request once it is confirmed.",
      { param: "signature", retryAfter: 2 },
    );
  }
  if (landed.meta.err) {
    const found = `one that failed: ${JSON.stringify(landed.meta.err)}`;
    throw refuseSigned("signature", "a transaction that succeeded", found);
  }
  return landed;
}

function isSignature(text: string): boolean {
  try {
    return bs58.decode(text).length === 64;
  } catch {
    return false;
  }
}

const CREATE = IDL.instructions.find(({ name }) => name === "createMilestonePolicy")!;
const CREATE_TAG = Buffer.from(CREATE.discriminator).toString("hex");
const POLICY_PLACE = CREATE.accounts.findIndex(({ name }) => name === "policy");

/** Returns the policies that the transaction created, by its instructions and those that programs called. */
function createdPolicies(
  { programId }: ChainRuntime,
  { transaction, meta }: VersionedTransactionResponse,
): PublicKey[] {
  const { message } = transaction;
  const keys = message.getAccountKeys({ accountKeysFromLookups: meta!.loadedAddresses });
  const own = message.compiledInstructions.map(({ programIdIndex, accountKeyIndexes, data }) => ({
    program: keys.get(programIdIndex),
    accounts: accountKeyIndexes,
    data: Buffer.from(data),
  }));
  return [...own, ...innerInstructions(keys, meta!)]
    .filter(
      ({ program, data }) =>
        program?.equals(programId) && data.subarray(0, 8).toString("hex") === CREATE_TAG,
    )
    .flatMap(({ accounts }) => keys.get(accounts[POLICY_PLACE] ?? -1) ?? []);
}

function innerInstructions(
  keys: MessageAccountKeys,
  { innerInstructions }: ConfirmedTransactionMeta,
) {
  return (innerInstructions ?? []).flatMap(({ instructions }) =>
    instructions.map(({ programIdIndex, accounts, data }) => ({
      program: keys.get(programIdIndex),
      accounts,
      data: Buffer.from(bs58.decode(data)),
    })),
  );
}
