/** What people do with their tokens without this program. Each move is sent and has to succeed. */
import {
  AuthorityType,
  createApproveInstruction,
  createCloseAccountInstruction,
  createFreezeAccountInstruction,
  createRevokeInstruction,
  createSetAuthorityInstruction,
  createThawAccountInstruction,
  createTransferCheckedInstruction,
} from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";
import { createTokenAccount, fixedKeypair } from "../harness";
import type { Person } from "./people";
import type { World } from "./world";

/** The owner approves `delegate` for `amount` base units on the owner's token account. */
export async function approve(world: World, delegate: PublicKey, amount: bigint): Promise<void> {
  const { tokens, tokenProgram } = world;
  await world.expectOk(
    [
      createApproveInstruction(
        tokens.owner,
        delegate,
        world.key("owner"),
        amount,
        [],
        tokenProgram,
      ),
    ],
    "owner",
  );
}

export async function revoke(world: World): Promise<void> {
  await world.expectOk(
    [createRevokeInstruction(world.tokens.owner, world.key("owner"), [], world.tokenProgram)],
    "owner",
  );
}

/** Sends `amount` base units from one person's token account to another's. */
export async function transfer(
  world: World,
  from: Person,
  to: Person,
  amount: bigint,
): Promise<void> {
  await world.expectOk(
    [
      createTransferCheckedInstruction(
        world.tokens[from],
        world.mint,
        world.tokens[to],
        world.key(from),
        amount,
        world.testMint.decimals,
        [],
        world.tokenProgram,
      ),
    ],
    from,
  );
}

/** Leaves exactly `amount` in the owner's token account; the rest goes to the stranger or comes from them. */
export async function setBalance(world: World, amount: bigint): Promise<void> {
  const balance = await world.balance("owner");
  if (balance > amount) await transfer(world, "owner", "stranger", balance - amount);
  if (balance < amount) await transfer(world, "stranger", "owner", amount - balance);
}

export async function freeze(world: World, account: PublicKey): Promise<void> {
  const authority = fixedKeypair("freezeAuthority");
  await world.chain.sendOk(
    createFreezeAccountInstruction(
      account,
      world.mint,
      authority.publicKey,
      [],
      world.tokenProgram,
    ),
    [authority],
  );
}

export async function thaw(world: World, account: PublicKey): Promise<void> {
  const authority = fixedKeypair("freezeAuthority");
  await world.chain.sendOk(
    createThawAccountInstruction(account, world.mint, authority.publicKey, [], world.tokenProgram),
    [authority],
  );
}

/** Empties a person's token account into the stranger's and closes it. */
export async function closeTokenAccount(world: World, person: Person): Promise<void> {
  const balance = await world.balance(person);
  if (balance > 0n) await transfer(world, person, "stranger", balance);
  await world.expectOk(
    [
      createCloseAccountInstruction(
        world.tokens[person],
        world.key(person),
        world.key(person),
        [],
        world.tokenProgram,
      ),
    ],
    person,
  );
}

/** Makes a person's associated token account again, empty, at its old address. */
export async function reopenTokenAccount(world: World, person: Person): Promise<void> {
  await createTokenAccount(world.chain, world.testMint, world.key(person));
}

/** Hands a person's token account to another wallet, by `SetAuthority`. */
export async function giveAway(world: World, person: Person, to: PublicKey): Promise<void> {
  await world.expectOk(
    [
      createSetAuthorityInstruction(
        world.tokens[person],
        world.key(person),
        AuthorityType.AccountOwner,
        to,
        [],
        world.tokenProgram,
      ),
    ],
    person,
  );
}
