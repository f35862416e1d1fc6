/** Index of the question that a keeper asks for each milestone: did a key ask for its payment? */
export const RELEASE_REQUEST_INDEX = `
  CREATE INDEX chain_jobs_releases ON milepost_gateway.chain_jobs (subject_id)
    WHERE kind = 'release_milestone';
`;
