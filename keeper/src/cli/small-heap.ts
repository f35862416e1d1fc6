import { setFlagsFromString } from "node:v8";
import type { DatabaseChoice } from "../config/config";

/**
 * Makes V8 collect garbage before the heap grows to several times what is in use, as it otherwise does on a machine with
 * room. The flags affect the whole process, so only the command sets them, never the library. `--optimize-for-size` kept
 * as little memory and also compiled for size, which took two fifths more CPU time. `keeper/bench/README.md` has the
 * figures.
 */
export function keepHeapSmall(database: DatabaseChoice): void {
  // The old space may grow by a quarter of what is in use before it is collected.
  setFlagsFromString("--heap-growing-percent=25");
  // Beside an embedded database, which takes some 80 MB, the young space stays as it begins. A busy keeper would otherwise
  // spend a fifth less CPU time for some 20 MB.
  if ("directory" in database) setFlagsFromString("--semi-space-growth-factor=1");
}
