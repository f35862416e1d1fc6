/** What every builder returns: instructions, and who has to sign them. */
import { IDL } from "@milepost/sdk";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { GatewayError } from "../errors/gateway-error";
import type { ChainRuntime } from "./chain-runtime";

/** Instructions of one transaction whose fee payer is the sponsor. */
export interface Build {
  instructions: TransactionInstruction[];
  /** Addresses that must sign besides the fee payer, without repetition. */
  signers: PublicKey[];
}

/**
 * Returns the build; its signers are those that the instructions name, except the sponsor.
 * Throws `GatewayError` when the sponsor would sign as a party.
 */
export function toBuild(chain: ChainRuntime, instructions: TransactionInstruction[]): Build {
  refuseSponsorAsParty(chain, instructions);
  const signers = new Map<string, PublicKey>();
  for (const { keys } of instructions) {
    for (const { pubkey, isSigner } of keys) {
      if (isSigner && !isSponsor(chain, pubkey)) signers.set(pubkey.toBase58(), pubkey);
    }
  }
  return { instructions, signers: [...signers.values()] };
}

/** Parts that the sponsor may play in the program's instructions; neither has a say about money. */
const SPONSOR_ROLES: readonly string[] = ["payer", "executor"];

/** Places of the accounts that the sponsor may be, per discriminator in hex. */
const ALLOWED_PLACES: ReadonlyMap<string, ReadonlySet<number>> = new Map(
  IDL.instructions.map(({ discriminator, accounts }) => [
    Buffer.from(discriminator).toString("hex"),
    new Set(accounts.flatMap(({ name }, place) => (SPONSOR_ROLES.includes(name) ? [place] : []))),
  ]),
);

/**
 * Refuses a transaction in which the sponsor signs as owner, recipient or mediator: anyone can create a policy that names the
 * sponsor, and the gateway signs as the fee payer without asking anyone.
 * Throws `GatewayError` (`invalid_request`).
 */
export function refuseSponsorAsParty(
  chain: ChainRuntime,
  instructions: readonly TransactionInstruction[],
): void {
  for (const { programId, keys, data } of instructions) {
    if (!programId.equals(chain.programId)) continue;
    const allowed = ALLOWED_PLACES.get(data.subarray(0, 8).toString("hex"));
    const isParty = keys.some(
      ({ pubkey, isSigner }, place) => isSigner && isSponsor(chain, pubkey) && !allowed?.has(place),
    );
    if (!isParty) continue;
    throw new GatewayError(
      "invalid_request",
      "The gateway's sponsor is a party of this payment. Use wallets of your own for payer, payee and mediator.",
    );
  }
}

const isSponsor = ({ sponsor }: ChainRuntime, address: PublicKey): boolean =>
  address.equals(sponsor.publicKey);
