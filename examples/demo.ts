/** `make demo`: every act on a LiteSVM inside this process, with the committed program. */
import { freelanceProject } from "./freelance-project";
import { renovation } from "./renovation";

async function main(): Promise<void> {
  await freelanceProject();
  await renovation();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
