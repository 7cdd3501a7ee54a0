import { useAuth } from "latchkey/react";
import type { ReactElement } from "react";
import { PageLink } from "../parts/page-link.js";
import { TitleCard } from "../parts/title-card.js";
import { useSurroundings } from "../surroundings.js";

/** Lets whoever is logged in choose, where the application that sent them does not see it. */
export function AlreadyIn({ target }: { readonly target: URL }): ReactElement {
  const { texts } = useSurroundings();
  const { user } = useAuth();
  return (
    <TitleCard
      title={
        <>
          {texts.alreadyIn} <bdi>{user?.username}</bdi>
        </>
      }
    >
      <p className="mt-3 mb-6 text-soft [overflow-wrap:anywhere]">{texts.alreadyInWhy(target.host)}</p>
      <a
        href={target.href}
        className="flex min-h-12 w-full items-center justify-center rounded-lg border border-brand-edge bg-brand px-5 py-2 text-center font-medium text-brand-text [overflow-wrap:anywhere] hover:bg-brand-hover"
      >
        {texts.goOnTo(target.host)}
      </a>
      <p className="mt-5 text-center text-sm">
        <PageLink page="account" search="">
          {texts.account}
        </PageLink>
      </p>
    </TitleCard>
  );
}
