/** Connects other programs to a running localnet: reads its URL, keys and addresses from its directory. */
import { existsSync } from "node:fs";
import path from "node:path";
import { PublicKey } from "@solana/web3.js";
import { LocalnetError } from "../errors/localnet-error";
import { DEFAULT_DIRECTORY, DESCRIPTION_FILE, isRunning, readDescription } from "./localnet-json";
import { type MilepostSetting, settingOf } from "./setting";
import { readKeypair, walletsFrom } from "./wallets";

/** Options of `connectLocalnet`. */
export interface ConnectOptions {
  /**
   * The directory that the localnet named at its start. Default: the environment variable
   * `MILEPOST_LOCALNET`, otherwise `.milepost-localnet` in the working directory or its nearest parent that has one.
   */
  directory?: string;
}

/**
 * Finds the localnet that was started with `npx @milepost/localnet` or `make localnet`, and returns a connection,
 * funded keys and the addresses of program, gateway and test mint.
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
      `There is no localnet in ${directory}. Start one with npx @milepost/localnet, or pass the directory that ` +
        "the running localnet printed.",
      { directory },
    );
  }
  if (!(await isRunning(described))) {
    throw new LocalnetError(
      "NotRunning",
      `The localnet of ${directory} does not answer at ${described.url}. Start it again with ` +
        "npx @milepost/localnet, in the directory of the first start.",
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
