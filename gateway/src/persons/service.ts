/** Creates and changes the people of an account. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import { chainOf, type GatewayContext } from "../context";
import { GatewayError, missing } from "../errors/gateway-error";
import { toSeconds } from "../time/seconds";
import type { CreatePerson, Person, UpdatePerson } from "./schema";
import { type DatedPerson, findPerson, insertPerson, updatePerson } from "./store";

/** Returns a person as the API shows them. */
export const showPerson = ({ id, name, email, wallet, created_at }: DatedPerson): Person => ({
  id,
  object: "person",
  name,
  email,
  wallet,
  created: toSeconds(created_at),
});

/** Creates a person. Throws `GatewayError` (`invalid_request`). */
export async function createPerson(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  { name, ...given }: CreatePerson,
): Promise<Person> {
  const { email, wallet } = { email: given.email ?? null, wallet: given.wallet ?? null };
  refuseWallet(context, caller, wallet);
  return showPerson(
    await insertPerson(transaction, caller, { name, email, wallet }, context.now()),
  );
}

/** Returns a person of the caller. Throws `GatewayError` (`resource_missing`). */
export async function readPerson(
  database: Database,
  caller: Caller,
  id: string,
): Promise<DatedPerson> {
  const person = await findPerson(database, caller, id);
  if (!person) throw missing("person", id);
  return person;
}

/** Changes a person. Throws `GatewayError`: `resource_missing`, `invalid_request`. */
export async function changePerson(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  id: string,
  change: UpdatePerson,
): Promise<Person> {
  await readPerson(transaction, caller, id);
  refuseWallet(context, caller, change.wallet ?? null);
  await updatePerson(transaction, caller, id, change);
  return showPerson(await readPerson(transaction, caller, id));
}

/** Where the sandbox's keys sign, another wallet would never be used. */
function refuseWallet(context: GatewayContext, { mode }: Caller, wallet: string | null): void {
  if (wallet === null || chainOf(context, mode).sandboxKey === null) return;
  throw new GatewayError(
    "invalid_request",
    "wallet: expected none in test mode, where the sandbox's keys sign. Leave it out.",
    { param: "wallet" },
  );
}
