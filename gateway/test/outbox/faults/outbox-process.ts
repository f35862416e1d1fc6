/** An outbox as a process of its own, as a test sees it. */
import path from "node:path";
import { bundleProgram, LoggedProcess, MODULES } from "@milepost/database/testing";
import type { CrashPoint } from "../../../src/outbox/crash-points";

export interface OutboxProcessOptions {
  rpcUrl: string;
  programId: string;
  /** Secret key of the fee payer. */
  sponsor: number[];
  databaseUrl?: string;
  /** Directory of an embedded database, without a `databaseUrl`. */
  directory?: string;
  crashAt?: CrashPoint;
  /** Keys of the jobs that the process enqueues. */
  keys: string[];
  payload: { to: string; lamports: number };
}

export const OPTIONS_VARIABLE = "OUTBOX_PROCESS_OPTIONS";

export class OutboxProcess extends LoggedProcess {
  constructor(options: OutboxProcessOptions) {
    super(bundleProgram(path.resolve(__dirname, "outbox-main.ts")), {
      cwd: path.resolve(__dirname, "../../.."),
      env: { NODE_PATH: MODULES, [OPTIONS_VARIABLE]: JSON.stringify(options) },
    });
  }

  /** Ends it by SIGTERM; resolves with the jobs that it then finds in its database. */
  async stop(): Promise<{ key: string; state: string; paid: number }[]> {
    await this.line("started");
    this.kill("SIGTERM");
    const { rows } = await this.line("stopped");
    await this.exit;
    return rows as { key: string; state: string; paid: number }[];
  }

  /** Kills it if it still runs. */
  async end(): Promise<void> {
    if (this.isRunning) this.kill("SIGKILL");
    await this.exit;
  }
}
