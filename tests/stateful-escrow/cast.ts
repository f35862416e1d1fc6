/** Every address of the run, from the world's fixed keys: only the commands are random. */
import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import { PublicKey } from "@solana/web3.js";
import { fixedKeypair } from "../harness";
import {
  configAddress,
  escrowAddress,
  gatewayAddress,
  type Person,
  policyAddress,
  PROGRAM_ID,
  userPaymentAddress,
} from "../world";
import { type Address, type Places, RENT_PAYER } from "./state";

const LABELS: Partial<Record<Person, string>> = {
  payer: "chain/payer",
  upgradeAuthority: "chain/upgrade-authority",
};

const people = new Map<Person, Address>();

export function addressOf(person: Person): Address {
  const found = people.get(person) ?? fixedKeypair(LABELS[person] ?? person).publicKey.toBase58();
  people.set(person, found);
  return found;
}

const MINT_KEY = fixedKeypair("mint").publicKey;
const USER_PAYMENT_KEY = userPaymentAddress(fixedKeypair("owner").publicKey, MINT_KEY);

export const CONFIG: Address = configAddress().toBase58();
export const GATEWAY: Address = gatewayAddress(
  fixedKeypair("gatewayAuthority").publicKey,
).toBase58();
export const USER_PAYMENT: Address = USER_PAYMENT_KEY.toBase58();

/** Where the policy with this id and its escrow are, and the bumps that belong to the addresses. */
export function placesOf(policyId: number): { places: Places; bump: number } {
  const policy = policyAddress(USER_PAYMENT_KEY, policyId);
  const id = Buffer.alloc(4);
  id.writeUInt32LE(policyId);
  const seeds = [Buffer.from("payment_policy"), USER_PAYMENT_KEY.toBytes(), id];
  const [, bump] = PublicKey.findProgramAddressSync(seeds, PROGRAM_ID);
  const escrow = escrowAddress(policy);
  const vault = getAssociatedTokenAddressSync(MINT_KEY, escrow, true);
  return {
    places: {
      policy: policy.toBase58(),
      escrow: escrow.toBase58(),
      vault: vault.toBase58(),
    },
    bump,
  };
}

/** The bump of a policy's escrow. */
export function escrowBump(policy: Address): number {
  const seeds = [Buffer.from("escrow"), new PublicKey(policy).toBytes()];
  return PublicKey.findProgramAddressSync(seeds, PROGRAM_ID)[1];
}

export const RENT_PAYER_ADDRESS: Address = addressOf(RENT_PAYER);
