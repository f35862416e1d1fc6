#!/usr/bin/env node
/** `milepost-keeper [run|status|retry]`. */
import { version } from "../../package.json";
import { explain } from "./explain";
import { retry } from "./retry";
import { run } from "./run";
import { secretsIn } from "./secrets";
import { keepHeapSmall } from "./small-heap";
import { status } from "./status";
import { readCommand } from "../config/config";
import { helpText } from "../config/flags";
import { createRedactText } from "../observe/redact";

/** Redacts the secrets as soon as they are read. */
let redact = createRedactText();

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2), process.env);
  if ("config" in command) redact = createRedactText(secretsIn(command.config));
  switch (command.command) {
    case "help":
      process.stdout.write(helpText());
      return 0;
    case "version":
      process.stdout.write(`${version}\n`);
      return 0;
    case "status":
      process.stdout.write(redact(await status(command.config)));
      return 0;
    case "retry":
      process.stdout.write(redact(await retry(command.config, command.policies)));
      return 0;
    case "run":
      keepHeapSmall(command.config.database);
      return run(command.config);
  }
}

/** Prints the error as one line and returns the exit code. */
function fail(error: unknown): number {
  const { line, code } = explain(error);
  process.stderr.write(`milepost-keeper: ${redact(line)}\n`);
  return code;
}

// `fail` answers every rejection.
void main()
  .catch(fail)
  // An abandoned websocket may keep the process alive for minutes.
  .then((code) => process.exit(code));
