import type { ReactElement, ReactNode } from "react";
import { useSurroundings } from "../surroundings.js";
import { keyCutOf } from "./key-cut.js";

const HEIGHT = 22;
const DEEPEST = 17;

/** The surface that a page is written on. Its upper edge is a key: the bow holds the logo, and the name of the server decides the cuts, so that each has its own. */
export function KeyCard({ children }: { readonly children: ReactNode }): ReactElement {
  const { settings } = useSurroundings();
  return (
    <div className="relative pt-7">
      <Blade name={settings.name} />
      <div className="rounded-b-2xl border-line border-x border-b bg-card px-5 pt-8 pb-7 min-[25rem]:px-8 min-[25rem]:pb-9">
        {children}
      </div>
      <Bow hasLogo={settings.logo} />
    </div>
  );
}

function Blade({ name }: { readonly name: string }): ReactElement {
  const { width, points } = keyCutOf(name, DEEPEST);
  const edge = `M${points.map(([x, y]) => `${x} ${y + 1}`).join("L")}`;
  return (
    <div aria-hidden="true" className="flex h-5.5">
      <div className="w-9 rounded-tl-2xl border-line border-t border-l bg-card" />
      <div className="flex-1 border-brand-edge border-t-2 bg-card" />
      <svg aria-hidden="true" className="shrink-0" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`}>
        <path className="fill-card forced-colors:fill-[Canvas]" d={`${edge}V${HEIGHT}H0Z`} />
        <path className="stroke-line forced-colors:stroke-[CanvasText]" d={`M${width - 0.5} ${DEEPEST}V${HEIGHT}`} />
        <path
          className="fill-none stroke-2 stroke-brand-edge forced-colors:stroke-[CanvasText]"
          d={edge}
          strokeLinejoin="round"
        />
      </svg>
    </div>
  );
}

/** The logo, on white in the dark too, where it may be drawn in black; a keyhole where there is none. */
function Bow({ hasLogo }: { readonly hasLogo: boolean }): ReactElement {
  return (
    <div
      className={`absolute top-0 left-5 grid h-14 min-w-14 place-items-center rounded-full border-2 border-brand-edge min-[25rem]:left-8 ${hasLogo ? "bg-white px-3.5 forced-color-adjust-none" : "bg-card"}`}
    >
      {hasLogo ? (
        <img src="./logo" alt="" className="h-8 w-auto max-w-40 object-contain" />
      ) : (
        <svg aria-hidden="true" className="size-7 fill-brand-edge forced-colors:fill-[CanvasText]" viewBox="0 0 28 28">
          <path d="M14 4a6 6 0 0 0-2.8 11.3L9.5 24h9l-1.7-8.7A6 6 0 0 0 14 4Z" />
        </svg>
      )}
    </div>
  );
}
