/** Who takes part in the stateful run, and every address of it. Keys are fixed: only the commands are random. */
import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import { Keypair, PublicKey } from "@solana/web3.js";
import { fixedKeypair } from "../harness";
import { PROGRAM_ID } from "../world";

/** Three owners of the same mint: two busy ones, and `cy`, who also closes and reopens. */
export const OWNERS = ["ada", "ben", "cy"] as const;
/** Three gateways by their authorities; `spare` is the one that closes and reopens. */
export const GATEWAYS = ["north", "south", "spare"] as const;
/** They pay rent and nothing else, so that their lamports are predictable to the last one. */
export const SPONSORS = ["sam", "sue"] as const;
export const GATEWAY_SIGNERS = ["sid", "sol"] as const;
/** Everyone with a token account. */
export const HOLDERS = ["cy", "ben", "stranger", "rob", "rita", "fees1", "fees2", "ada"] as const;

export type Owner = (typeof OWNERS)[number];
export type Gateway = (typeof GATEWAYS)[number];
export type Sponsor = (typeof SPONSORS)[number];
export type Holder = (typeof HOLDERS)[number];
export type Name =
  | Owner
  | Gateway
  | Sponsor
  | Holder
  | (typeof GATEWAY_SIGNERS)[number]
  | "payer"
  | "upgradeAuthority";

/** An address as base58, which compares with `===`. */
export type Address = string;
/** The all-zero address, which no one can sign for. */
export const NOBODY: Address = PublicKey.default.toBase58();

function remembered<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const found = known.get(key) ?? compute(key);
    known.set(key, found);
    return found;
  };
}

const CHAIN_KEYS: Partial<Record<Name, string>> = {
  payer: "chain/payer",
  upgradeAuthority: "chain/upgrade-authority",
};

export const keypairOf = remembered((name: Name): Keypair =>
  fixedKeypair(CHAIN_KEYS[name] ?? `stateful/${name}`),
);
export const mintKeypair = fixedKeypair("stateful/mint");
export const mintAuthority = fixedKeypair("stateful/mint-authority");
export const freezeAuthority = fixedKeypair("stateful/freeze-authority");
export const MINT: Address = mintKeypair.publicKey.toBase58();

/** The key behind a base58 address. */
export const key = remembered((address: Address): PublicKey => new PublicKey(address));
export const addressOf = remembered((name: Name): Address => keypairOf(name).publicKey.toBase58());
export const tokensOf = remembered((holder: Name): Address =>
  getAssociatedTokenAddressSync(mintKeypair.publicKey, keypairOf(holder).publicKey).toBase58(),
);

const NAMES: Name[] = [
  ...new Set<Name>([...OWNERS, ...GATEWAYS, ...SPONSORS, ...GATEWAY_SIGNERS, ...HOLDERS]),
  "payer",
  "upgradeAuthority",
];
const byAddress = new Map(NAMES.map((name) => [addressOf(name), name]));

export function nameOf(address: Address): Name {
  const name = byAddress.get(address);
  if (!name) throw new Error(`${address} is nobody of the cast`);
  return name;
}

export interface Derived {
  address: Address;
  bump: number;
}

function derive(...seeds: Uint8Array[]): Derived {
  const [address, bump] = PublicKey.findProgramAddressSync(seeds, PROGRAM_ID);
  return { address: address.toBase58(), bump };
}

export const CONFIG: Derived = derive(Buffer.from("config"));
export const gatewayOf = remembered((gateway: Gateway): Derived =>
  derive(Buffer.from("gateway"), keypairOf(gateway).publicKey.toBytes()),
);
export const userPaymentOf = remembered((owner: Owner): Derived =>
  derive(
    Buffer.from("user_payment"),
    keypairOf(owner).publicKey.toBytes(),
    mintKeypair.publicKey.toBytes(),
  ),
);

export function policyOf(userPayment: Address, policyId: number): Derived {
  const id = Buffer.alloc(4);
  id.writeUInt32LE(policyId);
  return derive(Buffer.from("payment_policy"), key(userPayment).toBytes(), id);
}
