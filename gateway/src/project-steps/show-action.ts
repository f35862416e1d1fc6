/** Actions as the API shows them. */
import type { Database } from "@milepost/database";
import { type ChainRuntime, missingSigners, toPartlySigned } from "../chain";
import { findSigning, type OpenSigning } from "../signing/store";
import { toSeconds } from "../time/seconds";
import type { ActionRow } from "./action-store";
import type { ProjectAction } from "./schema";

/** Returns an action as the API shows it, with its transaction while it waits for signatures. */
export async function showAction(
  database: Database,
  chain: ChainRuntime,
  action: ActionRow,
): Promise<ProjectAction> {
  const signing =
    action.state === "prepared"
      ? await findSigning(database, {
          accountId: action.account_id,
          mode: action.mode,
          objectId: action.project_id,
          payload: { actionId: action.id },
        })
      : null;
  return {
    id: action.id,
    object: "project_action",
    projectId: action.project_id,
    action: action.kind,
    state: action.state,
    milestoneId: action.milestone_id,
    party: action.person_id,
    signing: signing && showSigning(chain, signing),
    signature: action.signature,
    error: action.error,
    created: toSeconds(action.created_at),
  };
}

function showSigning(chain: ChainRuntime, signing: OpenSigning): ProjectAction["signing"] {
  return {
    transaction: toPartlySigned(signing),
    message: signing.message,
    signers: missingSigners(chain, signing, {}),
    missing: missingSigners(chain, signing, signing.signatures),
    expiresAt: signing.expiresAt,
  };
}
