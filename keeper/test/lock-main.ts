/** Takes the lock of a directory, says what came of it, and keeps it until it is killed. */
import { lockDirectory } from "../src/database/directory-lock";

try {
  lockDirectory(process.argv[2]!);
  console.log("held");
} catch (error) {
  console.log((error as Error).name);
}
setInterval(() => undefined, 1_000);
