/** `/v1/operator`: the report for the wallet that is the authority of the gateway's account on chain. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { GatewayError } from "../errors/gateway-error";
import type { Routes } from "../http/app";
import { isOperator } from "../sessions/service";
import { OperatorReport } from "./schema";
import { readReport } from "./report";

/** Route of the operator's report. */
export const operatorRoutes: Routes = (context) => (instance) => {
  instance.withTypeProvider<TypeBoxTypeProvider>().get(
    "/operator",
    {
      config: { isSession: true },
      schema: {
        operationId: "getOperatorReport",
        tags: ["Operator"],
        summary: "Return the gateway's health, what is stuck, and the last reconciliation",
        description:
          "For a session of the wallet that is the authority of the gateway's account on chain. It covers every account of the session's mode.",
        response: { 200: OperatorReport },
      },
    },
    async (request, reply) => {
      const { session } = request.walletSession!;
      if (!(await isOperator(context, session))) {
        throw new GatewayError(
          "forbidden",
          `The wallet ${session.address} is not the authority of this gateway. Sign in with the operator's wallet.`,
        );
      }
      void reply.header("cache-control", "no-store");
      return readReport(context, session.mode);
    },
  );
  return Promise.resolve();
};
