/** A localnet with Milepost on it: program, config, gateway, test mint and funded keys. */
import path from "node:path";
import { PublicKey } from "@solana/web3.js";
import { FAUCET_KEY } from "../chain/faucet";
import type { ProgramToDeploy } from "../chain/program";
import { TEST_MINT_DECIMALS, testMintAccount } from "../chain/test-mint";
import { explainListenError, inDirectory } from "../errors/system-errors";
import type { LocalnetOptions } from "../server/options";
import { assertPortsFree } from "../server/ports";
import { type Localnet, startLocalnet } from "../server/start";
import { type LocalnetDescription, writeDescription } from "./localnet-json";
import { openDirectory } from "./directory";
import { idlAccount } from "./idl-account";
import { type MilepostProgram, readProgram, sha256 } from "./program";
import { setUp } from "./set-up";
import { type MilepostSetting, settingOf } from "./setting";
import {
  generateWallets,
  keypairFile,
  WALLET_NAMES,
  WALLET_PURPOSES,
  type Wallets,
} from "./wallets";

/** Options of `startMilepostLocalnet`; each has a default. */
export interface MilepostLocalnetOptions extends LocalnetOptions {
  /**
   * A directory for the state, the keys and `localnet.json`. With the same directory a later start has the same keys
   * and goes on from the state. Default: none; keys are then in memory, and nothing is kept.
   */
  ledger?: string;
  /** Starts a new chain in `ledger`, with the keys that are there. Default: false. */
  isReset?: boolean;
}

/** A running localnet with Milepost on it, as `startMilepostLocalnet` returns it. */
export interface MilepostLocalnet extends Localnet, MilepostSetting {
  /** Content of `localnet.json`; null without a `ledger`. */
  description: LocalnetDescription | null;
}

/**
 * Starts a chain with Milepost on it: the program under an upgrade authority, its config, a gateway, a test mint with
 * a faucet, and funded keys. `programs` are deployed as well; a program with Milepost's own id replaces the build in
 * this package.
 *
 * Throws `LocalnetError`: `PortInUse`, `AddressUnavailable`, `DirectoryNotWritable`, `DirectoryInUse`,
 * `LedgerOfOtherProgram`, `KeyUnreadable`, `ProgramMissing`, `ProgramDamaged`.
 * @example
 * import { startMilepostLocalnet } from "@milepost/localnet";
 * import { MilestoneClient } from "@milepost/sdk";
 *
 * const localnet = await startMilepostLocalnet({ port: 0 });
 * const sdk = new MilestoneClient(localnet.connection, localnet.wallets.owner);
 * await localnet.close();
 */
export async function startMilepostLocalnet(
  options: MilepostLocalnetOptions = {},
): Promise<MilepostLocalnet> {
  const ledger = options.ledger === undefined ? undefined : path.resolve(options.ledger);
  const { program, others } = programsOf(options.programs ?? []);
  await assertPortsFree(options).catch(rethrowExplained);
  const wallets =
    ledger === undefined
      ? generateWallets()
      : await openDirectory(ledger, program, options.isReset ?? false);
  const upgradeAuthority = wallets.upgradeAuthority.publicKey.toBase58();
  const localnet = await startLocalnet({
    ...options,
    ledger,
    programs: [...others, { ...program, upgradeAuthority }],
    accountsAtGenesis: (rentExempt) => [testMintAccount(FAUCET_KEY, rentExempt)],
  }).catch(rethrowExplained);
  try {
    return await withMilepost(localnet, program, wallets, ledger);
  } catch (error) {
    await localnet.close();
    throw error;
  }
}

async function withMilepost(
  localnet: Localnet,
  program: MilepostProgram,
  wallets: Wallets,
  ledger: string | undefined,
): Promise<MilepostLocalnet> {
  const { chain } = localnet;
  const setting = settingOf(localnet, wallets, new PublicKey(program.programId));
  const { publicKey } = wallets.upgradeAuthority;
  const idl = await idlAccount(program, publicKey, (size) => chain.svm.rentExempt(size));
  // Written on every start: the IDL's texts can change while the program stays the same.
  chain.setAccount(idl.address, idl.account);
  await setUp(chain, setting);
  if (ledger === undefined) return { ...localnet, ...setting, description: null };
  localnet.save();
  const description = descriptionOf(localnet, setting, program, ledger);
  inDirectory(ledger, () => writeDescription(ledger, description));
  return { ...localnet, ...setting, description };
}

function descriptionOf(
  { chain }: Localnet,
  { url, wsUrl, programId, config, gateway, mint, wallets }: MilepostSetting,
  program: MilepostProgram,
  ledger: string,
): LocalnetDescription {
  const described = WALLET_NAMES.map((name) => {
    const keypair = keypairFile(ledger, name);
    const address = wallets[name].publicKey.toBase58();
    return [name, { address, keypair, purpose: WALLET_PURPOSES[name] }] as const;
  });
  return {
    version: 1,
    url,
    wsUrl,
    genesisHash: chain.genesisHash,
    programId: programId.toBase58(),
    programSha256: program.sha256,
    config: config.toBase58(),
    gateway: gateway.toBase58(),
    mint: mint.toBase58(),
    mintDecimals: TEST_MINT_DECIMALS,
    wallets: Object.fromEntries(described) as LocalnetDescription["wallets"],
  };
}

/** Separates Milepost's program, from the package or from the options, from the other programs. */
function programsOf(given: ProgramToDeploy[]) {
  const carried = readProgram();
  const own = given.find(({ programId }) => programId === carried.programId);
  const program = own ? { ...carried, elf: own.elf, sha256: sha256(own.elf) } : carried;
  return { program, others: given.filter((other) => other !== own) };
}

function rethrowExplained(error: unknown): never {
  throw explainListenError(error);
}
