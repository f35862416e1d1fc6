/** The answers that each method must give, one entry per method; `table.test.ts` checks that none is missing. */
import { accounts } from "./accounts";
import { admin } from "./admin";
import { blockhashes } from "./blockhashes";
import { cluster } from "./cluster";
import { history } from "./history";
import { tokens } from "./tokens";
import { transactions } from "./transactions";
import type { Contracts } from "./entry";

export const CONTRACT: Contracts = {
  ...accounts,
  ...tokens,
  ...blockhashes,
  ...transactions,
  ...history,
  ...cluster,
  ...admin,
};
