/** What a page knows when it opens. */
export interface PageSettings {
  readonly name: string;
  readonly logo: boolean;
  /** The origins that a visitor may be sent back to: the server's own and the listed ones. */
  readonly origins: readonly string[];
  /** Where the server is reached from outside. */
  readonly url: string;
}

/** The page as it was built, with its settings, its title, and the logo for an icon where there is one. */
export function pageHtml(built: string, settings: PageSettings): string {
  const page = built
    .replace(/(?<=<script type="application\/json" id="latchkey">)(?=<\/script>)/, () => inScript(settings))
    .replace(/(?<=<title>)[^<]*/, () => settings.name.replaceAll(/[&<>]/g, (letter) => `&#${letter.charCodeAt(0)};`));
  return settings.logo ? page.replace(/(?<=<link rel="icon" href=")[^"]*/, "./logo") : page;
}

/** HTML Standard, "Restrictions for contents of script elements": what could end the element is written as JSON allows, too. */
function inScript(settings: PageSettings): string {
  return JSON.stringify(settings).replaceAll(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
