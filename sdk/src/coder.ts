import { type BorshAccountsCoder, BorshCoder, type Idl } from "@coral-xyz/anchor";
import { IDL } from "./generated/milestone";

let coder: BorshCoder | undefined;

/** Anchor's coder over our IDL. Made on first use: importing this SDK does no work. */
export function milestoneCoder(): BorshCoder {
  coder ??= new BorshCoder(IDL as unknown as Idl);
  return coder;
}

/** Anchor's account coder over our IDL. */
export function accountsCoder(): BorshAccountsCoder {
  return milestoneCoder().accounts as BorshAccountsCoder;
}
