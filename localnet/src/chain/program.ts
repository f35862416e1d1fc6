/** The two accounts that `solana program deploy` creates. */
import { PublicKey } from "@solana/web3.js";
import type { AccountState, AddressedAccount } from "./svm";

export const UPGRADEABLE_LOADER = "BPFLoaderUpgradeab1e11111111111111111111111";

/** Size of the header before the program's bytes: a tag, the slot of the deployment, and the upgrade authority. */
const HEADER_SIZE = 45;

/** A program to deploy under the upgradeable loader. */
export interface ProgramToDeploy {
  /** Address of the program, base58. */
  programId: string;
  /** Content of the program's shared object file (`.so`). */
  elf: Uint8Array;
  /** Address that may upgrade the program, base58; null makes the program final. */
  upgradeAuthority: string | null;
}

export const programDataAddress = (programId: string): string =>
  PublicKey.findProgramAddressSync(
    [new PublicKey(programId).toBuffer()],
    new PublicKey(UPGRADEABLE_LOADER),
  )[0].toBase58();

/** Returns the program's file from its program data account. */
export const programElf = (programData: Buffer): Buffer => programData.subarray(HEADER_SIZE);

/** Returns the accounts in the order that the runtime needs: a program without its bytes is "not deployed". */
export function programAccounts(
  { programId, elf, upgradeAuthority }: ProgramToDeploy,
  rentExempt: (size: number) => bigint,
): AddressedAccount[] {
  const dataAddress = programDataAddress(programId);
  const state = Buffer.alloc(36);
  state.writeUInt32LE(2, 0); // UpgradeableLoaderState::Program
  new PublicKey(dataAddress).toBuffer().copy(state, 4);

  const header = Buffer.alloc(HEADER_SIZE);
  header.writeUInt32LE(3, 0); // UpgradeableLoaderState::ProgramData
  header.writeBigUInt64LE(0n, 4); // slot of the deployment
  if (upgradeAuthority !== null) {
    header.writeUInt8(1, 12);
    new PublicKey(upgradeAuthority).toBuffer().copy(header, 13);
  }

  const owned = (data: Buffer, executable: boolean): AccountState => ({
    lamports: rentExempt(data.length),
    data,
    owner: UPGRADEABLE_LOADER,
    executable,
  });
  return [
    { address: dataAddress, account: owned(Buffer.concat([header, elf]), false) },
    { address: programId, account: owned(state, true) },
  ];
}
