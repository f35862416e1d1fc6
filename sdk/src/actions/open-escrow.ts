import { type PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import { type AddressWarning, checkWallet } from "../accounts/check-wallet";
import { fetchAccount } from "../accounts/fetch";
import { fetchAccountInfos, type MaybeInfo } from "../accounts/read-accounts";
import { ASSOCIATED_TOKEN_PROGRAM_ID, FUNDING_KIND_CLOSED, FUNDING_KIND_HELD } from "../constants";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { AccountNotFoundError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { toAddress, toNonZeroAddress } from "../input/address";
import { toEscrowTerms } from "../input/escrow-terms";
import { getConfigPda, getEscrowPda } from "../pdas";
import { parseTokenAccount, type TokenAccountState } from "../tokens/account";
import { parseMint } from "../tokens/mint";
import { type MintState, requireSupported } from "../tokens/mint-state";
import { getVaultAddress } from "../tokens/vault";
import type { EscrowTerms, PaymentPolicy, UserPayment } from "../types";
import { buildInstruction } from "./build-instruction";
import { type EscrowAccounts, requireFundable } from "./funding";
import { checkConfig } from "./milestone-parties";

/** Arguments of `openEscrow`: the policy, its mediator and its terms. */
export interface OpenEscrowArgs {
  /** Address of a live delegated policy. */
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

/** Opening of an escrow, with the state that was read for it. */
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
 * Turns a live delegated policy into a held one, also after it has paid milestones. Its remaining milestones are no longer
 * pulled by delegation; `fundMilestones` puts their money into a vault. Possible once per policy, and the terms are fixed.
 * The policy's owner and the payer sign.
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

/** Does what `openEscrow` does, and also returns the state that was read for it. */
export async function prepareOpening(
  context: MilestoneContext,
  args: OpenEscrowArgs,
): Promise<Opening> {
  const policyAddress = toAddress(args.policyPda, "policyPda");
  const mediator = toNonZeroAddress(args.mediator, "mediator");
  const payer = toAddress(args.payer ?? walletAddress(context), "payer");
  const terms = toEscrowTerms(args.terms);

  const read = await readOpening(context, policyAddress, mediator);
  const { policy, userPayment, mint, source } = read;
  if (!args.skipChecks) {
    const warning = checkOpening(context, read, mediator, terms);
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
  return { instruction, policyAddress, policy, userPayment, escrow, vault, mint, source, terms };
}

/** State that an opening depends on. */
interface OpeningState extends Pick<Opening, "policy" | "userPayment" | "mint" | "source"> {
  config: { address: PublicKey; info: MaybeInfo };
  mediatorInfo: MaybeInfo;
}

async function readOpening(
  context: MilestoneContext,
  policyAddress: PublicKey,
  mediator: PublicKey,
): Promise<OpeningState> {
  const policy = await fetchAccount(context, "paymentPolicy", policyAddress);
  const userPayment = await fetchAccount(context, "userPayment", policy.userPayment);
  const { mint: mintAddress, tokenAccount } = userPayment;
  const [address] = getConfigPda(context.programId);
  const accounts = [address, mintAddress, tokenAccount, mediator];
  const [info, mintInfo, sourceInfo, mediatorInfo] = await fetchAccountInfos(context, accounts);
  if (!mintInfo) throw new AccountNotFoundError("Mint", mintAddress);
  return {
    policy,
    userPayment,
    mint: parseMint(mintAddress, mintInfo),
    source: parseTokenAccount(tokenAccount, sourceInfo),
    config: { address, info },
    mediatorInfo,
  };
}

/** Throws what `openEscrow` throws; returns the warning about the mediator's address, if any. */
function checkOpening(
  context: MilestoneContext,
  { policy, userPayment, mint, config, mediatorInfo }: OpeningState,
  mediator: PublicKey,
  terms: EscrowTerms,
): AddressWarning | null {
  const { owner } = userPayment;
  checkConfig(context, config.address, config.info);
  refuseMediator(mediator, owner, policy.recipient);
  requireSupported(mint);
  requireFundable(policy.policyType.milestone.milestoneAmounts, terms.platformFeeBps);
  refuseUnholdable(policy);
  return checkWallet({ field: "mediator", address: mediator, must: "sign" }, mediatorInfo, {
    programId: context.programId,
    mint,
    owners: partiesOf(owner, policy),
  });
}

/** Refuses a mediator who is a party. Throws `MilestoneProgramError` (`InvalidMediator`). */
export function refuseMediator(mediator: PublicKey, owner: PublicKey, recipient: PublicKey): void {
  const party = mediator.equals(owner) ? "owner" : mediator.equals(recipient) ? "recipient" : null;
  if (party) throw refuse("InvalidMediator", `${mediator.toBase58()} is the ${party}`);
}

/** Returns the wallets whose token account may have been given as the mediator. */
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

/** Builds `open_escrow` from known addresses. */
export function buildOpening(
  context: MilestoneContext,
  args: EscrowAccounts & { payer: PublicKey; mediator: PublicKey; terms: EscrowTerms },
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
