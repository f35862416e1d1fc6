import { EXECUTE_HELD } from "../kinds";
import { ADMIN } from "./admin";
import type { InstructionVerdicts } from "./by-kind";
import { ESCROW_MONEY } from "./escrow-money";
import { ESCROW_PARTIES } from "./escrow-parties";
import { EXECUTE_HELD_VERDICTS } from "./execute-held";
import { OWNER } from "./owner";
import { PAYMENT } from "./payment";

export { ALLOWED, DUPLICATE, type InstructionVerdicts, type Verdict } from "./by-kind";

/** What every instruction answers to every mutation of its accounts. */
export const VERDICTS: Record<string, InstructionVerdicts> = {
  ...ADMIN,
  ...OWNER,
  ...PAYMENT,
  ...ESCROW_PARTIES,
  ...ESCROW_MONEY,
  [EXECUTE_HELD]: EXECUTE_HELD_VERDICTS,
};
