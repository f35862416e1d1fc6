/** Loads a project for the party who is signed in, and keeps it fresh. */
import { useEffect, useRef } from "react";
import {
  dataOf,
  type Gateway,
  GatewayProblem,
  type UsedResource,
  useResource,
} from "../../../gateway";
import { activeMilestone } from "../rules/card";
import { roleOf } from "../rules/role";
import type {
  Dispute,
  Message,
  Notification,
  PartyActions,
  PartyRole,
  Project,
  Review,
  Schedule,
  Settlement,
  Statement,
  Submission,
  Timeline,
} from "../rules/types";

/** Milliseconds between two looks at a project. */
const POLL_MS = 4_000;

/** Milliseconds between two looks at its reports: notices come without a step. */
const REPORTS_POLL_MS = 10_000;

/** A project as one of its parties sees it. */
export interface OpenProject {
  project: Project;
  role: PartyRole;
  /** Id of the person who is signed in. */
  party: string;
  view: PartyActions;
}

/** Loads a project with the actions of the session's party. */
export const useProject = (id: string, address: string): UsedResource<OpenProject> =>
  useResource(
    `project ${id} ${address}`,
    (gateway, signal) => loadProject(gateway, id, address, signal),
    { pollMs: POLL_MS },
  );

/** Loads a project for a wallet. Throws `GatewayProblem`. */
export async function loadProject(
  { client }: Gateway,
  id: string,
  address: string,
  signal?: AbortSignal,
): Promise<OpenProject> {
  const path = { id };
  const project = await dataOf(client.GET("/v1/projects/{id}", { params: { path }, signal }));
  const role = roleOf(project, address);
  if (!role) {
    const text = `The wallet ${address} is not a party to this project.`;
    throw new GatewayProblem("resource_missing", text, { status: 404 });
  }
  const party = project[role].id;
  const params = { path, query: { party } };
  const view = await dataOf(client.GET("/v1/projects/{id}/actions", { params, signal }));
  return { project, role, party, view };
}

/** Reports of a project that change with its steps only. */
export interface ProjectReports {
  statement: Statement;
  timeline: Timeline;
  schedule: Schedule;
  notices: Notification[];
}

/** Loads the reports, again whenever the project has changed and every few seconds. */
export const useReports = ({ project, party }: OpenProject, version: string) =>
  useVersioned<ProjectReports>(
    `reports ${project.id} ${party}`,
    version,
    async ({ client }, signal) => {
      const path = { id: project.id };
      const of = { params: { path }, signal };
      const [statement, timeline, schedule, inbox] = await Promise.all([
        dataOf(client.GET("/v1/projects/{id}/statement", of)),
        dataOf(client.GET("/v1/projects/{id}/timeline", of)),
        dataOf(client.GET("/v1/projects/{id}/schedule", of)),
        dataOf(
          client.GET("/v1/inbox", { params: { query: { person: party, limit: 50 } }, signal }),
        ),
      ]);
      const notices = inbox.data.filter(({ projectId }) => projectId === project.id);
      return { statement, timeline, schedule, notices };
    },
    REPORTS_POLL_MS,
  );

/** Loads the reviews that a party may read, once the project is completed. The other party's appears without a step of one's own. */
export const useReviews = ({ project: { id, status }, party }: OpenProject) =>
  useResource<Review[]>(
    status === "completed" ? `reviews ${id} ${party}` : null,
    async ({ client }, signal) => {
      const params = { path: { id }, query: { party } };
      const { data } = await dataOf(client.GET("/v1/projects/{id}/reviews", { params, signal }));
      return data;
    },
    { pollMs: POLL_MS },
  );

/** What the parties handed in and wrote about one milestone, oldest first. */
export interface MilestoneRecord {
  submissions: Submission[];
  disputes: Dispute[];
  messages: Message[];
  settlements: Settlement[];
}

/** Loads the record of a milestone, again whenever the project has changed and every few seconds. */
export const useRecord = (projectId: string, milestoneId: string | null, version: string) =>
  useVersioned<MilestoneRecord>(
    milestoneId && `record ${projectId} ${milestoneId}`,
    version,
    ({ client }, signal) => loadRecord(client, projectId, milestoneId!, signal),
    POLL_MS,
  );

/** Loads the record of a milestone. Throws `GatewayProblem`. */
export async function loadRecord(
  client: Gateway["client"],
  projectId: string,
  milestoneId: string,
  signal?: AbortSignal,
): Promise<MilestoneRecord> {
  const of = { params: { path: { id: projectId, milestoneId } }, signal };
  const base = "/v1/projects/{id}/milestones/{milestoneId}" as const;
  const [submissions, disputes, messages, settlements] = await Promise.all([
    dataOf(client.GET(`${base}/submissions`, of)),
    dataOf(client.GET(`${base}/disputes`, of)),
    dataOf(client.GET(`${base}/dispute/messages`, of)),
    dataOf(client.GET(`${base}/settlements`, of)),
  ]);
  return {
    submissions: submissions.data,
    disputes: disputes.data,
    messages: [...messages.data].reverse(),
    settlements: settlements.data,
  };
}

/** Returns a text that differs when something in the project has changed. */
export function versionOf({ project, view }: OpenProject): string {
  const active = activeMilestone(project);
  return JSON.stringify([
    project.updated,
    project.status,
    project.milestones.map(({ status, submitted, disputed }) => [status, submitted, disputed]),
    active?.chain?.evidenceHash,
    view.pendingAction,
    view.possible.map(({ action, milestoneId }) => [action, milestoneId]),
  ]);
}

function useVersioned<Data>(
  key: string | null,
  version: string,
  load: (gateway: Gateway, signal: AbortSignal) => Promise<Data>,
  pollMs?: number,
): UsedResource<Data> {
  const resource = useResource(key, load, pollMs === undefined ? {} : { pollMs });
  const seen = useRef(version);
  const { refresh } = resource;
  useEffect(() => {
    if (seen.current === version) return;
    seen.current = version;
    void refresh();
  }, [version, refresh]);
  return resource;
}
