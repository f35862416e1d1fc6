/** The program that this package carries: its bytes, checked against their published hash, and its IDL. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { PROGRAM_ID } from "@milepost/sdk";
import type { ProgramToDeploy } from "../chain/program";
import { LocalnetError } from "../errors/localnet-error";

export interface MilepostProgram extends Omit<ProgramToDeploy, "upgradeAuthority"> {
  /** SHA-256 of `elf`, lower-case hex. */
  sha256: string;
  /** IDL as JSON. */
  idl: Buffer;
}

export const sha256 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

/** Returns the program's directory: beside the code in the published package, `artifacts/` in the repository. */
export function programDirectory(): string {
  const packed = path.join(__dirname, "program");
  return existsSync(packed) ? packed : path.resolve(__dirname, "../../../artifacts");
}

/** Throws `LocalnetError`: `ProgramMissing`, or `ProgramDamaged` when a file does not match SHA256SUMS. */
export function readProgram(directory = programDirectory()): MilepostProgram {
  const read = (name: string): Buffer => {
    try {
      return readFileSync(path.join(directory, name));
    } catch (error) {
      throw new LocalnetError(
        "ProgramMissing",
        `The program's file ${path.join(directory, name)} cannot be read. Install @milepost/localnet again; in the ` +
          "repository, check out artifacts/.",
        { file: path.join(directory, name) },
        error,
      );
    }
  };
  const sums = new Map(
    read("SHA256SUMS")
      .toString()
      .trim()
      .split("\n")
      .map((line): [string, string] => [line.slice(66), line.slice(0, 64)]),
  );
  const checked = (name: string): Buffer => {
    const bytes = read(name);
    const [found, expected] = [sha256(bytes), sums.get(name) ?? "no hash"];
    if (found === expected) return bytes;
    throw new LocalnetError(
      "ProgramDamaged",
      `${path.join(directory, name)} has the SHA-256 ${found}, but SHA256SUMS lists ${expected}. Install ` +
        "@milepost/localnet again; in the repository, check out artifacts/.",
      { file: path.join(directory, name), found, expected },
    );
  };
  const elf = checked("milestone.so");
  return {
    programId: PROGRAM_ID.toBase58(),
    elf,
    sha256: sha256(elf),
    idl: checked("milestone.json"),
  };
}
