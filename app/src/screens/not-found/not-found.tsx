/** What an unknown path shows. */
import { ButtonLink } from "../../components/button";
import { PageTitle } from "../../components/page-title";
import { ROUTES } from "../../config/routes";

/** Renders the way back from a path that no screen has. */
export default function NotFound() {
  return (
    <>
      <PageTitle
        title="There is no such page"
        lead="The address may be incomplete. Nothing has changed."
      />
      <div>
        <ButtonLink kind="primary" href={ROUTES.home}>
          Go to the first page
        </ButtonLink>
      </div>
    </>
  );
}
