/** Paths of the screens. */
export const ROUTES = {
  home: "/",
  checkout: "/pay/:intent",
  create: "/create",
  policy: "/p/:address",
  milestones: "/milestones",
  mediator: "/mediator",
  operator: "/operator",
  settings: "/settings",
} as const;

/** Path of a project, whose id is no address. It comes before `ROUTES.policy`. */
export const PROJECT_PATH = /^\/p\/(?<address>project_[^/]+)$/;

/** Returns the path of a policy or project. */
export const pathOf = (address: string): string => `/p/${address}`;
