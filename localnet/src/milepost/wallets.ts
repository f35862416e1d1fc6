/** The keys of the people and machines that a Milepost set-up needs. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Keypair } from "@solana/web3.js";
import { LocalnetError } from "../errors/localnet-error";

/** Purpose of each key, printed at the start. */
export const WALLET_PURPOSES = {
  owner: "the client: pays, and has 1,000,000 test tokens",
  recipient: "the freelancer: is paid",
  mediator: "decides a dispute of a held policy",
  gatewayAuthority: "created the gateway, and gets its fees",
  gatewaySigner: "signs the gateway's releases (conditions 2 and 3)",
  keeper: "pays a keeper's transaction fees",
  upgradeAuthority: "may upgrade the program, and is the authority of its config",
} as const;

/** Name of a funded key; each stands for one party of a Milepost set-up, such as `owner` or `keeper`. */
export type WalletName = keyof typeof WALLET_PURPOSES;

/** Key pair per wallet name. */
export type Wallets = Record<WalletName, Keypair>;

export const WALLET_NAMES = Object.keys(WALLET_PURPOSES) as WalletName[];

/** Returns the file name of a key: `gateway-authority.json` for `gatewayAuthority`. */
export const keypairFile = (directory: string, name: WalletName): string =>
  path.join(
    directory,
    "keys",
    `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.json`,
  );

export const generateWallets = (): Wallets => walletsFrom(() => Keypair.generate());

/** Returns the keys of a directory, and creates those that it lacks, readable by their owner alone. */
export function openWallets(directory: string): Wallets {
  const keys = path.join(directory, "keys");
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  chmodSync(keys, 0o700);
  return walletsFrom((name) => {
    const file = keypairFile(directory, name);
    if (existsSync(file)) return readKeypair(file);
    const keypair = Keypair.generate();
    // An existing file is never overwritten: its key would be lost.
    writeFileSync(file, JSON.stringify([...keypair.secretKey]), { mode: 0o600, flag: "wx" });
    return keypair;
  });
}

/** Throws `LocalnetError` (`KeyUnreadable`) without the file's content, which may be a secret. */
export function readKeypair(file: string): Keypair {
  try {
    const bytes = JSON.parse(readFileSync(file, "utf8")) as number[];
    return Keypair.fromSecretKey(Uint8Array.from(bytes));
  } catch {
    throw new LocalnetError(
      "KeyUnreadable",
      `${file} is not a readable keypair file of 64 numbers. Restore it, or delete it to get a new key.`,
      { file },
    );
  }
}

export const walletsFrom = (keypairOf: (name: WalletName) => Keypair): Wallets =>
  Object.fromEntries(WALLET_NAMES.map((name) => [name, keypairOf(name)])) as Wallets;
