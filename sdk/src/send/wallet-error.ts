import { MilepostError } from "../errors/base";
import { MilepostErrorCode } from "../errors/codes";
import { SendError } from "../errors/send";
import { withoutUrls } from "../rpc/redact";

type Reason = "rejected" | "disconnected" | "version" | "silent" | "failed";

/** What to say when the wallet only had to sign: nothing was sent, whatever it did. */
const TEXTS = {
  rejected: [
    MilepostErrorCode.SendWalletRejected,
    "The user rejected the transaction in the wallet.",
    "nothing was sent; ask again when the user wants to.",
  ],
  disconnected: [
    MilepostErrorCode.SendWalletDisconnected,
    "The wallet is not connected.",
    "nothing was sent; connect the wallet and send again.",
  ],
  version: [
    MilepostErrorCode.SendWalletVersion,
    "The wallet does not sign this version of transactions.",
    'nothing was sent; pass { version: "legacy" } for a wallet that signs legacy transactions only, or else leave it out.',
  ],
  silent: [
    MilepostErrorCode.SendWalletTimeout,
    "The wallet did not answer in time.",
    "nothing was sent, also if the user approves it now; send again. walletTimeoutMs sets the time.",
  ],
  failed: [
    MilepostErrorCode.SendWalletFailed,
    "The wallet failed to sign.",
    "nothing was sent; see the cause, then try again or use another wallet.",
  ],
} as const satisfies Record<Reason, readonly [unknown, string, string]>;

/**
 * Returns the typed error for whatever a wallet threw. Of a wallet that sends by itself only a refusal is sure to have
 * sent nothing: after any other failure, and after silence, its transaction may land (`SendUnconfirmed`).
 */
export function walletError(cause: unknown, step: "sign" | "send" | "version"): MilepostError {
  if (cause instanceof MilepostError) return cause;
  const reason = step === "version" ? "version" : reasonOf(cause, step);
  const isSurelyUnsent = step !== "send" || !["silent", "failed"].includes(reason);
  if (!isSurelyUnsent) {
    return new SendError(
      MilepostErrorCode.SendUnconfirmed,
      `The wallet was to send the transaction and ${reason === "silent" ? "did not answer in time" : "failed"}; it may still land.`,
      {
        cause,
        metaMessages: [
          textOf(cause),
          "Hint: look at the wallet's list of transactions before you send again.",
        ],
      },
    );
  }
  const [code, message, hint] = TEXTS[reason];
  return new SendError(code, message, { cause, metaMessages: [textOf(cause), `Hint: ${hint}`] });
}

/** EIP-1193's codes, which Solana's wallets use as well. */
const USER_REJECTED = 4001;
const DISCONNECTED: readonly unknown[] = [4100, 4900, 4901];
/** Names of the wallet adapters' errors. */
const REJECTED_NAMES = /^Wallet(WindowClosed)Error$/;
const UNCONNECTED_NAMES = /^Wallet(NotConnected|NotReady)Error$/;
const LOST_NAMES = /^Wallet(Disconnected|Connection|Account|PublicKey)Error$/;
const BY_USER =
  /\buser\b[^.]*\b(reject|declin|den[iy]|cancel|abort)|\b(reject|declin|den|cancel|abort)\w* by (the )?user/i;
const REFUSED = /\b(reject|declin|denied|cancel)/i;
const VERSION =
  /versioned transactions? (isn't|is not|are not|aren't|not) supported|unsupported transaction version/i;

function reasonOf(cause: unknown, step: "sign" | "send"): Reason {
  const links = chainOf(cause);
  const isAny = (matches: (link: Link) => boolean) => links.some(matches);
  const says = (pattern: RegExp) => isAny(({ message }) => pattern.test(String(message ?? "")));
  const isNamed = (pattern: RegExp) => isAny(({ name }) => pattern.test(String(name ?? "")));
  if (isAny(({ milliseconds }) => typeof milliseconds === "number")) return "silent";
  if (says(VERSION)) return "version";
  if (isAny(({ code }) => code === USER_REJECTED) || isNamed(REJECTED_NAMES) || says(BY_USER)) {
    return "rejected";
  }
  if (isNamed(UNCONNECTED_NAMES)) return "disconnected";
  // A wallet that sends may have done so before it lost its connection, and a node may say that it rejects.
  if (step === "send") return "failed";
  if (isAny(({ code }) => DISCONNECTED.includes(code)) || isNamed(LOST_NAMES))
    return "disconnected";
  return says(REFUSED) ? "rejected" : "failed";
}

type Link = Partial<Record<"name" | "message", string>> &
  Partial<Record<"code" | "milliseconds", unknown>>;

/** A wallet adapter keeps the wallet's own error in `error`. */
function chainOf(cause: unknown): Link[] {
  const links: Link[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === "string") links.push({ message: value });
    if (typeof value !== "object" || value === null || links.includes(value)) return;
    if (links.length > 8) return;
    links.push(value);
    visit((value as { error?: unknown }).error);
    visit((value as { cause?: unknown }).cause);
  };
  visit(cause);
  return links;
}

function textOf(cause: unknown): string {
  const texts = chainOf(cause).map(({ message }) => String(message ?? "").trim());
  // A wallet that sends uses our connection: its error may repeat the URL.
  const text = withoutUrls(texts.find((candidate) => candidate !== "") ?? "no reason given");
  return `Wallet: ${text.length > 200 ? `${text.slice(0, 197)}...` : text}`;
}
