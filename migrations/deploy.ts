/**
 * Sets up a deployed program: its config and one gateway. A second run changes nothing: it leaves existing accounts as
 * they are, and reports where they differ from the flags.
 *
 *   npm run deploy:milepost -- --url http://127.0.0.1:8899 --keypair ~/.config/solana/id.json
 *
 * The keypair is the program's upgrade authority (only it can create the config) and becomes the gateway's authority.
 * `anchor migrate` calls the default export with its provider.
 */
import { Connection } from "@solana/web3.js";
import { MilestoneClient, type MilestoneWallet } from "@milepost/sdk";
import { type Environment, readArguments, USAGE } from "./deploy/arguments";
import { deploy, describeDeployment } from "./deploy/deploy";
import { UsageError } from "./deploy/errors";

export { deploy, type DeployOptions, type Deployment, describeDeployment } from "./deploy/deploy";
export { DeployError, UsageError } from "./deploy/errors";

/** Runs the deployment for `anchor migrate`. */
export default async function migrate(provider: {
  connection: Connection;
  wallet: MilestoneWallet;
}): Promise<void> {
  console.log(
    describeDeployment(await deploy(new MilestoneClient(provider.connection, provider.wallet))),
  );
}

/** Runs the command. Returns what it prints, and the exit code: 1 for a failure, 2 for an invalid command line. */
export async function run(
  args: readonly string[],
  environment: Environment,
): Promise<{ code: 0 | 1 | 2; text: string }> {
  try {
    const command = readArguments(args, environment);
    if (!command) return { code: 0, text: USAGE };
    const { url, keypair, programId, options } = command;
    const sdk = new MilestoneClient(new Connection(url, "confirmed"), keypair, {
      ...(programId && { programId }),
    });
    return { code: 0, text: describeDeployment(await deploy(sdk, options)) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof UsageError) return { code: 2, text: `${text}\n${USAGE}` };
    return { code: 1, text };
  }
}

if (require.main === module) {
  void run(process.argv.slice(2), process.env).then(({ code, text }) => {
    if (code === 0) console.log(text);
    else console.error(text);
    process.exitCode = code;
  });
}
