import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { type AddressWarning, requireWallets } from "../accounts/check-wallet";
import type { MilestoneContext } from "../context/context";
import { refuse } from "../errors/program";
import { toNonZeroAddress } from "../input/address";
import { toEscrowTerms } from "../input/escrow-terms";
import { TERM_FIELDS } from "../rules/escrow-terms";
import type { Escrow, EscrowTerms } from "../types";
import { buildInstruction } from "./build-instruction";
import { type HeldPolicyArgs, loadHeldPolicy, requireEscrow } from "./held-policy";

/** Arguments of `acceptEscrow`: the policy, and the terms that the recipient agrees to. */
export interface AcceptEscrowArgs extends HeldPolicyArgs {
  /** Mediator that the recipient agrees to. Default: the escrow's current one. */
  mediator?: PublicKey;
  /**
   * Terms that the recipient agrees to; `DEFAULT_ESCROW_TERMS` for each omitted one. Default: the escrow's current terms.
   * With `mediator` and `skipChecks` the escrow need not exist yet.
   */
  terms?: Partial<EscrowTerms>;
  /** Called when the mediator's address is allowed and may be a mistake. */
  onWarning?: (warning: AddressWarning) => void;
}

/**
 * Accepts the terms of an escrow as its recipient; read them first with `getEscrow`. The instruction repeats the terms, so
 * it accepts no others (`TermsMismatch`). Before acceptance nothing can be submitted or paid, and the owner can take
 * everything back. The policy's recipient signs.
 * Throws `AccountNotFoundError`, `AccountKindError` (also when the mediator is not a wallet), `InvalidInputError`,
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
