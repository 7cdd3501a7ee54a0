import { useAuth } from "latchkey/react";
import type { ReactElement } from "react";

/** Shown until the server has said whether somebody is logged in. */
export function Waiting(): ReactElement {
  const { status } = useAuth();
  return <p role="status">{status === "offline" ? "The server cannot be reached. Trying again…" : "One moment…"}</p>;
}
