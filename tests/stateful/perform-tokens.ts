/** What people do with their tokens past the program, as instructions and signers. */
import {
  createApproveInstruction,
  createFreezeAccountInstruction,
  createMintToInstruction,
  createRevokeInstruction,
  createThawAccountInstruction,
  createTransferInstruction,
} from "@solana/spl-token";
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { Action } from "./actions";
import {
  addressOf,
  freezeAuthority,
  key,
  keypairOf,
  mintAuthority,
  mintKeypair,
  type Name,
  tokensOf,
  userPaymentOf,
} from "./cast";

export interface Order {
  instruction: TransactionInstruction;
  signers: Keypair[];
  /** The chain's own payer when absent. */
  feePayer?: Keypair;
}

const mint = mintKeypair.publicKey;
const person = (name: Name): PublicKey => keypairOf(name).publicKey;
const tokens = (name: Name): PublicKey => key(tokensOf(name));

type TokenAction = Extract<
  Action,
  { kind: "approve" | "revoke" | "transfer" | "mintTo" | "setFrozen" }
>;

export function tokenOrder(action: TokenAction): Order {
  switch (action.kind) {
    case "approve": {
      const delegate =
        action.delegate === "program"
          ? userPaymentOf(action.owner).address
          : addressOf(action.delegate);
      return {
        instruction: createApproveInstruction(
          tokens(action.owner),
          key(delegate),
          person(action.owner),
          action.amount,
        ),
        signers: [keypairOf(action.owner)],
      };
    }
    case "revoke":
      return {
        instruction: createRevokeInstruction(tokens(action.owner), person(action.owner)),
        signers: [keypairOf(action.owner)],
      };
    case "transfer":
      return {
        instruction: createTransferInstruction(
          tokens(action.from),
          tokens(action.to),
          person(action.from),
          action.amount,
        ),
        signers: [keypairOf(action.from)],
      };
    case "mintTo":
      return {
        instruction: createMintToInstruction(
          mint,
          tokens(action.holder),
          mintAuthority.publicKey,
          action.amount,
        ),
        signers: [mintAuthority],
      };
    case "setFrozen": {
      const create = action.isFrozen
        ? createFreezeAccountInstruction
        : createThawAccountInstruction;
      return {
        instruction: create(tokens(action.holder), mint, freezeAuthority.publicKey),
        signers: [freezeAuthority],
      };
    }
  }
}
