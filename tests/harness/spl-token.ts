/** Other builds of SPL Token than the one a runtime brings: both runtimes bring one, and each can run the other's. */
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { PublicKey } from "@solana/web3.js";
import { startBankrun } from "./bankrun";
import { startLiteSvm } from "./litesvm";
import { programDataAddress, upgradeableProgramAccounts, type AddressedAccount } from "./program";

/** Owner of programs that were deployed before the upgradeable loader existed: the account holds the bytes itself. */
export const LOADER_V2_ID = new PublicKey("BPFLoader2111111111111111111111111111111111");

/** Bytes of `ProgramData` before the program. */
const PROGRAM_DATA_HEADER = 45;
const LAMPORTS = 10_000_000_000n;

export type SplTokenBuild = "p-token" | "before p-token";
export type Loader = "upgradeable" | "v2";

/** The accounts that put `build` under `loader` at `programId`, SPL Token's own when absent. */
export async function splTokenAccounts(
  build: SplTokenBuild,
  loader: Loader,
  programId: PublicKey = TOKEN_PROGRAM_ID,
): Promise<AddressedAccount[]> {
  const elf = await readBuild(build);
  if (loader === "upgradeable") {
    const { program, programData } = upgradeableProgramAccounts(programId, elf, null);
    return [programData, program];
  }
  const account = { lamports: LAMPORTS, data: elf, owner: LOADER_V2_ID, executable: true };
  return [{ address: programId, account }];
}

const builds = new Map<SplTokenBuild, Promise<Buffer>>();

/** LiteSVM brings p-token under the upgradeable loader, bankrun the program before it under loader v2. */
function readBuild(build: SplTokenBuild): Promise<Buffer> {
  const known = builds.get(build);
  if (known) return known;
  const read = build === "p-token" ? readPToken() : readBefore();
  builds.set(build, read);
  return read;
}

async function readPToken(): Promise<Buffer> {
  const runtime = await startLiteSvm([]);
  const account = await runtime.getAccount(programDataAddress(TOKEN_PROGRAM_ID));
  if (!account) throw new Error("LiteSVM has no p-token under the upgradeable loader");
  return account.data.subarray(PROGRAM_DATA_HEADER);
}

async function readBefore(): Promise<Buffer> {
  const runtime = await startBankrun([]);
  const account = await runtime.getAccount(TOKEN_PROGRAM_ID);
  if (!account?.owner.equals(LOADER_V2_ID))
    throw new Error("bankrun has no SPL Token under loader v2");
  return account.data;
}
