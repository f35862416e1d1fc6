/** Every flag. Parsing and help use this list, and a test compares the README's table with it. */

export interface Flag {
  readonly name: string;
  /** Placeholder of its value; a flag without one takes no value. */
  readonly value?: string;
  readonly several?: boolean;
  /** Default as the help shows it. */
  readonly byDefault: string;
  readonly help: string;
}

export const FLAGS = [
  {
    name: "url",
    value: "URL",
    several: true,
    byDefault: "required",
    help: "URL of an RPC; repeat it for more: they take over when one fails, and all are asked before a payment is signed again",
  },
  {
    name: "ws-url",
    value: "URL",
    byDefault: "beside the RPC",
    help: "URL of the RPC's websocket",
  },
  {
    name: "keypair",
    value: "FILE",
    byDefault: "required to run",
    help: "keypair file of solana-keygen that pays the fees",
  },
  {
    name: "reward-owner",
    value: "ADDRESS",
    byDefault: "the fee payer",
    help: "wallet whose token accounts receive keeper rewards; not a token account",
  },
  {
    name: "gateway-keypair",
    value: "FILE",
    byDefault: "none",
    help: "keypair file that signs for a gateway what --rule approves",
  },
  {
    name: "rule",
    value: "RULE",
    byDefault: "none",
    help: "releases that the gateway signs: always, never, allow:FILE, or http:URL",
  },
  {
    name: "database-url",
    value: "URL",
    byDefault: "embedded",
    help: "Postgres that several keepers may share",
  },
  {
    name: "data-dir",
    value: "DIR",
    byDefault: "~/.milepost/keeper/CHAIN",
    help: "directory of the embedded database, for one keeper at a time",
  },
  {
    name: "metrics-port",
    value: "PORT",
    byDefault: "9464",
    help: "port for /metrics, /healthz, /readyz and /status over HTTP; 0 takes a free port, off serves none",
  },
  {
    name: "metrics-host",
    value: "ADDRESS",
    byDefault: "127.0.0.1",
    help: "address to listen on (no authentication)",
  },
  {
    name: "priority-percentile",
    value: "N",
    byDefault: "75",
    help: "percentile of recent priority fees on the same accounts, 0 to 100",
  },
  {
    name: "priority-cap",
    value: "N",
    byDefault: "200000",
    help: "highest priority fee, in micro-lamports per compute unit",
  },
  {
    name: "min-balance",
    value: "LAMPORTS",
    byDefault: "10000000",
    help: "balance of the fee payer below which /readyz answers no",
  },
  {
    name: "no-create-accounts",
    byDefault: "off",
    help: "pays no rent for others: a payment to a missing token account waits until another party creates the account",
  },
  {
    name: "rent-budget",
    value: "LAMPORTS",
    byDefault: "500000000",
    help: "highest rent for others' token accounts within any hour; a payment that exceeds it is postponed, and 0 pays none",
  },
  {
    name: "concurrency",
    value: "N",
    byDefault: "2",
    help: "batches of up to 100 policies that run at once, 1 to 64",
  },
  {
    name: "notify-url",
    value: "URL",
    byDefault: "none",
    help: "webhook for alerts about payments due within 72 hours that are not covered",
  },
  {
    name: "notify-mail",
    value: "ADDRESS",
    several: true,
    byDefault: "none",
    help: "address that gets these alerts by mail; repeat it for more",
  },
  {
    name: "mail-from",
    value: "ADDRESS",
    byDefault: "milepost-keeper@HOST",
    help: "sender of that mail",
  },
  {
    name: "program-id",
    value: "ADDRESS",
    byDefault: "Milepost's",
    help: "address of your own deployment",
  },
  {
    name: "dry-run",
    byDefault: "off",
    help: "plans and simulates, but signs and sends nothing",
  },
  {
    name: "once",
    byDefault: "off",
    help: "scans, executes what is due, and exits",
  },
  {
    name: "log-level",
    value: "LEVEL",
    byDefault: "info",
    help: "trace, debug, info, warn, error, fatal or silent",
  },
  { name: "help", byDefault: "", help: "prints this text" },
  { name: "version", byDefault: "", help: "prints the version" },
] as const satisfies readonly Flag[];

export type FlagName = (typeof FLAGS)[number]["name"];

/** Environment variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the environment variable that counts when the flag is not given. */
export function variableOf(name: string): string {
  return `MILEPOST_KEEPER_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** The secret that an http: rule's calls are signed with; not a flag, because every user of the machine can read a process's flags. */
export const WEBHOOK_SECRET = variableOf("webhook-secret");

/** The secret that alerts to --notify-url are signed with. */
export const NOTIFY_SECRET = variableOf("notify-secret");

/** The mail server of --notify-mail; it holds a password. */
export const SMTP_URL = variableOf("smtp-url");

/** Returns a flag as the help shows it: `--flag VALUE`. */
export function usageOf(flag: Flag): string {
  return `--${flag.name}${flag.value ? ` ${flag.value}` : ""}`;
}

/** Returns the text of `--help`. */
export function helpText(): string {
  const width = Math.max(...FLAGS.map((flag) => usageOf(flag).length));
  const lines = FLAGS.map((flag: Flag) => {
    const byDefault = flag.byDefault === "" ? "" : ` (${flag.byDefault})`;
    return `  ${usageOf(flag).padEnd(width)}  ${flag.help}${byDefault}\n`;
  });
  return `milepost-keeper: executes every due Milepost payment

  milepost-keeper [run] --url URL --keypair FILE
  milepost-keeper status --url URL
  milepost-keeper retry [POLICY...] --url URL

${lines.join("")}
Each flag may also be an environment variable: ${variableOf("url")} for --url (several separated by commas), and so on.
An http: rule needs the secret of its signatures in ${WEBHOOK_SECRET}, --notify-url needs its own in ${NOTIFY_SECRET},
and --notify-mail needs the mail server in ${SMTP_URL}, such as smtps://user:password@mail.example:465.
`;
}
