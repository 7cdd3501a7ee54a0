import type { User } from "latchkey/client";
import { type ReactElement, type ReactNode, useId } from "react";
import { dateOf } from "../moments.js";
import { Blank } from "../parts/blank.js";
import { useSurroundings } from "../surroundings.js";

/** Who is logged in; its place is kept until that is known. */
export function Profile({ user }: { readonly user: User | null }): ReactElement {
  const { texts, locale } = useSurroundings();
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="font-display text-xl">
        {texts.profile}
      </h2>
      <dl className="mt-4 grid gap-3.5">
        <Row label={texts.username}>{user && <bdi>{user.username}</bdi>}</Row>
        <Row label={texts.email}>{user && (user.email === null ? texts.none : <bdi>{user.email}</bdi>)}</Row>
        <Row label={texts.roles}>{user && (user.roles.length === 0 ? texts.none : <Roles roles={user.roles} />)}</Row>
        <Row label={texts.since}>
          {user && <time dateTime={user.created_at}>{dateOf(Date.parse(user.created_at), locale)}</time>}
        </Row>
      </dl>
    </section>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement {
  return (
    <div className="grid min-h-6 gap-x-4 min-[25rem]:grid-cols-[9.5rem_minmax(0,1fr)]">
      <dt className="text-soft text-sm leading-6">{label}</dt>
      <dd className="min-w-0 leading-6">{children ?? <Blank />}</dd>
    </div>
  );
}

function Roles({ roles }: Pick<User, "roles">): ReactElement {
  return (
    <ul className="flex flex-wrap gap-1.5">
      {roles.map((role) => (
        <li key={role} className="rounded-md border border-line bg-paper px-2 text-sm leading-5.5">
          <bdi>{role}</bdi>
        </li>
      ))}
    </ul>
  );
}
