/** Every flag there is. Parsing, help and the README's table are made of this list, or checked against it. */

export interface Flag {
  readonly name: string;
  /** What is shown for its value; without it, the flag takes none. */
  readonly value?: string;
  readonly several?: boolean;
  /** As it is shown. */
  readonly byDefault: string;
  readonly help: string;
}

export const FLAGS = [
  {
    name: "url",
    value: "URL",
    several: true,
    byDefault: "required",
    help: "the RPC; repeat it for more, which take over when one fails and are all asked before anything is signed again",
  },
  {
    name: "ws-url",
    value: "URL",
    byDefault: "beside the RPC",
    help: "the RPC's websocket",
  },
  {
    name: "keypair",
    value: "FILE",
    byDefault: "required to run",
    help: "pays the fees: a keypair as solana-keygen writes it",
  },
  {
    name: "reward-owner",
    value: "ADDRESS",
    byDefault: "the fee payer",
    help: "whose token accounts get what gateways pay for an execution; a wallet, not a token account",
  },
  {
    name: "gateway-keypair",
    value: "FILE",
    byDefault: "none",
    help: "signs for a gateway what --rule says yes to",
  },
  {
    name: "rule",
    value: "RULE",
    byDefault: "none",
    help: "when the gateway signs: always, never, allow:FILE, or http:URL",
  },
  {
    name: "database-url",
    value: "URL",
    byDefault: "embedded",
    help: "a Postgres that several keepers may share",
  },
  {
    name: "data-dir",
    value: "DIR",
    byDefault: "~/.milepost/keeper/CHAIN",
    help: "where the embedded database is, for one keeper at a time",
  },
  {
    name: "metrics-port",
    value: "PORT",
    byDefault: "9464",
    help: "/metrics, /healthz, /readyz and /status over HTTP; 0 takes a free port, off serves none",
  },
  {
    name: "metrics-host",
    value: "ADDRESS",
    byDefault: "127.0.0.1",
    help: "where to listen; nobody is asked for a password",
  },
  {
    name: "priority-percentile",
    value: "N",
    byDefault: "75",
    help: "of recent priority fees on the same accounts, 0 to 100",
  },
  {
    name: "priority-cap",
    value: "N",
    byDefault: "200000",
    help: "most micro-lamports a compute unit",
  },
  {
    name: "min-balance",
    value: "LAMPORTS",
    byDefault: "10000000",
    help: "below it, the fee payer makes /readyz say no",
  },
  {
    name: "no-create-accounts",
    byDefault: "off",
    help: "pays no rent for others: a payment to a token account that is missing waits until somebody has created it",
  },
  {
    name: "rent-budget",
    value: "LAMPORTS",
    byDefault: "500000000",
    help: "most rent for others' token accounts in any hour; what exceeds it is put off, and 0 pays none",
  },
  {
    name: "concurrency",
    value: "N",
    byDefault: "2",
    help: "batches of up to 100 policies in work at once, 1 to 64",
  },
  {
    name: "notify-url",
    value: "URL",
    byDefault: "none",
    help: "a webhook for alerts about payments due within 72 hours that are not covered",
  },
  {
    name: "notify-mail",
    value: "ADDRESS",
    several: true,
    byDefault: "none",
    help: "who gets these alerts by mail; repeat it for more",
  },
  {
    name: "mail-from",
    value: "ADDRESS",
    byDefault: "milepost-keeper@HOST",
    help: "the sender of that mail",
  },
  {
    name: "program-id",
    value: "ADDRESS",
    byDefault: "Milepost's",
    help: "a deployment of your own",
  },
  {
    name: "dry-run",
    byDefault: "off",
    help: "plans and simulates, signs and sends nothing",
  },
  {
    name: "once",
    byDefault: "off",
    help: "scans, executes what is due, and ends",
  },
  {
    name: "log-level",
    value: "LEVEL",
    byDefault: "info",
    help: "trace, debug, info, warn, error, fatal or silent",
  },
  { name: "help", byDefault: "", help: "this" },
  { name: "version", byDefault: "", help: "the version" },
] as const satisfies readonly Flag[];

export type FlagName = (typeof FLAGS)[number]["name"];

/** The variable that counts when the flag is not given. */
export function variableOf(name: string): string {
  return `MILEPOST_KEEPER_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** The secret that an http: rule's calls are signed with; there is no flag, as anybody can read a process's flags. */
export const WEBHOOK_SECRET = variableOf("webhook-secret");

/** The secret that alerts to --notify-url are signed with. */
export const NOTIFY_SECRET = variableOf("notify-secret");

/** The mail server of --notify-mail; it holds a password. */
export const SMTP_URL = variableOf("smtp-url");

/** What `--flag VALUE` looks like. */
export function usageOf(flag: Flag): string {
  return `--${flag.name}${flag.value ? ` ${flag.value}` : ""}`;
}

/** The text of `--help`. */
export function helpText(): string {
  const width = Math.max(...FLAGS.map((flag) => usageOf(flag).length));
  const lines = FLAGS.map((flag: Flag) => {
    const byDefault = flag.byDefault === "" ? "" : ` (${flag.byDefault})`;
    return `  ${usageOf(flag).padEnd(width)}  ${flag.help}${byDefault}\n`;
  });
  return `milepost-keeper: executes every Milepost payment whose time has come

  milepost-keeper [run] --url URL --keypair FILE
  milepost-keeper status --url URL
  milepost-keeper retry [POLICY...] --url URL

${lines.join("")}
Each flag may also be a variable: ${variableOf("url")} for --url (several with a comma between), and so on.
An http: rule needs the secret of its signatures in ${WEBHOOK_SECRET}, --notify-url its own in ${NOTIFY_SECRET},
and --notify-mail the mail server in ${SMTP_URL}, such as smtps://user:password@mail.example:465.
`;
}
