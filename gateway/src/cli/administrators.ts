/** `milepost-gateway administrators add|list|remove`: wallets that may act for an account in the page. */
import { Command } from "commander";
import { OPTIONS } from "../config/options";
import { UsageError } from "../config/usage-error";
import {
  grantAdministrator,
  listAdministrators,
  revokeAdministrator,
} from "../sessions/operator-administrators";
import { table } from "./table";
import { withDatabase } from "./with-database";

/** Builds the command with its three commands. */
export function administratorsCommand(): Command {
  return new Command("administrators")
    .description("add, list and remove wallets that act for an account in the page")
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand())
    .allowExcessArguments()
    .action(() => {
      throw new UsageError("administrators needs a command: add, list or remove");
    });
}

interface Flags {
  account?: string;
  wallet?: string;
}

const commandFor = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .addOption(OPTIONS.databaseUrl())
    .option("--account <ID>", "account that the wallet acts for")
    .option("--wallet <ADDRESS>", "address of the wallet");

function namedIn({ account, wallet }: Flags): { accountId: string; address: string } {
  if (account === undefined) {
    throw new UsageError("--account is missing: pass the id of an account");
  }
  if (wallet === undefined) {
    throw new UsageError("--wallet is missing: pass the address of a wallet");
  }
  return { accountId: account, address: wallet };
}

function addCommand(): Command {
  const command = commandFor(
    "add",
    "let a wallet manage webhooks, keys and wallets of an account, and read its objects; it moves no money",
  );
  return command.action(async (flags: Flags) => {
    const named = namedIn(flags);
    await withDatabase(command, (database) => grantAdministrator(database, named, new Date()));
    process.stdout.write(`${named.address} is an administrator of ${named.accountId}.\n`);
  });
}

function removeCommand(): Command {
  const command = commandFor("remove", "refuse a wallet's further requests for an account");
  return command.action(async (flags: Flags) => {
    const named = namedIn(flags);
    await withDatabase(command, (database) => revokeAdministrator(database, named, new Date()));
    process.stdout.write(`${named.address} is no longer an administrator of ${named.accountId}.\n`);
  });
}

function listCommand(): Command {
  const command = new Command("list")
    .description("list the administrators")
    .addOption(OPTIONS.databaseUrl())
    .option("--account <ID>", "only those of this account");
  return command.action(async ({ account = null }: { account?: string | null }) => {
    const rows = await withDatabase(command, (database) => listAdministrators(database, account));
    const lines = rows.map(({ accountId, accountName, address, createdAt }) => [
      `${accountId} (${accountName})`,
      address,
      createdAt.toISOString().slice(0, 16).replace("T", " "),
    ]);
    process.stdout.write(table([["account", "wallet", "since"], ...lines]));
  });
}
