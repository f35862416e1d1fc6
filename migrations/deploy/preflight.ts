/** The checks before the first transaction. */
import { PublicKey } from "@solana/web3.js";
import { getProgramDataPda, type MilestoneClient } from "@milepost/sdk";
import { DeployError } from "./errors";

const UPGRADEABLE_LOADER = new PublicKey("BPFLoaderUpgradeab1e11111111111111111111111");
/** Offsets in the `ProgramData` account, which holds a tag (4 bytes), the slot (8) and an optional key. */
const AUTHORITY_FLAG = 12;
const AUTHORITY = 13;

/**
 * Checks that the program is executable and that the wallet can pay. With `createsConfig`, also checks that the wallet
 * is the upgrade authority. Throws `DeployError`.
 */
export async function checkCluster(sdk: MilestoneClient, createsConfig: boolean): Promise<void> {
  const { programId, connection, commitment } = sdk;
  const wallet = sdk.wallet.publicKey;
  const [dataAddress] = getProgramDataPda(programId);
  const [program, data, payer] = await connection.getMultipleAccountsInfo(
    [programId, dataAddress, wallet],
    commitment,
  );
  if (!program) {
    throw new DeployError(
      `there is no program ${programId.toBase58()} on this cluster.\n` +
        "Deploy it first: solana program deploy artifacts/milestone.so --program-id program-key.json; " +
        "or pass the address of another program with --program-id.",
    );
  }
  if (!program.executable) {
    throw new DeployError(
      `${programId.toBase58()} is not a program: it is an account of ${program.owner.toBase58()}.\n` +
        "Pass the address of the deployed program with --program-id.",
    );
  }
  if (createsConfig) checkUpgradeAuthority(programId, program.owner, data?.data, wallet);
  if (!payer || payer.lamports === 0) {
    throw new DeployError(
      `the wallet ${wallet.toBase58()} (--keypair) has no SOL on this cluster.\nSend it SOL for rent and fees.`,
    );
  }
}

/** Checks that the wallet is the upgrade authority, since only that key may create the config. */
function checkUpgradeAuthority(
  programId: PublicKey,
  loader: PublicKey,
  data: Uint8Array | undefined,
  wallet: PublicKey,
): void {
  const program = `program ${programId.toBase58()}`;
  if (!loader.equals(UPGRADEABLE_LOADER) || !data) {
    throw new DeployError(
      `${program} is not upgradeable: it belongs to ${loader.toBase58()}, so nobody can create its config.\n` +
        "Deploy it with `solana program deploy`.",
    );
  }
  if (data[AUTHORITY_FLAG] !== 1) {
    throw new DeployError(
      `${program} no longer has an upgrade authority, so nobody can create its config.\n` +
        "Deploy it again, create the config, and make it final after that.",
    );
  }
  const authority = new PublicKey(data.subarray(AUTHORITY, AUTHORITY + 32));
  if (authority.equals(wallet)) return;
  throw new DeployError(
    `${wallet.toBase58()} (--keypair) is not the upgrade authority of ${program}: that is ${authority.toBase58()}.\n` +
      "Pass the upgrade authority's keypair: only it may create the config.",
  );
}
