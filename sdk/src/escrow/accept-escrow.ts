import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { MilestoneContext } from "../context";
import { refuse } from "../errors/program";
import { toNonZeroAddress } from "../input/address";
import { type AddressWarning, requireWallets } from "../input/wallet";
import { buildInstruction } from "../instruction";
import type { Escrow } from "../types";
import { type HeldPolicyArgs, loadHeldPolicy, requireEscrow } from "./held-policy";
import { type EscrowTerms, TERM_FIELDS, toEscrowTerms } from "./terms";

/** Arguments of `acceptEscrow`: the policy, and the terms that the recipient agrees to. */
export interface AcceptEscrowArgs extends HeldPolicyArgs {
  /** The mediator that the recipient agrees to. Default: the escrow's, as it is read. */
  mediator?: PublicKey;
  /**
   * The terms that the recipient agrees to, `DEFAULT_ESCROW_TERMS` for what is left out. Default: the escrow's, as they
   * are read. With `mediator` and `skipChecks` the escrow need not exist yet.
   */
  terms?: Partial<EscrowTerms>;
  /** Called where the mediator's address is allowed and may be a mistake. */
  onWarning?: (warning: AddressWarning) => void;
}

/**
 * The recipient's signature on the terms of an escrow; look at them first: `getEscrow`. The terms are repeated in the
 * instruction, so it fits no others (`TermsMismatch`). Before it nothing can be submitted or paid, and the owner can take
 * everything back. The policy's recipient signs.
 * Throws `AccountNotFoundError`, `AccountKindError` (also where the mediator is not a wallet), `InvalidInputError`,
 * `MilestoneProgramError` (`InvalidEscrow`, `EscrowClosed`, `EscrowAlreadyAccepted`, `TermsMismatch`).
 * @example
 * const { mediator, reviewPeriodSecs } = await getEscrow(context, policyPda);
 * const instructions = await acceptEscrow(context, { policyPda });
 */
export async function acceptEscrow(
  context: MilestoneContext,
  args: AcceptEscrowArgs,
): Promise<TransactionInstruction[]> {
  const { policy, policyAddress, escrow, escrowAddress } = await loadHeldPolicy(
    context,
    args.policyPda,
  );
  // Terms that the recipient names need no escrow yet: the same transaction may open it.
  const isOpened = !(args.skipChecks && args.mediator && args.terms);
  const opened = isOpened ? requireEscrow(policy, escrow) : null;
  const mediator = args.mediator ? toNonZeroAddress(args.mediator, "mediator") : opened!.mediator;
  const terms = args.terms ? toEscrowTerms(args.terms) : opened!;
  if (opened && !args.skipChecks) {
    refuseOtherTerms(opened, mediator, terms);
    if (!opened.acceptedAt.isZero()) throw refuse("EscrowAlreadyAccepted");
    // The escrow may have been opened without this SDK: a mediator who cannot sign can never decide.
    const role = { field: "mediator", address: mediator, must: "sign" as const };
    for (const warning of await requireWallets(context, [role])) args.onWarning?.(warning);
  }
  const signed = Object.fromEntries(TERM_FIELDS.map((field) => [field, terms[field]]));
  return [
    buildInstruction(
      "acceptEscrow",
      { recipient: policy.recipient, policy: policyAddress, escrow: escrowAddress },
      { mediator, ...signed },
      context.programId,
    ),
  ];
}

function refuseOtherTerms(opened: Escrow, mediator: PublicKey, terms: EscrowTerms): void {
  if (!opened.mediator.equals(mediator)) {
    throw refuse("TermsMismatch", `Mediator: ${opened.mediator.toBase58()}`);
  }
  const other = TERM_FIELDS.find((field) => opened[field] !== terms[field]);
  if (other) throw refuse("TermsMismatch", `${other}: ${opened[other]}, agreed ${terms[other]}`);
}
