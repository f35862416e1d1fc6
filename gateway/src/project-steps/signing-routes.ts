/** `/v1/projects/:id/signed-transactions` and the actions that wait for them. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import { chainOf } from "../context";
import { missing } from "../errors/gateway-error";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { write } from "../http/write";
import { requireProject } from "../projects/require";
import { ProjectParams } from "../projects/schema";
import { findAction } from "./action-store";
import { performSigned } from "./perform";
import { ActionParams, ProjectAction, SignedTransaction } from "./schema";
import { showAction } from "./show-action";
import { type ChainNow, prepareSigned } from "./sign-step";

const TAGS = ["Project steps"];

/** Routes of the steps that wallets sign. */
export const stepSigningRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    "/projects/:id/signed-transactions",
    {
      config: { scope: "projects:write", asksChain: true, party: "project" },
      schema: {
        operationId: "sendSignedProjectTransaction",
        tags: TAGS,
        summary: "Submit a step's transaction that a wallet signed",
        description:
          "The gateway accepts only the bytes that it built. Once every party has signed, it signs last as the fee payer and sends the transaction.",
        params: ProjectParams,
        body: SignedTransaction,
        response: { 200: ProjectAction, 202: ProjectAction },
      },
    },
    write(
      context,
      (database, request: FastifyRequest, caller, chainNow: ChainNow) => {
        const { id: projectId } = request.params as ProjectParams;
        const { transaction } = request.body as SignedTransaction;
        return performSigned(context, database, caller, { projectId, transaction }, chainNow);
      },
      prepareSigned(context),
    ),
  );
  app.get(
    "/projects/:id/actions/:actionId",
    {
      config: { scope: "projects:read", asksChain: true, party: "project" },
      schema: {
        operationId: "getProjectAction",
        tags: TAGS,
        summary: "Return a party's step, with its transaction while it waits for signatures",
        params: ActionParams,
        response: { 200: ProjectAction },
      },
    },
    async (request) => {
      const { id, actionId } = request.params;
      const caller = callerOf(request);
      const project = await requireProject(context.database, caller, id);
      const action = await findAction(context.database, actionId);
      if (action?.project_id !== project.id) throw missing("action of this project", actionId);
      return showAction(context.database, chainOf(context, caller.mode), action);
    },
  );
  return Promise.resolve();
};
