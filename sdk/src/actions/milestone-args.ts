/** Defines and checks the arguments for the creation of a policy. */
import type BN from "bn.js";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { ReadOptions } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";
import { toAddress, toNonZeroAddress } from "../input/address";
import { toMemo } from "../input/memo";
import { type MilestoneSchedule, toMilestoneSchedule } from "../input/milestones";
import { type IntegerInput, toU32 } from "../input/numbers";
import type { MilestoneWarning } from "./milestone-warnings";

/** Optional arguments of `createMilestone` and `prepareMilestone`. */
export interface CreateMilestoneOptions extends ReadOptions {
  /** Owner of the money; signs. Default: the wallet. */
  owner?: PublicKey;
  /** Pays the rent and gets it back; signs. Default: the wallet. */
  payer?: PublicKey;
  /** Token account that payments are pulled from, fixed per owner and mint. Default: the associated one. */
  tokenAccount?: PublicKey;
  /** Takes the place of another program's delegate on the token account. Default: false. */
  replaceDelegate?: boolean;
  /**
   * Highest gateway fee that the owner agrees to, in basis points. The creation fails when the fee was raised above
   * it. Default: the current fee. Set it when signing takes long, as in a multisig.
   */
  maxGatewayFeeBps?: number;
  /** Highest protocol fee that the owner agrees to, in basis points; otherwise as `maxGatewayFeeBps`. */
  maxProtocolFeeBps?: number;
  /**
   * Id of the new policy. Default: the next one; set it when several are created before the first has landed. The id of
   * the owner's first policy on a mint is a recent slot: the policy has to land within 1,024 slots (about seven minutes).
   * When signing takes longer, as in a multisig, let `createUserPayment` land first in its own transaction: a policy built
   * after that may land at any time.
   */
  policyId?: number;
  /** Called once per warning about something allowed that may fail later, such as a balance below what was promised. */
  onWarning?: (warning: MilestoneWarning) => void;
  /** Builds the instructions even when the program is sure to refuse them. Default: false. */
  skipChecks?: boolean;
}

/** Arguments of `createMilestone` and `prepareMilestone`. */
export interface CreateMilestoneArgs extends CreateMilestoneOptions {
  /** Mint of the payments: of SPL Token, or of Token-2022 without an unsupported extension. */
  mint: PublicKey;
  /** Wallet of the recipient, not a token account (`checkWallet` defines a wallet). */
  recipient: PublicKey;
  /** Account of the gateway: `getGatewayPda(authority)`. */
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
  /** Token account that payments are pulled from. */
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

/** Arguments of a creation, checked and with their defaults. */
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

/** Checks the arguments without reading the chain. Throws `InvalidInputError`. */
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
