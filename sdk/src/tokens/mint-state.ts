import type { PublicKey } from "@solana/web3.js";
import { UnsupportedMintError } from "../errors/accounts";
import type { MintFields } from "./mint-layout";

/** Facts about a mint that decide whether and how it is paid in. */
export interface MintState extends MintFields {
  /** Address of the mint. */
  address: PublicKey;
  /** SPL Token or Token-2022, whichever owns the mint. */
  tokenProgram: PublicKey;
}

/** Throws `UnsupportedMintError` when the mint has an extension that milestone payments refuse. */
export function requireSupported(mint: MintState): void {
  if (mint.unsupportedExtensions.length > 0) {
    throw new UnsupportedMintError(mint.address, mint.unsupportedExtensions);
  }
}
