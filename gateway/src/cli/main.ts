#!/usr/bin/env node
/** `milepost-gateway [serve|sandbox|keys|administrators|migrate|reconcile]`. */
import { Command } from "commander";
import { version } from "../../package.json";
import { PREFIX } from "../config/options";
import { administratorsCommand } from "./administrators";
import { explain } from "./explain";
import { keysCommand } from "./keys";
import { migrateCommand } from "./migrate";
import { reconcileCommand } from "./reconcile";
import { sandboxCommand } from "./sandbox";
import { serveCommand } from "./serve";

/** Runs the command line; resolves with the exit code. */
async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command("milepost-gateway")
    .description("milestone payments over HTTP, settled on Solana")
    .version(version)
    .addHelpText(
      "after",
      "\nExit codes: 0 after a stop signal, 2 when a flag, a port, a file, a key or the database must change, 3 when `reconcile` " +
        "finds a difference, 1 for any other error. Environment variables can replace flags: MILEPOST_GATEWAY_URL for --url, and so on.",
    );
  const setCode = (value: number): void => void (code = value);
  program
    .addCommand(serveCommand(setCode), { isDefault: true })
    .addCommand(sandboxCommand(setCode))
    .addCommand(keysCommand())
    .addCommand(administratorsCommand())
    .addCommand(migrateCommand())
    .addCommand(reconcileCommand(setCode));
  tame(program);
  await program.parseAsync([...args], { from: "user" });
  return code;
}

/** Makes commander throw instead of exiting and printing, in every command. */
function tame(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  for (const each of command.commands) tame(each);
}

// docker-compose passes an unset variable as an empty text.
for (const [name, value] of Object.entries(process.env)) {
  if (name.startsWith(PREFIX) && value === "") delete process.env[name];
}

// An open connection may keep the process alive for minutes.
void main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const { line, code } = explain(error);
    if (line !== "") process.stderr.write(`milepost-gateway: ${line}\n`);
    process.exit(code);
  },
);
