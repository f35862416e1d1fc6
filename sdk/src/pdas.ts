import { PublicKey } from "@solana/web3.js";
import { deriveAddress } from "./codec/derive-address";
import { PROGRAM_ID } from "./constants";
import { toU32 } from "./input/numbers";

const UPGRADEABLE_LOADER = "BPFLoaderUpgradeab1e11111111111111111111111";

/**
 * Address of the program-wide settings.
 * @example
 * const [config] = getConfigPda();
 */
export function getConfigPda(programId: PublicKey = PROGRAM_ID): [PublicKey, number] {
  return deriveAddress(["config"], programId);
}

/**
 * Address of the gateway that `authority` may create. One authority has one gateway.
 * @example
 * const [gateway] = getGatewayPda(authority.publicKey);
 */
export function getGatewayPda(
  authority: PublicKey,
  programId: PublicKey = PROGRAM_ID,
): [PublicKey, number] {
  return deriveAddress(["gateway", authority], programId);
}

/**
 * Address of the owner's `UserPayment` on one mint: the SPL delegate of all the owner's policies on it.
 * @example
 * const [userPayment] = getUserPaymentPda(owner, mint);
 */
export function getUserPaymentPda(
  owner: PublicKey,
  mint: PublicKey,
  programId: PublicKey = PROGRAM_ID,
): [PublicKey, number] {
  return deriveAddress(["user_payment", owner, mint], programId);
}

/**
 * Address of a policy. `policyId` is a `u32`.
 * Throws `InvalidInputError` when it is not.
 * @example
 * const [policy] = getPaymentPolicyPda(userPayment, 7);
 */
export function getPaymentPolicyPda(
  userPayment: PublicKey,
  policyId: number,
  programId: PublicKey = PROGRAM_ID,
): [PublicKey, number] {
  const id = new Uint8Array(4);
  new DataView(id.buffer).setUint32(0, toU32(policyId, "policyId"), true);
  return deriveAddress(["payment_policy", userPayment, id], programId);
}

/**
 * Address of a policy's escrow: its terms, its state, and the authority over its vault (`getVaultAddress`).
 * @example
 * const [escrow] = getEscrowPda(policy);
 */
export function getEscrowPda(
  policy: PublicKey,
  programId: PublicKey = PROGRAM_ID,
): [PublicKey, number] {
  return deriveAddress(["escrow", policy], programId);
}

/**
 * Address of the upgradeable loader's account that names the program's upgrade authority.
 * @example
 * const [programData] = getProgramDataPda();
 */
export function getProgramDataPda(programId: PublicKey = PROGRAM_ID): [PublicKey, number] {
  return deriveAddress([programId], new PublicKey(UPGRADEABLE_LOADER));
}
