/** `milepost-gateway keys create|list|revoke`: the operator's way to the first account and key. */
import { Command, Option } from "commander";
import type { Scope } from "../caller/caller";
import type { Mode } from "../caller/mode";
import { OPTIONS } from "../config/options";
import { UsageError } from "../config/usage-error";
import { integer, mode, scopes } from "../config/values";
import {
  createOperatorKey,
  listOperatorKeys,
  type OperatorKeyRow,
  revokeOperatorKey,
} from "../keys/operator";
import { table } from "./table";
import { withDatabase } from "./with-database";

const DAY_MS = 86_400_000;

/** Builds the command with its three commands. */
export function keysCommand(): Command {
  return new Command("keys")
    .description("create, list and revoke API keys in the database")
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
    .allowExcessArguments()
    .action(() => {
      throw new UsageError("keys needs a command: create, list or revoke");
    });
}

interface CreateFlags {
  account?: string;
  newAccount?: string;
  mode: Mode;
  name: string;
  scopes?: Scope[];
  expiresDays?: number;
  platform?: boolean;
}

function createCommand(): Command {
  const command = new Command("create")
    .description("create a key and print it once; standard output has only the key")
    .addOption(OPTIONS.databaseUrl())
    .option("--account <ID>", "account that the key is for")
    .option("--new-account <NAME>", "create an account with this name, and a key for it")
    .addOption(new Option("--mode <MODE>", "live or test").argParser(mode).default("live"))
    .option("--name <NAME>", "what the key is for", "Operator")
    .addOption(
      new Option(
        "--scopes <LIST>",
        "scopes of a restricted key, separated by commas (default: every scope)",
      ).argParser(scopes),
    )
    .addOption(
      new Option("--expires-days <N>", "days until the key expires (default: never)").argParser(
        integer(1, 3_650),
      ),
    )
    .option(
      "--platform",
      "mark the account as a platform, neither payer nor payee: its keys release live money without the payer's consent",
    );
  return command.action(async (flags: CreateFlags) => {
    const account = accountOf(flags);
    const now = new Date();
    const { mode: of, name, scopes: given = null, expiresDays } = flags;
    const expires =
      expiresDays === undefined ? null : new Date(now.getTime() + expiresDays * DAY_MS);
    const isPlatform = flags.platform ?? false;
    const key = { account, mode: of, name, scopes: given, expires, isPlatform };
    const made = await withDatabase(command, (database) => createOperatorKey(database, key, now));
    process.stderr.write(
      `Account ${made.accountId} (${made.accountName}), key ${made.keyId}. The key is shown only once: keep it in a secret store.\n`,
    );
    process.stdout.write(`${made.text}\n`);
  });
}

function accountOf({ account, newAccount }: CreateFlags): { id: string } | { name: string } {
  if (account !== undefined && newAccount !== undefined) {
    throw new UsageError("--account and --new-account exclude each other: pass only one of them");
  }
  if (account !== undefined) return { id: account };
  if (newAccount?.trim()) return { name: newAccount.trim() };
  throw new UsageError(
    "--account is missing: pass the id of an account, or --new-account with a name",
  );
}

function listCommand(): Command {
  const command = new Command("list")
    .description("list the keys, without their text")
    .addOption(OPTIONS.databaseUrl())
    .option("--account <ID>", "only the keys of this account");
  return command.action(async ({ account = null }: { account?: string | null }) => {
    const rows = await withDatabase(command, (database) => listOperatorKeys(database, account));
    const now = new Date();
    const head = ["account", "id", "mode", "name", "key", "scopes", "last used", "state"];
    process.stdout.write(table([head, ...rows.map((row) => cells(row, now))]));
  });
}

function cells(row: OperatorKeyRow, now: Date): string[] {
  const { mode: of, scopes: given, last_used_at, last_four } = row;
  return [
    `${row.account_id} (${row.account_name})`,
    ...[row.id, of, row.name],
    `${given === null ? "sk" : "rk"}_${of}_…${last_four}`,
    given?.join(",") ?? "every",
    last_used_at ? dateOf(last_used_at) : "never",
    stateOf(row, now),
  ];
}

function stateOf({ revoked_at, expires_at }: OperatorKeyRow, now: Date): string {
  if (revoked_at) return `revoked ${dateOf(revoked_at)}`;
  if (!expires_at) return "valid";
  return `${new Date(expires_at) <= now ? "expired" : "valid until"} ${dateOf(expires_at)}`;
}

const dateOf = (date: Date): string => new Date(date).toISOString().slice(0, 16).replace("T", " ");

function revokeCommand(): Command {
  const command = new Command("revoke")
    .description("revoke a key; every process refuses it within a second")
    .argument("<id>", "id of the key, as `keys list` shows it")
    .addOption(OPTIONS.databaseUrl());
  return command.action(async (id: string) => {
    const { keyId, revokedAt } = await withDatabase(command, (database) =>
      revokeOperatorKey(database, id, new Date()),
    );
    process.stdout.write(`Key ${keyId} was revoked on ${dateOf(revokedAt)} UTC.\n`);
  });
}
