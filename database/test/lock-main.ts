/** Takes the lock of a directory, prints the result, and keeps it until it is killed. */
import { lockDirectory } from "../src/directory-lock";

try {
  lockDirectory(process.argv[2]!, "keeper");
  console.log("held");
} catch (error) {
  console.log((error as Error).name);
}
setInterval(() => undefined, 1_000);
