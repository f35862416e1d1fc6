/** Bytes of script per route. The bench prints them: `npm run bench --workspace app`. */
import { expect } from "chai";
import {
  FIRST_LOAD_BUDGET,
  LATER_ROUTE_BUDGET,
  readRouteBytes,
  type RouteBytes,
} from "../../bench/route-bytes";
import { buildPage } from "./harness/build-page";

describe("script of the routes", () => {
  let routes: RouteBytes[];

  before(async () => {
    routes = readRouteBytes(await buildPage());
  });

  const over = (budget: (route: RouteBytes) => boolean) =>
    routes.filter(budget).map(({ screen, first, later }) => `${screen}: ${first}, ${later}`);

  it("covers every screen", () => {
    expect(routes.map(({ screen }) => screen).sort()).to.deep.equal([
      ...["checkout", "create", "home", "mediator", "my-milestones", "not-found"],
      ...["operator", "policy", "project", "settings"],
    ]);
  });

  it("keeps the first load within 200 KB", () => {
    expect(over(({ first }) => first > FIRST_LOAD_BUDGET)).to.deep.equal([]);
  });

  it("keeps each later route within 60 KB", () => {
    expect(over(({ later }) => later > LATER_ROUTE_BUDGET)).to.deep.equal([]);
  });
});
