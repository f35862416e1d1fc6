import { ASSOCIATED_TOKEN_PROGRAM_ID } from "../tokens/programs";
import { type PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import { checkConfig } from "../actions/milestone-parties";
import { fetchAccount, fetchAccountInfos } from "../accounts/fetch";
import { FUNDING_KIND_CLOSED, FUNDING_KIND_HELD } from "../constants";
import type { MilestoneContext } from "../context";
import { AccountNotFoundError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { toAddress, toNonZeroAddress } from "../input/address";
import { type AddressWarning, checkWallet } from "../input/wallet";
import { buildInstruction } from "../instruction";
import { getConfigPda, getEscrowPda } from "../pdas";
import { parseTokenAccount, type TokenAccountState } from "../tokens/account";
import { type MintState, parseMint, requireSupported } from "../tokens/mint";
import type { PaymentPolicy, UserPayment } from "../types";
import { requireFundable } from "./funding";
import { type EscrowTerms, toEscrowTerms } from "./terms";
import { getVaultAddress } from "./vault";
import { walletAddress } from "../wallet-address";

/** Arguments of `openEscrow`: the policy, its mediator and its terms. */
export interface OpenEscrowArgs {
  /** A live delegated policy. */
  policyPda: PublicKey;
  /** Divides a milestone in mediation: a wallet, neither the owner's nor the recipient's. */
  mediator: PublicKey;
  /** Default of each: `DEFAULT_ESCROW_TERMS`. */
  terms?: Partial<EscrowTerms>;
  /** Pays the rent of escrow and vault and gets it back; signs. Default: the wallet. */
  payer?: PublicKey;
  /** Called once per address that is allowed and may be a mistake. */
  onWarning?: (warning: AddressWarning) => void;
  /** Builds the instructions even when the program is sure to refuse them as things stand. Default: false. */
  skipChecks?: boolean;
}

/** A policy about to be held, with what was read for it. */
export interface Opening {
  instruction: TransactionInstruction;
  policyAddress: PublicKey;
  policy: PaymentPolicy;
  userPayment: UserPayment;
  escrow: PublicKey;
  vault: PublicKey;
  mint: MintState;
  /** The owner's token account that the `UserPayment` names. */
  source: TokenAccountState | null;
  terms: EscrowTerms;
}

/**
 * Turns a live delegated policy into a held one, whatever it has paid already: nothing of it is pulled by delegation any
 * more, and `fundMilestones` puts its money into a vault. Once a policy; the terms are fixed. The policy's owner signs,
 * and the payer.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `UnsupportedMintError`,
 * `MilestoneProgramError` (`ProgramPaused`, `InvalidMediator`, `PolicyHasEscrow`, `EscrowClosed`, `PolicyCompleted`,
 * `PolicyPaused`).
 * @example
 * const instructions = await openEscrow(context, { policyPda, mediator, terms: { platformFeeBps: 250 } });
 */
export async function openEscrow(
  context: MilestoneContext,
  args: OpenEscrowArgs,
): Promise<TransactionInstruction[]> {
  return [(await prepareOpening(context, args)).instruction];
}

/** `openEscrow` with what was read for it. */
export async function prepareOpening(
  context: MilestoneContext,
  args: OpenEscrowArgs,
): Promise<Opening> {
  const policyAddress = toAddress(args.policyPda, "policyPda");
  const mediator = toNonZeroAddress(args.mediator, "mediator");
  const payer = toAddress(args.payer ?? walletAddress(context), "payer");
  const terms = toEscrowTerms(args.terms);

  const policy = await fetchAccount(context, "paymentPolicy", policyAddress);
  const userPayment = await fetchAccount(context, "userPayment", policy.userPayment);
  const [config] = getConfigPda(context.programId);
  const [configInfo, mintInfo, sourceInfo, mediatorInfo] = await fetchAccountInfos(context, [
    config,
    userPayment.mint,
    userPayment.tokenAccount,
    mediator,
  ]);
  if (!mintInfo) throw new AccountNotFoundError("Mint", userPayment.mint);
  const mint = parseMint(userPayment.mint, mintInfo);
  if (!args.skipChecks) {
    checkConfig(context, config, configInfo);
    refuseMediator(mediator, userPayment.owner, policy.recipient);
    requireSupported(mint);
    requireFundable(policy.policyType.milestone.milestoneAmounts, terms.platformFeeBps);
    refuseUnholdable(policy);
    const warning = checkWallet(
      { field: "mediator", address: mediator, must: "sign" },
      mediatorInfo,
      { programId: context.programId, mint, owners: partiesOf(userPayment.owner, policy) },
    );
    if (warning) args.onWarning?.(warning);
  }
  const [escrow] = getEscrowPda(policyAddress, context.programId);
  const vault = getVaultAddress(escrow, mint.address, mint.tokenProgram);
  const instruction = buildOpening(context, {
    payer,
    owner: userPayment.owner,
    userPayment: policy.userPayment,
    policy: policyAddress,
    escrow,
    vault,
    mint: mint.address,
    tokenAccount: userPayment.tokenAccount,
    tokenProgram: mint.tokenProgram,
    mediator,
    terms,
  });
  const source = parseTokenAccount(userPayment.tokenAccount, sourceInfo);
  return { instruction, policyAddress, policy, userPayment, escrow, vault, mint, source, terms };
}

/** Throws `MilestoneProgramError` (`InvalidMediator`). */
export function refuseMediator(mediator: PublicKey, owner: PublicKey, recipient: PublicKey): void {
  const party = mediator.equals(owner) ? "owner" : mediator.equals(recipient) ? "recipient" : null;
  if (party) throw refuse("InvalidMediator", `${mediator.toBase58()} is the ${party}`);
}

/** The wallets whose token account may have been given as the mediator. */
function partiesOf(owner: PublicKey, { recipient }: PaymentPolicy) {
  return [
    { name: "owner", address: owner },
    { name: "recipient", address: recipient },
  ];
}

function refuseUnholdable({ fundingKind, policyType, status }: PaymentPolicy): void {
  const { currentMilestone, totalMilestones } = policyType.milestone;
  if (fundingKind === FUNDING_KIND_HELD) throw refuse("PolicyHasEscrow");
  if (fundingKind === FUNDING_KIND_CLOSED) throw refuse("EscrowClosed");
  if (currentMilestone >= totalMilestones) throw refuse("PolicyCompleted");
  if (!("active" in status)) throw refuse("PolicyPaused");
}

/** `open_escrow` from known addresses. */
export function buildOpening(
  context: MilestoneContext,
  args: {
    payer: PublicKey;
    owner: PublicKey;
    userPayment: PublicKey;
    policy: PublicKey;
    escrow: PublicKey;
    vault: PublicKey;
    mint: PublicKey;
    tokenAccount: PublicKey;
    tokenProgram: PublicKey;
    mediator: PublicKey;
    terms: EscrowTerms;
  },
): TransactionInstruction {
  const { mediator, terms, ...accounts } = args;
  return buildInstruction(
    "openEscrow",
    {
      ...accounts,
      config: getConfigPda(context.programId)[0],
      associatedTokenProgram: ASSOCIATED_TOKEN_PROGRAM_ID,
      systemProgram: SystemProgram.programId,
    },
    { mediator, ...terms },
    context.programId,
  );
}
