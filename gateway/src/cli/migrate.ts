/** `milepost-gateway migrate`. */
import { Command } from "commander";
import { OPTIONS } from "../config/options";
import { withDatabase } from "./with-database";

/** Builds the command; it prints the version of the tables. */
export function migrateCommand(): Command {
  const command = new Command("migrate")
    .description("bring the database's tables up to date; `serve` also does this when it starts")
    .addOption(OPTIONS.databaseUrl());
  return command.action(() =>
    withDatabase(command, async (database) => {
      const [found] = await database.query<{ major: number; minor: number }>(
        "SELECT major, minor FROM milepost_gateway.schema_version ORDER BY major DESC, minor DESC LIMIT 1",
      );
      process.stdout.write(`The tables have version ${found!.major}.${found!.minor}.\n`);
    }),
  );
}
