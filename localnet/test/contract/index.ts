/** What each method has to answer; one entry for each, which `table.test.ts` holds complete. */
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
