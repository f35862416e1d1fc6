/** An owner off the curve, for whom a program signs by CPI: what a multisig's vault is. See `tests/programs/vault`. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { type Chain, fixedKeypair, upgradeableProgramAccounts } from "../harness";

export const VAULT_PROGRAM_FILE = path.join(__dirname, "../programs/vault.so");
const VAULT_PROGRAM = fixedKeypair("vault program").publicKey;
const [vault, bump] = PublicKey.findProgramAddressSync([Buffer.from("vault")], VAULT_PROGRAM);

/** The address that owns; it holds no private key. */
export const VAULT = vault;

/** Puts the vault's program onto the chain, and SOL into the vault. */
export async function deployVault(chain: Chain): Promise<void> {
  const elf = readFileSync(VAULT_PROGRAM_FILE);
  const { program, programData } = upgradeableProgramAccounts(VAULT_PROGRAM, elf, null);
  // The data comes first: LiteSVM loads a program when its own account is written.
  for (const { address, account } of [programData, program]) {
    await chain.setAccount(address, account);
  }
  await chain.airdrop(VAULT);
}

/** The same instructions, called by the vault's program, with the vault's signature where they name it. */
export function throughVault(
  instructions: readonly TransactionInstruction[],
): TransactionInstruction[] {
  return instructions.map(({ programId, keys, data }) => {
    const inner = keys.map((key) => (key.pubkey.equals(VAULT) ? { ...key, isSigner: false } : key));
    return new TransactionInstruction({
      programId: VAULT_PROGRAM,
      keys: [
        { pubkey: VAULT, isSigner: false, isWritable: true },
        { pubkey: programId, isSigner: false, isWritable: false },
        ...inner,
      ],
      data: Buffer.concat([Buffer.from([bump]), data]),
    });
  });
}
