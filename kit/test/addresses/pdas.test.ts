/** Every derived address is the SDK's. */
import * as sdk from "@milepost/sdk";
import type { Address } from "@solana/kit";
import { expect } from "chai";
import fc from "fast-check";
import * as client from "../../src";
import { address, SEED } from "../random-values";

describe(`addresses (seed ${SEED})`, () => {
  it("are the SDK's, for the default program and for another", async () => {
    const inputs = fc.tuple(address, address, fc.integer({ min: 0, max: 2 ** 32 - 1 }), address);
    await fc.assert(
      fc.asyncProperty(inputs, fc.boolean(), async ([a, b, id, other], isDefault) => {
        const program = isDefault ? sdk.PROGRAM_ID : other.sdk;
        const config = isDefault ? {} : { programAddress: other.kit };
        const pairs = [
          [client.findConfigPda(config), sdk.getConfigPda(program)],
          [client.findGatewayPda({ authority: a.kit }, config), sdk.getGatewayPda(a.sdk, program)],
          [
            client.findUserPaymentPda({ owner: a.kit, mint: b.kit }, config),
            sdk.getUserPaymentPda(a.sdk, b.sdk, program),
          ],
          [
            client.findPaymentPolicyPda({ userPayment: a.kit, policyId: id }, config),
            sdk.getPaymentPolicyPda(a.sdk, id, program),
          ],
          [client.findEscrowPda({ policy: a.kit }, config), sdk.getEscrowPda(a.sdk, program)],
          [client.findProgramDataPda(config), sdk.getProgramDataPda(program)],
        ] as const;
        for (const [mine, [theirs, bump]] of pairs) {
          expect(await mine).to.deep.equal([theirs.toBase58(), bump]);
        }
        for (const tokenProgram of [sdk.TOKEN_PROGRAM_ID, sdk.TOKEN_2022_PROGRAM_ID]) {
          const seeds = { mint: b.kit, tokenProgram: tokenProgram.toBase58() as Address };
          const vault = sdk.getVaultAddress(a.sdk, b.sdk, tokenProgram).toBase58();
          expect((await client.findVaultPda({ escrow: a.kit, ...seeds }))[0]).to.equal(vault);
          const associated = await client.findAssociatedTokenPda({ owner: a.kit, ...seeds });
          expect(associated[0]).to.equal(vault);
        }
      }),
      { seed: SEED, numRuns: 20 },
    );
  });

  it("refuse a policy id that is not an unsigned 32-bit integer", async () => {
    const userPayment = client.MILESTONE_PROGRAM_ADDRESS;
    for (const policyId of [-1, 0.5, NaN, 2 ** 32, "1" as unknown as number]) {
      const error = await client
        .findPaymentPolicyPda({ userPayment, policyId })
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(client.InvalidInputError);
      expect((error as Error).message).to.match(
        /^Invalid policyId: expected an unsigned 32-bit integer, got /,
      );
    }
  });
});
