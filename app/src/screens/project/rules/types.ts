/** Objects of the gateway that the screens of a project read, as its OpenAPI document has them. */
import type { components, paths } from "@milepost/gateway/client";

/** JSON of a successful answer. */
type JsonOf<Responses, Status extends keyof Responses> = Responses[Status] extends {
  content: { "application/json": infer Body };
}
  ? Body
  : never;

type GetOf<Path extends keyof paths> = paths[Path] extends {
  get: { responses: infer Responses extends { 200: unknown } };
}
  ? JsonOf<Responses, 200>
  : never;

type ItemOf<List> = List extends { data: (infer Item)[] } ? Item : never;

/** A project with its milestones. */
export type Project = GetOf<"/v1/projects/{id}">;
/** A milestone of a project. */
export type ProjectMilestone = Project["milestones"][number];
/** Status of a milestone by the chain's state and time. */
export type MilestoneStatus = ProjectMilestone["status"];
/** Role of a party. */
export type PartyRole = "homeowner" | "contractor" | "mediator";
/** Where every unit is. */
export type Statement = GetOf<"/v1/projects/{id}/statement">;
/** What happened, and what happens by itself. */
export type Timeline = GetOf<"/v1/projects/{id}/timeline">;
/** Fees and net amounts of each milestone. */
export type Schedule = GetOf<"/v1/projects/{id}/schedule">;
/** What a party can do now and later. */
export type PartyActions = GetOf<"/v1/projects/{id}/actions">;
/** One action of a party. */
export type PossibleAction = PartyActions["possible"][number];
/** Name of an action. */
export type ActionName = PossibleAction["action"];
/** A step on its way to the chain. */
export type ProjectAction = GetOf<"/v1/projects/{id}/actions/{actionId}">;
/** A delivery with its evidence. */
export type Submission = ItemOf<GetOf<"/v1/projects/{id}/milestones/{milestoneId}/submissions">>;
/** A dispute with its evidence. */
export type Dispute = ItemOf<GetOf<"/v1/projects/{id}/milestones/{milestoneId}/disputes">>;
/** A message in a dispute. */
export type Message = ItemOf<GetOf<"/v1/projects/{id}/milestones/{milestoneId}/dispute/messages">>;
/** A proposed or agreed division. */
export type Settlement = ItemOf<GetOf<"/v1/projects/{id}/milestones/{milestoneId}/settlements">>;
/** A review of one party about the other. */
export type Review = ItemOf<GetOf<"/v1/projects/{id}/reviews">>;
/** A notice in the inbox. */
export type Notification = components["schemas"]["Notification"];
/** An uploaded file. */
export type StoredFile = components["schemas"]["File"];
/** A file of a submission or a dispute, as its manifest names it. */
export type EvidenceEntry = Submission["files"][number];
