/** Runs a keeper as a process of its own, as a test sees it. */
import { LoggedProcess } from "@milepost/database/testing";
import type { CrashPoint } from "../../src/work/crash-points";
import { programFile, PROGRAM_SURROUNDINGS } from "../harness/program-file";

export interface KeeperProcessOptions {
  urls: readonly string[];
  wsUrl?: string;
  /** Path of the file. */
  keypair: string;
  databaseUrl?: string;
  /** Directory of an embedded database, without a `databaseUrl`. */
  directory?: string;
  crashAt?: CrashPoint;
  /** True to pay all due milestones and exit. */
  isOnce?: boolean;
  clockSkewMs?: number;
  eachTimeoutMs?: number;
  leaseSeconds?: number;
  statementTimeoutMs?: number;
  stopMs?: number;
  silenceMs?: number;
  gapMs?: number;
}

export const OPTIONS_VARIABLE = "KEEPER_PROCESS_OPTIONS";

export class KeeperProcess extends LoggedProcess {
  constructor(options: KeeperProcessOptions) {
    const { cwd, env } = PROGRAM_SURROUNDINGS;
    super(programFile("test/faults/keeper-main.ts"), {
      cwd,
      env: { ...env, [OPTIONS_VARIABLE]: JSON.stringify(options) },
    });
  }
}
