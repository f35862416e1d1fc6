/** For programs beside a running localnet: its connection, keys and addresses, out of its directory. */
import { existsSync } from "node:fs";
import path from "node:path";
import { PublicKey } from "@solana/web3.js";
import { LocalnetError } from "../errors";
import { DEFAULT_DIRECTORY, DESCRIPTION_FILE, isRunning, readDescription } from "./description";
import { type MilepostSetting, settingOf } from "./use";
import { readKeypair, walletsFrom } from "./wallets";

/** Options of `connectLocalnet`. */
export interface ConnectOptions {
  /**
   * The directory that the localnet named at its start. Default: `MILEPOST_LOCALNET`, a variable of the environment,
   * or else `.milepost-localnet` in the working directory or the nearest one above it that has one.
   */
  directory?: string;
}

/**
 * Finds the localnet that was started with `npx @milepost/localnet` or `make localnet`, and returns a connection,
 * funded keys and the addresses of what is on it.
 *
 * Throws `LocalnetError`: `NotFound` when no localnet was started there, `NotRunning` when it does not answer,
 * `KeyUnreadable` when a key file is gone or damaged.
 * @example
 * import { connectLocalnet } from "@milepost/localnet";
 * import { MilestoneClient } from "@milepost/sdk";
 *
 * const { connection, wallets, mint, gateway } = await connectLocalnet();
 * const sdk = new MilestoneClient(connection, wallets.owner);
 */
export async function connectLocalnet(options: ConnectOptions = {}): Promise<MilepostSetting> {
  const directory = path.resolve(
    options.directory ?? process.env["MILEPOST_LOCALNET"] ?? nearestDirectory(),
  );
  const described = readDescription(directory);
  if (!described) {
    throw new LocalnetError(
      "NotFound",
      `There is no localnet in ${directory}. Start one with npx @milepost/localnet, or name the directory that a ` +
        "running one printed.",
      { directory },
    );
  }
  if (!(await isRunning(described))) {
    throw new LocalnetError(
      "NotRunning",
      `The localnet of ${directory} does not answer at ${described.url}. Start it again with ` +
        "npx @milepost/localnet, in the directory where it was started before.",
      { directory, url: described.url },
    );
  }
  const wallets = walletsFrom((name) => readKeypair(described.wallets[name].keypair));
  return settingOf(described, wallets, new PublicKey(described.programId));
}

function nearestDirectory(): string {
  for (let above = process.cwd(); ; above = path.dirname(above)) {
    const candidate = path.join(above, DEFAULT_DIRECTORY);
    if (existsSync(path.join(candidate, DESCRIPTION_FILE))) return candidate;
    if (above === path.dirname(above)) return DEFAULT_DIRECTORY;
  }
}
