/** Finds the policy that an earlier attempt created, so that a crash never leads to a second one. */
import { ACCOUNT_SIZE, decodeAccount, getUserPaymentPda, POLICY_OFFSET } from "@milepost/sdk";
import bs58 from "bs58";
import { type Address, toAddress } from "./address";
import type { ChainRuntime, Currency } from "./chain-runtime";
import { toMemoBytes } from "./memo";
import { readPolicy } from "./read-policy";
import { callRpc } from "./rpc";
import { mintOf } from "./sdk-context";
import type { PolicyState } from "./policy-state";

/** Offset of the memo in a policy: after the status byte. */
const MEMO_OFFSET = POLICY_OFFSET.status + 1;

/**
 * Returns the policy of this owner, currency and memo, or null. The RPC scans the program's accounts for it: call it when a
 * job is repeated, not before its first attempt.
 *
 * In live mode the owner chooses memos freely: compare what is found with `requirePolicy` before anything relies on it.
 * @example
 * const found = job.attempts > 0 ? await findFunded(chain, { owner, currency: "USDC", memo }) : null;
 */
export async function findFunded(
  chain: ChainRuntime,
  { owner, currency, memo }: { owner: Address; currency: Currency; memo: string },
): Promise<PolicyState | null> {
  const wallet = toAddress(owner, "owner");
  const { mint } = mintOf(chain, currency);
  const [userPayment] = getUserPaymentPda(wallet, mint, chain.programId);
  const filters = [
    { dataSize: ACCOUNT_SIZE.paymentPolicy },
    { memcmp: { offset: POLICY_OFFSET.userPayment, bytes: userPayment.toBase58() } },
    { memcmp: { offset: MEMO_OFFSET, bytes: bs58.encode(Uint8Array.from(toMemoBytes(memo))) } },
  ];
  const found = await callRpc("getProgramAccounts", () =>
    chain.connection.getProgramAccounts(chain.programId, { filters }),
  );
  const policies = found
    .map(({ pubkey, account }) => ({
      pubkey,
      id: decodeAccount("paymentPolicy", pubkey, account, chain.programId).policyId,
    }))
    .sort((a, b) => a.id - b.id);
  const first = policies[0];
  return first ? readPolicy(chain, first.pubkey) : null;
}
