/** Compute units of a program, out of the logs of a transaction. */
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";
import { PROGRAM_ID } from "./program";

export interface ComputeUse {
  /** All that one invocation of the program consumed. */
  cu: number;
  /** What the token programs consumed inside it. */
  tokenCu: number;
  /** The rest: the program's own work, with the base cost of its cross-program calls. */
  ownCu: number;
}

interface Frame {
  programId: string;
  cu: number;
  tokenCu: number;
}

const TOKEN_PROGRAMS = [TOKEN_PROGRAM_ID.toBase58(), TOKEN_2022_PROGRAM_ID.toBase58()];
const ADDRESS = "([1-9A-HJ-NP-Za-km-z]{32,44})";
const INVOKE = new RegExp(`^Program ${ADDRESS} invoke \\[\\d+\\]$`);
const CONSUMED = new RegExp(`^Program ${ADDRESS} consumed (\\d+) of \\d+ compute units$`);
const LEFT = new RegExp(`^Program ${ADDRESS} (?:success$|failed: )`);

/** One entry for each invocation of `programId`, in the order in which they ended. */
export function computeUse(logs: string[], programId: PublicKey = PROGRAM_ID): ComputeUse[] {
  const uses: ComputeUse[] = [];
  const stack: Frame[] = [];
  for (const line of logs) {
    const invoked = INVOKE.exec(line)?.[1];
    if (invoked) stack.push({ programId: invoked, cu: 0, tokenCu: 0 });

    const consumed = CONSUMED.exec(line)?.[2];
    const top = stack.at(-1);
    if (consumed && top) top.cu = Number(consumed);

    if (!LEFT.test(line)) continue;
    const left = stack.pop();
    if (!left) throw new Error(`logs leave a program they never entered: "${line}"`);
    const { cu, tokenCu } = left;
    const caller = stack.at(-1);
    if (caller) caller.tokenCu += TOKEN_PROGRAMS.includes(left.programId) ? cu : tokenCu;
    if (left.programId === programId.toBase58()) uses.push({ cu, tokenCu, ownCu: cu - tokenCu });
  }
  if (stack.length > 0) throw new Error("logs are truncated: a program was entered and never left");
  return uses;
}
