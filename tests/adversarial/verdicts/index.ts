import { ADMIN } from "./admin";
import type { InstructionVerdicts } from "./by-kind";
import { OWNER } from "./owner";
import { PAYMENT } from "./payment";

export { ALLOWED, DUPLICATE, type InstructionVerdicts, type Verdict } from "./by-kind";

/** What every instruction answers to every mutation of its accounts. */
export const VERDICTS: Record<string, InstructionVerdicts> = { ...ADMIN, ...OWNER, ...PAYMENT };
