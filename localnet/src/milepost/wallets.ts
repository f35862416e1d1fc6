/** The keys of the people and machines that a Milepost set-up needs. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Keypair } from "@solana/web3.js";
import { LocalnetError } from "../errors";

/** What each key is for; printed at the start. */
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

/** `gatewayAuthority` is in `gateway-authority.json`. */
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
    // Never over a file that came to be meanwhile: it would be a key that is lost.
    writeFileSync(file, JSON.stringify([...keypair.secretKey]), { mode: 0o600, flag: "wx" });
    return keypair;
  });
}

/** @throws LocalnetError `KeyUnreadable`, without what the file says: it may be a secret */
export function readKeypair(file: string): Keypair {
  try {
    return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(file, "utf8"))));
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
