/** Approves the milestones that a file names. */
import { readFile, stat } from "node:fs/promises";
import { MAX_MILESTONES } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import type { Approval, ReleaseRule } from "./release-rule";

/** The allow list cannot be read, or a line of it is wrong. */
export class AllowListError extends Error {
  /** Name of the class, as logs show it. */
  override readonly name = "AllowListError";
}

/** Options of `allowListRule`. */
export interface AllowListOptions {
  /** Path of the file. */
  path: string;
  /** Reports a version of the file that cannot be used, once per version. */
  onProblem(error: AllowListError): void;
}

type AllowList = ReadonlyMap<string, ReadonlySet<number>>;

/**
 * Creates a rule from a file. A line has a policy's address and the indexes of the milestones to release, counted from 0, or
 * `*` for all; `#` starts a comment. Every other milestone is "later". The file is read again when it changes; while it
 * is invalid, every milestone is "later".
 * @example
 * // 7Yk...q1 0 1   # first and second milestone
 * const rule = allowListRule({ path: "release.txt", onProblem: (error) => log.error(error.message) });
 */
export function allowListRule({ path, onProblem }: AllowListOptions): ReleaseRule {
  let version: string | null = null;
  let list: Promise<AllowList | null> = Promise.resolve(null);

  async function load(): Promise<AllowList | null> {
    try {
      return parseAllowList(await readFile(path, "utf8"), path);
    } catch (error) {
      onProblem(error instanceof AllowListError ? error : unreadable(path, error));
      return null;
    }
  }

  async function current(): Promise<AllowList | null> {
    const found = await versionOf(path);
    if (found !== version) {
      // Taken before the file is read, so that a change in between is seen the next time.
      version = found;
      list = load();
    }
    return list;
  }

  return {
    name: "allow-list",
    async approve(policy, milestoneIndex): Promise<Approval> {
      const indexes = (await current())?.get(policy.toBase58());
      return indexes?.has(milestoneIndex) ? "yes" : "later";
    },
  };
}

/** Returns a text that differs after every change of the file. */
async function versionOf(path: string): Promise<string> {
  try {
    const { mtimeNs, ctimeNs, size, ino } = await stat(path, { bigint: true });
    return `${mtimeNs} ${ctimeNs} ${size} ${ino}`;
  } catch (error) {
    return unreadable(path, error).message;
  }
}

function unreadable(path: string, error: unknown): AllowListError {
  return new AllowListError(`${path}: ${(error as NodeJS.ErrnoException).code}`);
}

/** Throws `AllowListError` with the first line that is wrong. */
export function parseAllowList(text: string, path: string): AllowList {
  const list = new Map<string, Set<number>>();
  text.split(/\r?\n/).forEach((line, number) => {
    const words = line.replace(/#.*/, "").trim().split(/\s+/).filter(Boolean);
    if (words.length === 0) return;
    const [address, ...indexes] = words;
    const where = `${path}:${number + 1}`;
    if (!isAddress(address!)) throw new AllowListError(`${where}: no policy address: ${address}`);
    if (indexes.length === 0) {
      throw new AllowListError(`${where}: name the milestones by index, or * for all`);
    }
    const known = list.get(address!) ?? new Set<number>();
    for (const index of indexes) {
      if (index !== "*" && !/^[0-3]$/.test(index)) {
        throw new AllowListError(
          `${where}: a milestone is 0 to ${MAX_MILESTONES - 1} or *: ${index}`,
        );
      }
      const all = Array.from({ length: MAX_MILESTONES }, (_, each) => each);
      for (const each of index === "*" ? all : [Number(index)]) known.add(each);
    }
    list.set(address!, known);
  });
  return list;
}

function isAddress(word: string): boolean {
  try {
    return new PublicKey(word).toBase58() === word;
  } catch {
    return false;
  }
}
