/** Finds the addresses that the IDL cannot describe. The others are in the generated client: `findEscrowPda` and so on. */
import { InvalidInputError } from "@milepost/sdk/rules";
import {
  type Address,
  getAddressEncoder,
  getProgramDerivedAddress,
  getU32Encoder,
  type ProgramDerivedAddress,
} from "@solana/kit";
import { MILESTONE_PROGRAM_ADDRESS } from "../generated/programs";
import {
  ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
  TOKEN_PROGRAM_ADDRESS,
  UPGRADEABLE_LOADER_ADDRESS,
} from "./program-addresses";

/** Program of an address, when it is not Milepost's default one. */
export interface PdaConfig {
  /** Address of the Milepost program. Default: `MILESTONE_PROGRAM_ADDRESS`. */
  programAddress?: Address;
}

/**
 * Returns the address of a policy. The id of the next policy is `nextPolicyId` of the owner's `UserPayment`.
 * Throws `InvalidInputError` when `policyId` is not an unsigned 32-bit integer.
 * @example
 * const [policy] = await findPaymentPolicyPda({ userPayment, policyId: account.data.nextPolicyId });
 */
export async function findPaymentPolicyPda(
  seeds: { userPayment: Address; policyId: number },
  { programAddress = MILESTONE_PROGRAM_ADDRESS }: PdaConfig = {},
): Promise<ProgramDerivedAddress> {
  const { userPayment, policyId } = seeds;
  if (!Number.isInteger(policyId) || policyId < 0 || policyId > 0xffff_ffff) {
    const expected = "an unsigned 32-bit integer";
    throw new InvalidInputError({ field: "policyId", expected, received: policyId });
  }
  return getProgramDerivedAddress({
    programAddress,
    seeds: [
      "payment_policy",
      getAddressEncoder().encode(userPayment),
      getU32Encoder().encode(policyId),
    ],
  });
}

/**
 * Returns the associated token account of `owner`, which may be a program's address.
 * @example
 * const [tokenAccount] = await findAssociatedTokenPda({ owner, mint });
 */
export async function findAssociatedTokenPda(seeds: {
  owner: Address;
  mint: Address;
  tokenProgram?: Address;
}): Promise<ProgramDerivedAddress> {
  const { owner, mint, tokenProgram = TOKEN_PROGRAM_ADDRESS } = seeds;
  const addresses = getAddressEncoder();
  return getProgramDerivedAddress({
    programAddress: ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
    seeds: [owner, tokenProgram, mint].map((seed) => addresses.encode(seed)),
  });
}

/**
 * Returns the vault of an escrow: its associated token account of the mint.
 * @example
 * const [vault] = await findVaultPda({ escrow, mint });
 */
export async function findVaultPda(seeds: {
  escrow: Address;
  mint: Address;
  tokenProgram?: Address;
}): Promise<ProgramDerivedAddress> {
  const { escrow, mint, tokenProgram } = seeds;
  return findAssociatedTokenPda({ owner: escrow, mint, tokenProgram });
}

/**
 * Returns the loader's account that names the program's upgrade authority, for `initializeConfig`.
 * @example
 * const [programData] = await findProgramDataPda();
 */
export async function findProgramDataPda({
  programAddress = MILESTONE_PROGRAM_ADDRESS,
}: PdaConfig = {}): Promise<ProgramDerivedAddress> {
  return getProgramDerivedAddress({
    programAddress: UPGRADEABLE_LOADER_ADDRESS,
    seeds: [getAddressEncoder().encode(programAddress)],
  });
}
