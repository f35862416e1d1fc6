/** Finds or creates the parties of a new project, and fixes their wallets. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { ChainRuntime, SandboxRole } from "../chain/chain-runtime";
import { GatewayError, missing } from "../errors/gateway-error";
import { findPerson, insertPerson } from "../persons/store";
import { PARTY_ROLES, type PartyRole, type ProjectRow } from "./rows";
import type { CreateProject, PartyInput } from "./schema";

/** Keys of the sandbox that sign for each party. */
export const SANDBOX_ROLES: Readonly<Record<PartyRole, SandboxRole>> = {
  homeowner: "payer",
  contractor: "payee",
  mediator: "mediator",
};

/**
 * Returns the ids of the three parties, who are three people; creates those who are new.
 * Throws `GatewayError`: `invalid_request`, `resource_missing`.
 */
export async function resolveParties(
  transaction: Database,
  caller: Caller,
  input: Pick<CreateProject, PartyRole>,
  { chain, now }: { chain: ChainRuntime; now: Date },
): Promise<Record<PartyRole, string>> {
  const ids: Partial<Record<PartyRole, string>> = {};
  for (const role of PARTY_ROLES) {
    const id = await resolveParty(transaction, caller, role, input[role], { chain, now });
    const other = PARTY_ROLES.find((earlier) => ids[earlier] === id);
    if (other) {
      throw new GatewayError(
        "invalid_request",
        `${role}.id: expected a person other than the ${other}, received ${id}`,
        { param: `${role}.id` },
      );
    }
    ids[role] = id;
  }
  return ids as Record<PartyRole, string>;
}

async function resolveParty(
  transaction: Database,
  caller: Caller,
  role: PartyRole,
  { id, name, email, wallet }: PartyInput,
  { chain, now }: { chain: ChainRuntime; now: Date },
): Promise<string> {
  if (id !== undefined) {
    if (name !== undefined || email !== undefined || wallet !== undefined) {
      throw new GatewayError(
        "invalid_request",
        `${role}: expected either id, or name with email and wallet. Leave out the others.`,
        { param: role },
      );
    }
    const person = await findPerson(transaction, caller, id);
    if (!person) throw missing("person", id);
    return person.id;
  }
  if (name === undefined) {
    const param = `${role}.name`;
    throw new GatewayError("invalid_request", `${param}: required, and missing`, { param });
  }
  if (wallet !== undefined && chain.sandboxKey !== null) {
    const param = `${role}.wallet`;
    throw new GatewayError(
      "invalid_request",
      `${param}: expected none in test mode, where the sandbox's keys sign. Leave it out.`,
      { param },
    );
  }
  const person = { name, email: email ?? null, wallet: wallet ?? null };
  return (await insertPerson(transaction, caller, person, now)).id;
}

/**
 * Returns the wallets of a project's parties: the sandbox's in test mode, those of the people otherwise.
 * Throws `GatewayError` (`conflict`) while one is missing or two are the same.
 */
export function walletsOf(chain: ChainRuntime, project: ProjectRow): Record<PartyRole, string> {
  const wallets: Partial<Record<PartyRole, string>> = {};
  for (const role of PARTY_ROLES) {
    const key = chain.sandboxKey?.(project.account_id, SANDBOX_ROLES[role]);
    const wallet = key?.publicKey.toBase58() ?? project.parties[role].wallet;
    if (wallet === null) {
      throw new GatewayError(
        "conflict",
        `The ${role} ${project.parties[role].id} has no wallet. Add it, then finalize.`,
        { param: `${role}.wallet` },
      );
    }
    const other = PARTY_ROLES.find((earlier) => wallets[earlier] === wallet);
    if (other) {
      throw new GatewayError(
        "conflict",
        `The ${role} and the ${other} have the same wallet ${wallet}. Give each their own.`,
        { param: `${role}.wallet` },
      );
    }
    wallets[role] = wallet;
  }
  return wallets as Record<PartyRole, string>;
}

/**
 * Returns the role of a person in a project, which has to be one of `allowed`.
 * Throws `GatewayError`: `resource_missing` for a person who is not a party, `forbidden` for another party.
 */
export function requireRole(
  project: ProjectRow,
  personId: string,
  allowed: readonly PartyRole[],
): PartyRole {
  const role = PARTY_ROLES.find((each) => project.parties[each].id === personId);
  if (!role) throw missing("party of this project", personId);
  if (allowed.includes(role)) return role;
  const expected = allowed.map((each) => `the ${each} ${project.parties[each].id}`).join(" or ");
  throw new GatewayError(
    "forbidden",
    `party: expected ${expected}, received ${personId}, the ${role}.`,
    { param: "party" },
  );
}
