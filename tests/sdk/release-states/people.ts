/** The people of the generated states; the mint has a key of its own. */
import type { Keypair } from "@solana/web3.js";
import { fixedKeypair } from "../../harness";

const NAMES = [
  "payer",
  "stranger",
  "owner",
  "recipient",
  "mediator",
  "gatewaySigner",
  "otherSigner",
  "gatewayAuthority",
  "gatewayFees",
  "protocolAuthority",
  "protocolFees",
  "mint",
] as const;
export type PersonName = (typeof NAMES)[number];

export const createPeople = (): Record<PersonName, Keypair> =>
  Object.fromEntries(NAMES.map((name) => [name, fixedKeypair(`release-states/${name}`)])) as Record<
    PersonName,
    Keypair
  >;
