/** Mints written by the harness must be what the token program itself would have written. */
import {
  AccountState,
  createInitializeDefaultAccountStateInstruction,
  createInitializeMintCloseAuthorityInstruction,
  createInitializeMintInstruction,
  createInitializeNonTransferableMintInstruction,
  createInitializePermanentDelegateInstruction,
  createInitializeTransferHookInstruction,
  createTransferCheckedInstruction,
  getMintLen,
  TOKEN_2022_PROGRAM_ID,
} from "@solana/spl-token";
import { Keypair, PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import {
  Chain,
  createMint,
  createTokenAccount,
  fundedTokenAccount,
  MintExtension,
  mintExtension,
  readTokenAccount,
  RUNTIME_NAMES,
  startChain,
  writeTokenAccount,
} from ".";

const fresh = (): PublicKey => Keypair.generate().publicKey;

for (const runtime of RUNTIME_NAMES) {
  describe(`Token-2022 mints written by hand on ${runtime}`, () => {
    let chain: Chain;
    beforeEach(async () => {
      chain = await startChain({ runtime });
    });

    const authority = new PublicKey(Buffer.alloc(32, 7));
    const T = TOKEN_2022_PROGRAM_ID;
    const byInstruction: [MintExtension, (mint: PublicKey) => TransactionInstruction][] = [
      [
        mintExtension.mintCloseAuthority(),
        (m) => createInitializeMintCloseAuthorityInstruction(m, authority, T),
      ],
      [
        mintExtension.defaultAccountState(AccountState.Frozen),
        (m) => createInitializeDefaultAccountStateInstruction(m, AccountState.Frozen, T),
      ],
      [
        mintExtension.nonTransferable(),
        (m) => createInitializeNonTransferableMintInstruction(m, T),
      ],
      [
        mintExtension.permanentDelegate(),
        (m) => createInitializePermanentDelegateInstruction(m, authority, T),
      ],
      [
        mintExtension.transferHook(),
        (m) => createInitializeTransferHookInstruction(m, authority, authority, T),
      ],
    ];
    for (const [extension, initialize] of byInstruction) {
      it(`given ${extension.name} then the bytes are those of the token program`, async () => {
        const keypair = Keypair.generate();
        const space = getMintLen([extension.type]);
        const mint = await createMint(chain, {
          extensions: [extension],
          freezeAuthority: authority,
        });
        await chain.sendOk(
          [
            SystemProgram.createAccount({
              fromPubkey: chain.payer.publicKey,
              newAccountPubkey: keypair.publicKey,
              space,
              lamports: Number(await chain.rentExempt(space)),
              programId: T,
            }),
            initialize(keypair.publicKey),
            createInitializeMintInstruction(
              keypair.publicKey,
              6,
              mint.authority.publicKey,
              authority,
              T,
            ),
          ],
          [keypair],
        );
        const [made, written] = [
          await chain.getAccount(keypair.publicKey),
          await chain.getAccount(mint.address),
        ];
        expect(written?.data.toString("hex")).to.equal(made?.data.toString("hex"));
      });
    }

    const harmless = [
      mintExtension.mintCloseAuthority(),
      mintExtension.interestBearingConfig(),
      mintExtension.metadataPointer(),
      mintExtension.tokenMetadata(),
      mintExtension.confidentialTransferMint(),
      mintExtension.defaultAccountState(AccountState.Initialized),
    ];
    for (const extension of harmless) {
      it(`given ${extension.name} then tokens of it are minted and moved`, async () => {
        const mint = await createMint(chain, { extensions: [extension] });
        const owner = Keypair.generate();
        const from = await fundedTokenAccount(chain, mint, owner.publicKey, 100n);
        const to = await createTokenAccount(chain, mint, fresh());
        await chain.sendOk(
          createTransferCheckedInstruction(from, mint.address, to, owner.publicKey, 40n, 6, [], T),
          [owner],
        );
        expect((await readTokenAccount(chain, to)).amount).to.equal(40n);
      });
    }

    it("given a written token account then the token program takes it for its own", async () => {
      const mint = await createMint(chain, { extensions: [mintExtension.transferFeeConfig()] });
      const owner = Keypair.generate();
      const from = await writeTokenAccount(chain, mint, owner.publicKey, { amount: 1_000n });
      const to = await createTokenAccount(chain, mint, fresh());
      await chain.sendOk(
        createTransferCheckedInstruction(from, mint.address, to, owner.publicKey, 600n, 6, [], T),
        [owner],
      );
      expect((await readTokenAccount(chain, from)).amount).to.equal(400n);
      expect((await readTokenAccount(chain, to)).amount).to.equal(594n); // less the mint's own 1%
    });
  });
}
