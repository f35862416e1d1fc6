/** Flags that several commands have. A flag takes precedence over its environment variable. */
import { Option } from "commander";
import {
  address,
  integer,
  keypairFile,
  logLevel,
  mailAddress,
  mailAddresses,
  mint,
  mode,
  port,
  portOrOff,
  url,
} from "./values";

/** Prefix of every environment variable. */
export const PREFIX = "MILEPOST_GATEWAY_";

/** Returns the environment variable of a flag. */
export const variableOf = (flag: string): string =>
  `${PREFIX}${flag.toUpperCase().replaceAll("-", "_")}`;

/** Returns an option that also has an environment variable. */
function option(flags: string, text: string): Option {
  const [, name] = /--([a-z0-9-]+)/.exec(flags)!;
  return new Option(flags, text).env(variableOf(name!));
}

/** Every flag, as a function that makes it: a command has options of its own. */
export const OPTIONS = {
  url: () => option("--url <URL>", "URL of the cluster's RPC").argParser(url("http:", "https:")),
  wsUrl: () =>
    option("--ws-url <URL>", "URL of the RPC's websocket (default: derived from --url)").argParser(
      url("ws:", "wss:"),
    ),
  databaseUrl: () =>
    option("--database-url <URL>", "Postgres; several processes may share it").argParser(
      url("postgres:", "postgresql:"),
    ),
  databaseConnections: () =>
    option("--database-connections <N>", "connections of this process to Postgres")
      .argParser(integer(2, 500))
      .default(10),
  mode: () =>
    option("--mode <MODE>", "mode of the API keys: live, or test for a test cluster such as devnet")
      .argParser(mode)
      .default("live"),
  keypair: () =>
    option(
      "--keypair <FILE>",
      "keypair file of the gateway's signer, which releases to the fixed recipient only",
    ).argParser(keypairFile),
  sponsor: () =>
    option(
      "--sponsor <FILE>",
      "keypair file of the sponsor, which pays transaction fees and rent; must differ from --keypair",
    ).argParser(keypairFile),
  gateway: () =>
    option(
      "--gateway <ADDRESS>",
      "address of the gateway account (default: the one that names the signer)",
    ).argParser(address),
  mint: () =>
    option(
      "--mint <CURRENCY=ADDRESS>",
      "mint of USDC or USDT; repeat the flag for both (default: the issuer's on mainnet and devnet)",
    ).argParser(mint),
  programId: () =>
    option(
      "--program-id <ADDRESS>",
      "address of your own deployment (default: Milepost's)",
    ).argParser(address),
  genesisHash: () =>
    option(
      "--genesis-hash <HASH>",
      "genesis hash of the expected chain; the gateway refuses to start on any other chain (default: any)",
    ),
  masterKeyFile: () =>
    option(
      "--master-key-file <FILE>",
      `file of the master key, 64 hex digits; or set the key itself in ${variableOf("master-key")}`,
    ),
  filesDir: () => option("--files-dir <DIR>", "directory of evidence files (default: none)"),
  s3Bucket: () =>
    option(
      "--s3-bucket <NAME>",
      "S3 bucket of evidence files; the AWS SDK finds the credentials (default: none)",
    ),
  s3Endpoint: () =>
    option("--s3-endpoint <URL>", "URL of an S3-compatible store (default: Amazon's)").argParser(
      url("http:", "https:"),
    ),
  s3Region: () => option("--s3-region <REGION>", "region of the bucket (default: AWS_REGION)"),
  s3Prefix: () =>
    option("--s3-prefix <TEXT>", "prefix of each file's name in the bucket (default: none)"),
  mailFrom: () =>
    option(
      "--mail-from <ADDRESS>",
      `sender of mail; the mail server is set in ${variableOf("smtp-url")} (default: milepost-gateway@HOST)`,
    ).argParser(mailAddress),
  administrator: () =>
    option(
      "--administrator <ADDRESS>",
      "mail address to notify when a mediator does not decide or a webhook endpoint fails; repeat the flag for more (default: none)",
    ).argParser(mailAddresses),
  sponsorBudget: () =>
    option(
      "--sponsor-budget <LAMPORTS>",
      "maximum lamports that the sponsor spends per account and hour on transactions that wallets sign",
    )
      .argParser(integer(0, 1e15 - 1))
      .default(500_000_000),
  publicUrl: () =>
    option(
      "--public-url <URL>",
      "URL at which clients reach the gateway (default: the address that it listens on)",
    ).argParser((text: string) => url("http:", "https:")(text).replace(/\/+$/, "")),
  page: () =>
    option(
      "--page <DIR>",
      "directory of the built page, or off; serve needs --page-rpc-url with it (default: the page in this package)",
    ),
  pageRpcUrl: () =>
    option(
      "--page-rpc-url <URL>",
      "URL of the RPC that the page uses, which every visitor sees: never one with a secret (default: none, no page)",
    ).argParser(url("http:", "https:")),
  port: () =>
    option("--port <PORT>", "port of the API; 0 takes a free one").argParser(port).default(8080),
  host: () => option("--host <ADDRESS>", "address to listen on").default("127.0.0.1"),
  freightPort: () =>
    option("--freight-port <PORT>", "port of ChainFreight; needs --pay-port")
      .argParser(portOrOff)
      .default("off"),
  payPort: () =>
    option("--pay-port <PORT>", "port of ChainPay; needs --freight-port")
      .argParser(portOrOff)
      .default("off"),
  scorerUrl: () =>
    option(
      "--scorer-url <URL>",
      "URL of the service that scores a shipment's risk (default: the shipment's own score)",
    ).argParser(url("http:", "https:")),
  metricsPort: () =>
    option("--metrics-port <PORT>", "port of /metrics, /healthz and /readyz; off disables them")
      .argParser(portOrOff)
      .default(9465),
  metricsHost: () =>
    option(
      "--metrics-host <ADDRESS>",
      "address that the metrics port listens on (no authentication)",
    ).default("127.0.0.1"),
  rateLimit: () =>
    option("--rate-limit <N>", "requests per API key and minute; 0 is unlimited")
      .argParser(integer(0, 1e9))
      .default(6_000),
  addressRateLimit: () =>
    option(
      "--address-rate-limit <N>",
      "requests without a valid key per address and minute; 0 is unlimited",
    )
      .argParser(integer(0, 1e9))
      .default(600),
  maxConnections: () =>
    option("--max-connections <N>", "maximum open connections")
      .argParser(integer(1, 1e6))
      .default(2_000),
  trustProxy: () =>
    option(
      "--trust-proxy <CIDR>",
      "proxies whose X-Forwarded-For header is trusted, separated by commas (default: none)",
    ),
  logLevel: () =>
    option(
      "--log-level <LEVEL>",
      "trace, debug, info, warn, error, fatal or silent (default: info; warn in the sandbox)",
    ).argParser(logLevel),
} as const;
