/** What the creation of a policy takes and returns. */
import type BN from "bn.js";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { ReadOptions } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context";
import { InvalidInputError } from "../errors/input";
import { MilepostErrorCode } from "../errors/codes";
import { toAddress, toNonZeroAddress } from "../input/address";
import { toMemo } from "../input/memo";
import { type MilestoneSchedule, toMilestoneSchedule } from "../input/milestones";
import { type IntegerInput, toU32 } from "../input/numbers";
import type { MilestoneWarning } from "./milestone-warnings";
import { walletAddress } from "../wallet-address";

/** Optional arguments of `createMilestone` and `prepareMilestone`. */
export interface CreateMilestoneOptions extends ReadOptions {
  /** Whose money it is; signs. Default: the wallet. */
  owner?: PublicKey;
  /** Pays the rent and gets it back; signs. Default: the wallet. */
  payer?: PublicKey;
  /** Where payments are pulled from, decided once for an owner and mint. Default: the associated token account. */
  tokenAccount?: PublicKey;
  /** Takes the place of another program's delegate on the token account. Default: false. */
  replaceDelegate?: boolean;
  /**
   * Highest gateway fee that the owner agrees to, in basis points. The creation fails where the fee was raised above
   * it. Default: the fee as it is read now. Set it where signing takes long, as in a multisig.
   */
  maxGatewayFeeBps?: number;
  /** Highest protocol fee that the owner agrees to, in basis points; otherwise as `maxGatewayFeeBps`. */
  maxProtocolFeeBps?: number;
  /**
   * Id of the new policy. Default: the next one; set it when several are created before the first has landed. The
   * owner's first policy on a mint takes a recent slot, and lands within 1,024 slots (about seven minutes) of it or not
   * at all. Where signing takes longer, as in a multisig, let `createUserPayment` land first, in a transaction of its
   * own: every policy built after that may land at any time.
   */
  policyId?: number;
  /** Called once per warning: what is allowed and may still go wrong, such as a balance below what was promised. */
  onWarning?: (warning: MilestoneWarning) => void;
  /** Builds the instructions even when the program is sure to refuse them. Default: false. */
  skipChecks?: boolean;
}

/** Arguments of `createMilestone` and `prepareMilestone`. */
export interface CreateMilestoneArgs extends CreateMilestoneOptions {
  /** Mint that is paid in: of SPL Token, or of Token-2022 without an unsupported extension. */
  mint: PublicKey;
  /** Wallet that is paid, not a token account (`checkWallet` defines a wallet). */
  recipient: PublicKey;
  /** The gateway's account: `getGatewayPda(authority)`. */
  gateway: PublicKey;
  /** 1 to 4 amounts in base units of the mint. */
  amounts: readonly IntegerInput[];
  /** Due dates in Unix seconds, one per amount; may be empty without `RELEASE_DUE_DATE`. */
  timestamps: readonly IntegerInput[];
  /** 0, 1, 2, 3, 4, 5, 8 or 9. */
  releaseCondition: number;
  /** 64 bytes, see `createMemoBuffer`. */
  memo?: ArrayLike<number>;
}

/** A new policy, ready to be put into a transaction. */
export interface PreparedMilestone {
  /** Instructions of one transaction, with missing set-up first. Owner and payer sign. */
  instructions: TransactionInstruction[];
  /** Address that the new policy gets. */
  policy: PublicKey;
  /** Id of the new policy, an unsigned 32-bit integer that is unique within the `UserPayment`. */
  policyId: number;
  /** Address of the owner's `UserPayment` on the mint. */
  userPayment: PublicKey;
  /** Where payments are pulled from. */
  tokenAccount: PublicKey;
  /** SPL Token or Token-2022, whichever owns the mint. */
  tokenProgram: PublicKey;
  /** Base units in the token account now. */
  balance: bigint;
  /** Sum of the amounts, in base units. */
  escrowAmount: BN;
  /** Warnings about this creation, the same that `onWarning` is called with; empty when there are none. */
  warnings: MilestoneWarning[];
}

/** The arguments of a creation, checked and with their defaults. */
export interface CheckedInput {
  mint: PublicKey;
  recipient: PublicKey;
  gateway: PublicKey;
  owner: PublicKey;
  payer: PublicKey;
  schedule: MilestoneSchedule;
  memo: number[];
  policyId: number | undefined;
  tokenAccount: PublicKey | undefined;
}

/** Refuses what needs no look at the chain. Throws `InvalidInputError`. */
export function checkInput(context: MilestoneContext, args: CreateMilestoneArgs): CheckedInput {
  const owner = toAddress(args.owner ?? walletAddress(context), "owner");
  const recipient = toNonZeroAddress(args.recipient, "recipient");
  if (recipient.equals(owner)) {
    throw new InvalidInputError({
      field: "recipient",
      expected: "a wallet other than the owner's",
      received: recipient,
      code: MilepostErrorCode.InputAddress,
    });
  }
  return {
    mint: toAddress(args.mint, "mint"),
    recipient,
    gateway: toAddress(args.gateway, "gateway"),
    owner,
    payer: toAddress(args.payer ?? walletAddress(context), "payer"),
    schedule: toMilestoneSchedule(args.amounts, args.timestamps, args.releaseCondition),
    memo: toMemo(args.memo),
    policyId: args.policyId === undefined ? undefined : toU32(args.policyId, "policyId"),
    tokenAccount: args.tokenAccount && toAddress(args.tokenAccount, "tokenAccount"),
  };
}
