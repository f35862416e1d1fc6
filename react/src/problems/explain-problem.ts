/** Turns any error into a sentence and a next step. */
import { MilepostErrorCode as Code } from "@milepost/sdk";
import { type Problem, problemIn, type ProblemTexts, toProblem } from "./problem";
import { programTexts } from "./program-problems";
import { walletProblem, type WalletProblemName } from "./wallet-problems";

/** Fields of the SDK's errors. Their shape is checked, because a page may contain two copies of the SDK. */
interface SdkError {
  code: number;
  shortMessage: string;
  metaMessages: readonly string[];
  programErrorName?: string;
  runtimeErrorName?: string;
  origin?: string;
}

const WALLETS: Readonly<Record<number, WalletProblemName>> = {
  [Code.SendWalletRejected]: "rejected",
  [Code.SendWalletTimeout]: "silent",
  [Code.SendWalletFailed]: "failed",
  [Code.SendWalletDisconnected]: "disconnected",
  [Code.SendWalletUnsigned]: "unsigned",
  [Code.SendWalletWrongAccount]: "wrongAccount",
  [Code.SendWalletChangedTransaction]: "changed",
  [Code.SendWalletVersion]: "transactionUnsupported",
  [Code.SendExpiredUnsent]: "expired",
};

const NOT_SENT = "Nothing was sent.";

const CODES: Readonly<Record<number, readonly [code: string, texts: ProblemTexts]>> = {
  [Code.SendMissingSigner]: [
    "send.missingSigner",
    [
      "A signature is missing",
      `Another wallet has to sign as well. ${NOT_SENT}`,
      "Connect the wallet of the party that has to sign.",
    ],
  ],
  [Code.SendBlockhashExpired]: [
    "send.expired",
    [
      "The network did not take it in time",
      "The transaction expired before it landed. Nothing moved.",
      "Try again.",
      true,
    ],
  ],
  [Code.SendRejected]: [
    "send.rejected",
    [
      "The network refused it",
      "The network refused the transaction. Nothing moved.",
      "Try again.",
      true,
    ],
  ],
  [Code.SendTooLarge]: [
    "send.tooLarge",
    [
      "The transaction is too large",
      `The transaction has too many bytes. ${NOT_SENT}`,
      "Do fewer things at once.",
    ],
  ],
  [Code.SendUnconfirmed]: [
    "send.unconfirmed",
    [
      "It is not known yet whether it landed",
      "The network gave no certain answer about the transaction. It may still land.",
      "Do not send it a second time. Look again in a minute.",
    ],
  ],
  [Code.RpcUnreachable]: [
    "rpc.unreachable",
    [
      "No connection to the network",
      "The network's node did not answer.",
      "Check your internet connection. The page keeps trying.",
      true,
    ],
  ],
  [Code.RpcFailed]: [
    "rpc.failed",
    [
      "The network's node refused to answer",
      "The network's node answered with an error.",
      "Try again in a minute.",
      true,
    ],
  ],
  [Code.RpcBehind]: [
    "rpc.behind",
    [
      "The network's node is behind",
      "The network's node has not reached the newest state yet.",
      "Wait a moment. The page keeps trying.",
      true,
    ],
  ],
  [Code.AccountNotFound]: [
    "account.missing",
    [
      "Nothing found at this address",
      "The chain has no such account, or it was closed.",
      "Check the address and the network.",
    ],
  ],
  [Code.MintUnsupported]: [
    "account.mintUnsupported",
    [
      "This token cannot be used",
      "This token could tax, freeze or reroute payments.",
      "Choose another token.",
    ],
  ],
  [Code.TokenAccountCpiGuard]: [
    "account.cpiGuard",
    [
      "The token account refuses this",
      "The token account does not let programs act on it (its CPI guard is on). Nothing moved.",
      "Switch its CPI guard off in your wallet, or use another account.",
    ],
  ],
  [Code.TokenAccountRefusesTransfer]: [
    "account.refusesTransfer",
    [
      "A token account cannot receive",
      "The token account that would be paid refuses ordinary transfers.",
      "Ask its owner to name or create another token account.",
    ],
  ],
};

const NO_SOL: ProblemTexts = [
  "Not enough SOL",
  "The wallet holds too little SOL for the network's fee or the deposit of a new account. Nothing moved.",
  "Add SOL to the wallet, then try again.",
  true,
];

const UNLOADED: ProblemTexts = [
  "A part of this page could not be loaded",
  `The page's server did not answer. ${NOT_SENT}`,
  "Check your internet connection, then try again.",
  true,
];

const RUNTIME: Readonly<Record<string, ProblemTexts>> = {
  BlockhashNotFound: [
    "The request grew too old",
    `The transaction expired. ${NOT_SENT}`,
    "Try again.",
    true,
  ],
  InsufficientFundsForFee: NO_SOL,
  InsufficientFundsForRent: NO_SOL,
  AccountNotFound: NO_SOL,
  ProgramAccountNotFound: [
    "The program is not on this network",
    "The Milepost program does not exist on this network.",
    "Switch to the right network.",
  ],
};

/**
 * Explains any error to a person: the SDK's errors, a wallet's failure, an RPC's failure. Returns a code, a sentence that
 * says what happened, and the next step. It never shows an RPC's URL, which may hold a key.
 * @example
 * import { explainProblem } from "@milepost/react";
 *
 * try {
 *   await sdk.send(instructions);
 * } catch (error) {
 *   const { title, text, nextStep } = explainProblem(error);
 *   console.log(title, text, nextStep);
 * }
 */
export function explainProblem(error: unknown): Problem {
  const carried = problemIn(error);
  if (carried) return carried;
  if (!isSdkError(error)) return unknownProblem(error);
  const wallet = WALLETS[error.code];
  if (wallet) return walletProblem(wallet);
  if (error.code === Code.ProgramError && error.programErrorName) {
    return toProblem(`program.${error.programErrorName}`, programProblem(error.programErrorName));
  }
  const runtime = error.runtimeErrorName;
  if (runtime) return toProblem(`runtime.${runtime}`, RUNTIME[runtime] ?? general(error));
  const foreign = error.programErrorName;
  if (foreign) return toProblem(`program.${foreign}`, foreignTexts(foreign, error));
  const known = CODES[error.code];
  return known ? toProblem(known[0], known[1]) : toProblem(`sdk.${error.code}`, general(error));
}

/** Returns the problem of a transaction that may still land. */
export function unconfirmedProblem(): Problem {
  return toProblem(...CODES[Code.SendUnconfirmed]!);
}

function programProblem(name: string): ProblemTexts {
  const [text, nextStep] = programTexts(name);
  return ["The program refused this step", `${text} Nothing moved.`, nextStep, true];
}

/** Errors of the token programs and of the System program. */
function foreignTexts(name: string, error: SdkError): ProblemTexts {
  if (name === "InsufficientFunds") {
    return [
      "Not enough tokens",
      "A token account holds less than this step needs. Nothing moved.",
      "Add tokens to the account, then try again.",
      true,
    ];
  }
  if (name === "AccountFrozen") return programProblem("TokenAccountFrozen");
  return error.code === Code.UnknownProgramError && name === "custom error 0x1"
    ? NO_SOL
    : general(error);
}

function general({ shortMessage, metaMessages }: SdkError): ProblemTexts {
  const hint = metaMessages.find((line) => /^(Fix|Hint): /.test(line));
  return [
    "This step is not possible",
    shortMessage,
    hint?.replace(/^\w+: /, "") ?? "Try again.",
    true,
  ];
}

function unknownProblem(error: unknown): Problem {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  // Each browser's words for a part of the page that it could not load.
  if (/dynamically imported module|importing a module script/i.test(String(message))) {
    return toProblem("page.unloaded", UNLOADED);
  }
  // `fetch` throws a `TypeError` when there is no network.
  if (name === "TypeError" && /fetch|network|load failed/i.test(String(message))) {
    return toProblem(...CODES[Code.RpcUnreachable]!);
  }
  // web3.js names a node's status in the text, behind which is the node's own page.
  if (name === "SolanaJSONRPCError" || /^(429|5\d\d) /.test(String(message))) {
    return toProblem(...CODES[Code.RpcFailed]!);
  }
  return toProblem("unknown", [
    "Something went wrong",
    typeof message === "string" && message !== ""
      ? toSentence(message)
      : "An unknown error happened.",
    "Try again. If it fails again, report it to the page's operator.",
    true,
  ]);
}

function toSentence(message: string): string {
  const text = message.trim();
  const ended = /[.!?]$/.test(text) ? text : `${text}.`;
  return ended[0]!.toUpperCase() + ended.slice(1);
}

function isSdkError(error: unknown): error is SdkError {
  const { code, shortMessage } = (error ?? {}) as Partial<SdkError>;
  return typeof code === "number" && typeof shortMessage === "string";
}
