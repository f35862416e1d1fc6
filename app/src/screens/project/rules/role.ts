/** Rule: the role of a wallet in a project. */
import { ROLE_TITLES } from "./card";
import type { PartyRole, Project } from "./types";

/** Roles in the order in which the page lists them. */
export const PARTY_ROLES: readonly PartyRole[] = ["homeowner", "contractor", "mediator"];

/**
 * Returns the role of a wallet, or null for a wallet that is no party.
 * @example
 * roleOf(project, session.address); // "contractor"
 */
export const roleOf = (project: Project, address: string): PartyRole | null =>
  PARTY_ROLES.find((role) => project[role].wallet === address) ?? null;

/** Returns the name of a project's address, such as `Contractor Brook & Sons`, or undefined for an unknown one. */
export function addressName(project: Project, address: string): string | undefined {
  const role = roleOf(project, address);
  if (role) return `${ROLE_TITLES[role]} ${project[role].name}`;
  const part = project.policies.find(
    ({ policy, escrow, vault }) => policy === address || escrow === address || vault === address,
  );
  if (!part) return undefined;
  return part.vault === address ? "Vault of this project" : "Escrow of this project";
}

/** Returns the name of a person of the project by their id. */
export function personName(project: Project, id: string | null): string {
  const role = PARTY_ROLES.find((each) => project[each].id === id);
  return role ? `${project[role].name} (${role})` : "Nobody";
}
