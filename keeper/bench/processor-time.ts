/** Reads the processor time of processes on this machine, as Linux reports it. */
import { readdirSync, readFileSync } from "node:fs";
import { Client } from "pg";

/** `sysconf(_SC_CLK_TCK)` is 100 on every Linux. */
const MS_PER_TICK = 10;

interface ProcessTime {
  parent: number;
  /** Milliseconds of its own. */
  own: number;
  /** Milliseconds of its children that have ended. */
  ended: number;
}

/** Returns the processor time of a process. Throws when the process has ended. */
export function processTime(pid: number | string): ProcessTime {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The fields follow the name, which may contain anything: the parent is the second, and user and system time are the
  // 12th and 13th, those of ended children the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = (from: number) => Number(fields[from]) + Number(fields[from + 1]);
  return {
    parent: Number(fields[1]),
    own: ticks(11) * MS_PER_TICK,
    ended: ticks(13) * MS_PER_TICK,
  };
}

/** Returns the processor time of a Postgres server so far, in milliseconds: of its sessions, also ended ones. */
export async function postgresCpuMs(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const server = processTime(rows[0]!.pid).parent;
  const sum = sessionsOf(server).reduce((total, each) => total + each.own + each.ended, 0);
  const { own, ended } = processTime(server);
  await client.end();
  return sum + own + ended;
}

function sessionsOf(server: number): ProcessTime[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const time = processTime(pid);
        return time.parent === server ? [time] : [];
      } catch {
        // The process has ended at this moment.
        return [];
      }
    });
}
