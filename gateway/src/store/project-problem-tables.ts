/** Why a project needs attention, such as a transaction that the chain took back; null for nothing. */
export const PROJECT_PROBLEM_TABLES = `
  ALTER TABLE milepost_gateway.projects ADD COLUMN problem text;
`;
