import { type BorshAccountsCoder, BorshCoder } from "@coral-xyz/anchor";
import { IDL } from "../src/generated/milestone";

let coder: BorshCoder | undefined;

/** Anchor's coder over our IDL: what the SDK's own codecs are compared with. */
export function anchorCoder(): BorshCoder {
  coder ??= new BorshCoder(IDL);
  return coder;
}

/** Anchor's account coder over our IDL. */
export function anchorAccounts(): BorshAccountsCoder {
  return anchorCoder().accounts;
}
