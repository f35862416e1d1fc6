/** `make demo`: two acts on a LiteSVM inside this process and one on a localnet, with the committed program. */
import { freelanceProject } from "./freelance-project";
import { payday } from "./payday";
import { renovation } from "./renovation";

async function main(): Promise<void> {
  await freelanceProject();
  await renovation();
  await payday();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
