/** The methods of the HTTP port. */
import type { Methods } from "../method";
import { accountMethods } from "./accounts";
import { adminMethods } from "./admin";
import { blockhashMethods } from "./blockhashes";
import { clusterMethods } from "./cluster";
import { historyMethods } from "./history";
import { tokenMethods } from "./tokens";
import { transactionMethods } from "./transactions";

export const METHODS: Methods = {
  ...accountMethods,
  ...tokenMethods,
  ...blockhashMethods,
  ...transactionMethods,
  ...historyMethods,
  ...clusterMethods,
  ...adminMethods,
};
