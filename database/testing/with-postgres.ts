/** Runs a command with `MILEPOST_TEST_DATABASE_URL` of a server that lives as long: `tsx with-postgres.ts npx mocha ...`. */
import { spawn } from "node:child_process";
import { startPostgres } from "./postgres";

async function main(): Promise<number> {
  const [command, ...args] = process.argv.slice(2);
  if (!command) throw new Error("which command?");
  const postgres = await startPostgres();
  try {
    const env = { ...process.env, MILEPOST_TEST_DATABASE_URL: postgres.url };
    const child = spawn(command, args, { stdio: "inherit", env });
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.on(signal, () => child.kill(signal));
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 1));
    });
  } finally {
    await postgres.stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
