/** Warns about what is allowed at the creation of a policy and may fail later. */
import type { PublicKey } from "@solana/web3.js";
import { type AddressWarning, isOnCurve } from "../accounts/check-wallet";

/** Warning about something that is allowed and may fail later. */
export interface MilestoneWarning {
  /**
   * `BALANCE_BELOW_COMMITTED`: delegation is not escrow, and the balance does not cover the promises.
   * `FIRST_POLICY_EXPIRES`: the owner signs through a program, and the transaction has to land within 1,024 slots.
   * The others are about an address, see `AddressWarning`.
   */
  code: "BALANCE_BELOW_COMMITTED" | "FIRST_POLICY_EXPIRES" | AddressWarning["code"];
  /** Message with the amounts or the address in it. */
  message: string;
  /** Base units in the token account now. */
  balance: bigint;
  /** Base units that all live policies may pull once this one exists. */
  committed: bigint;
  /** Name of the argument that the warning is about, such as `recipient`; absent for the balance. */
  field?: string;
  /** Address that the warning is about; absent for the balance. */
  address?: PublicKey;
}

type Funds = Pick<MilestoneWarning, "balance" | "committed">;

/** Warns when the balance does not cover what the policies may pull. Base units. */
export function balanceWarnings({ balance, committed }: Funds): MilestoneWarning[] {
  if (balance >= committed) return [];
  const message =
    `The token account holds ${balance} base units and the policies may pull ${committed}: ` +
    "delegation sets no money aside, and a release fails while the balance is below its amount.";
  return [{ code: "BALANCE_BELOW_COMMITTED", message, balance, committed }];
}

/** Warns an owner who signs through a program: the first policy's id is bound to a slot. */
export function slowOwnerWarnings(
  owner: PublicKey,
  isFirstPolicy: boolean,
  funds: Funds,
): MilestoneWarning[] {
  if (!isFirstPolicy || isOnCurve(owner)) return [];
  const message =
    `The owner ${owner.toBase58()} signs through a program, such as a multisig, and has no UserPayment on this mint yet. ` +
    "This transaction lands within 1,024 slots (about seven minutes) or fails with InvalidFirstPolicyId. " +
    "Where the votes take longer, execute createUserPayment(mint, { owner }) first, as a proposal of its own; " +
    "what is built after that may land at any time.";
  return [{ code: "FIRST_POLICY_EXPIRES", message, field: "owner", address: owner, ...funds }];
}
