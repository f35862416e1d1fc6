/**
 * Opens a keeper's embedded database and its queue as `milepost-keeper run` does, and prints what each phase took, as one line
 * of JSON. `DIRECTORY`, run by `start.ts`.
 */
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { filesIn } from "../../database/src/database-files";
import { keepHeapSmall } from "../src/cli/small-heap";
import { openQueue } from "../src/queue/leases";
import { KEEPER, migrate, openDatabase } from "../src/store/database";

/** `sysconf(_SC_CLK_TCK)` is 100 on every Linux. */
const MS_A_TICK = 10;

/** Duration of a phase, in milliseconds. */
export interface Phase {
  wall: number;
  /** Processor time of all threads and of child processes that have ended. */
  cpu: number;
}

/** Milliseconds since the process began. */
function now(): Phase {
  const stat = readFileSync("/proc/self/stat", "utf8");
  // The fields follow the name, which may contain anything. The 12th to 15th are user and system time, own and children's.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { wall: performance.now(), cpu: ticks * MS_A_TICK };
}

async function main(directory: string): Promise<void> {
  const phases: Record<string, Phase> = {};
  let last: Phase = { wall: 0, cpu: 0 };
  const ended = (name: string) => {
    const at = now();
    phases[name] = { wall: at.wall - last.wall, cpu: at.cpu - last.cpu };
    last = at;
  };
  keepHeapSmall({ directory });
  ended("modules");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // `openDatabase` finds the files complete.
  await filesIn(directory, KEEPER);
  ended("files");
  const database = await openDatabase({ directory });
  ended("PGlite");
  await migrate(database);
  ended("migrations");
  const queue = await openQueue(database, { isAlone: true });
  ended("pg-boss");
  await queue.depth();
  ended("first query");
  phases.total = last;
  console.log(JSON.stringify(phases));
  await queue.stop();
  await database.close();
}

main(process.argv[2]!).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
