/** `make demo`: plays two acts on a LiteSVM in this process, one on a localnet and one over HTTP, with the committed program. */
import { freelanceProject } from "./freelance-project";
import { httpProject } from "./http-project";
import { payday } from "./payday";
import { renovation } from "./renovation";

async function main(): Promise<void> {
  await freelanceProject();
  await renovation();
  await payday();
  await httpProject();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
