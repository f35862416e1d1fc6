/** Loads the program for a localnet. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { PROGRAM_ID } from "@milepost/sdk";

const FILE = path.resolve(__dirname, "../..", process.env.MILESTONE_SO ?? "artifacts/milestone.so");

export function milepost() {
  return { programId: PROGRAM_ID.toBase58(), elf: readFileSync(FILE), upgradeAuthority: null };
}
