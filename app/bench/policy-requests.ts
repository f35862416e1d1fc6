/** Requests to the RPC node until a policy's page is complete. */
import { createContext, createMemoBuffer, prepareMilestone, RELEASE_DUE_DATE } from "@milepost/sdk";
import { openPage } from "../../tests/harness/open-page";
import { startSandboxSite } from "../test/browser/harness/sandbox-site";

/** Most requests until a policy's page is complete. */
export const REQUEST_BUDGET = 4;

/** Opens a policy's page on a chain of its own and returns the methods that it called; a batch counts once. */
export async function policyRequests(): Promise<readonly string[]> {
  const site = await startSandboxSite();
  try {
    const { localnet, keys } = site;
    const { instructions, policy } = await prepareMilestone(
      createContext(localnet.connection, keys.payer),
      {
        mint: localnet.mint,
        gateway: localnet.gateway,
        recipient: keys.payee.publicKey,
        amounts: [50_000_000n, 100_000_000n],
        timestamps: [1_700_000_000, 4_000_000_000],
        releaseCondition: RELEASE_DUE_DATE,
        memo: createMemoBuffer("Newsletter"),
      },
    );
    await site.sendAs("payer", instructions);
    const { page, close } = await openPage({ url: `${site.url}/p/${policy.toBase58()}` });
    await page.getByRole("heading", { name: "Newsletter" }).waitFor();
    await page.getByRole("button", { name: "Show the history" }).waitFor();
    await close();
    return [...site.requests];
  } finally {
    await site.close();
  }
}
