/** The program under test: its id, its bytes, and the accounts the upgradeable loader keeps for it. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { PublicKey } from "@solana/web3.js";
import type { ChainAccount } from "./runtime";

export const PROGRAM_ID = new PublicKey("Mi7oNpXg2unyTa7AcxtezMfg5Bt5SMW7f4qr5MqXKH9");

export const UPGRADEABLE_LOADER_ID = new PublicKey("BPFLoaderUpgradeab1e11111111111111111111111");

const ROOT = path.resolve(__dirname, "../..");

export const programPath = (): string =>
  path.resolve(ROOT, process.env.MILESTONE_SO ?? "artifacts/milestone.so");

export const idlPath = (): string =>
  path.resolve(ROOT, process.env.MILESTONE_IDL ?? "artifacts/milestone.json");

/** `MILESTONE_SO`, or the committed build when that is not set. */
export const readProgram = (): Buffer => readFileSync(programPath());

export const programDataAddress = (programId: PublicKey = PROGRAM_ID): PublicKey =>
  PublicKey.findProgramAddressSync([programId.toBuffer()], UPGRADEABLE_LOADER_ID)[0];

export interface AddressedAccount {
  address: PublicKey;
  account: ChainAccount;
}

/** Far above rent exemption at any size a program has here, so no runtime has to be asked first. */
const LOADER_LAMPORTS = 10_000_000_000n;

/**
 * The two accounts `solana program deploy` leaves behind. `initialize_config` reads the upgrade authority
 * from the second, so a program added by a runtime's own shortcut would not do.
 */
export function upgradeableProgramAccounts(
  programId: PublicKey,
  elf: Uint8Array,
  upgradeAuthority: PublicKey | null,
): { program: AddressedAccount; programData: AddressedAccount } {
  const dataAddress = programDataAddress(programId);

  const programState = Buffer.alloc(36);
  programState.writeUInt32LE(2, 0); // UpgradeableLoaderState::Program
  dataAddress.toBuffer().copy(programState, 4);

  const header = Buffer.alloc(45);
  header.writeUInt32LE(3, 0); // UpgradeableLoaderState::ProgramData
  header.writeBigUInt64LE(0n, 4); // slot of the deployment
  if (upgradeAuthority) {
    header.writeUInt8(1, 12);
    upgradeAuthority.toBuffer().copy(header, 13);
  }

  const owned = (data: Buffer, executable: boolean): ChainAccount => ({
    lamports: LOADER_LAMPORTS,
    data,
    owner: UPGRADEABLE_LOADER_ID,
    executable,
  });
  return {
    program: { address: programId, account: owned(programState, true) },
    programData: { address: dataAddress, account: owned(Buffer.concat([header, elf]), false) },
  };
}
