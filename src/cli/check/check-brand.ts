import type { ServerSettings } from "../settings.js";
import { type Finding, good } from "./finding.js";

/** How the pages look; what is wrong with it keeps the server from starting, and is told as that. */
export function checkBrand({ auth }: ServerSettings): readonly Finding[] {
  const { name = "Latchkey", logo = "none", color = "none" } = auth.brand ?? {};
  return [good("LATCHKEY_BRAND_NAME", name), good("LATCHKEY_BRAND_LOGO", logo), good("LATCHKEY_BRAND_COLOR", color)];
}
