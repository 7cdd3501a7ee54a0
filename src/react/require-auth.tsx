import type { ReactElement, ReactNode } from "react";
import { useAuth } from "./use-auth.js";

/** The properties of a {@link RequireAuth}. */
export interface RequireAuthProps {
  /** Roles of which the user must have one; without them it is enough to be logged in. */
  readonly roles?: readonly string[];
  /** Shown to whoever is not logged in, or has none of the roles. */
  readonly fallback?: ReactNode;
  /** Shown as long as it is not known who is logged in. */
  readonly loading?: ReactNode;
  readonly children?: ReactNode;
}

/** Shows its children to those who may see them. What they must not see does not belong into the page: the server has to refuse it too. */
export function RequireAuth({ roles, fallback, loading, children }: RequireAuthProps): ReactElement {
  const { status, user } = useAuth();
  if (status === "loading" || status === "offline") return <>{loading}</>;
  const isAllowed = user !== null && (roles === undefined || roles.some((role) => user.roles.includes(role)));
  return <>{isAllowed ? children : fallback}</>;
}
