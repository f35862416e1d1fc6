/** The first page: what Milepost is, and for whom. It is part of the entry, so that it needs no further request. */
import { Suspense } from "react";
import { ButtonLink } from "../../components/button";
import { Card } from "../../components/card";
import { Icon } from "../../components/icon";
import { lazyPart } from "../../components/lazy-part";
import { PageTitle } from "../../components/page-title";
import { ROUTES } from "../../config/routes";
import "./home.css";

const PEOPLE: readonly { title: string; text: string; link: string; path: string }[] = [
  {
    title: "For a freelancer",
    text: "See the money in the vault before you start. No answer within the review time means that you are paid.",
    link: "See what you are owed",
    path: ROUTES.milestones,
  },
  {
    title: "For a client",
    text: "Pay part by part, after a look at each delivery. Nothing delivered means that the money comes back.",
    link: "Create a payment",
    path: ROUTES.create,
  },
  {
    title: "For a mediator",
    text: "See both sides and the dates at one desk. Divide the disputed milestone, and only that milestone, to the last unit.",
    link: "Open the desk",
    path: ROUTES.mediator,
  },
];

const HomeDetails = lazyPart(async () => {
  await firstPaint();
  return import("./home-details");
});

/** Resolves after the next frame, so that what stands below the fold does not delay what a visitor sees first. */
const firstPaint = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

/** Renders what a visitor sees first. What stands below it is loaded afterwards. */
export function Home() {
  return (
    <>
      <PageTitle
        title="Milepost"
        lead="Pay when the work is done. Get paid when it is. The money waits on chain in between."
      />
      <p className="home-promise">
        <Icon name="lock" />
        <span>
          <strong>No API key can redirect money.</strong> Who is paid, how much and in which token
          is fixed on chain. A stolen key of a platform can at most pay the right person early.
        </span>
      </p>
      <div className="row">
        <ButtonLink kind="primary" href={ROUTES.create}>
          Create a payment
        </ButtonLink>
        <ButtonLink href={ROUTES.milestones}>My milestones</ButtonLink>
      </div>
      <div className="home-columns home-people">
        {PEOPLE.map(({ title, text, link, path }) => (
          <Card key={title} title={title}>
            <p>{text}</p>
            <div>
              <ButtonLink kind="quiet" href={path}>
                {link}
              </ButtonLink>
            </div>
          </Card>
        ))}
      </div>
      <Suspense fallback={null}>
        <HomeDetails />
      </Suspense>
    </>
  );
}
