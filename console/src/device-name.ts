/** What a user agent tells in words; `undefined` where it is not known. */
export interface Device {
  readonly browser: string | undefined;
  readonly system: string | undefined;
}

// The first that fits: most claim to be others too.
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\b(?:OPR|Opera|OPiOS|OPT)\b/, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bYaBrowser\//, "Yandex"],
  [/\bDuckDuckGo\/|\bDdg\//, "DuckDuckGo"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\bElectron\//, "Electron"],
  [/\b(?:Headless)?Chrome\/|\bCriOS\/|\bChromium\//, "Chrome"],
  [/\bVersion\/[\d.]+.*\bSafari\//, "Safari"],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMacintosh\b|\bMac OS X\b/, "macOS"],
  [/\bLinux\b|\bX11\b/, "Linux"],
];

// Programs name themselves first: curl/8.5.0, python-requests/2.31.0.
const PROGRAM = /^([A-Za-z][\w.-]{0,31})\//;

/** Reads a `User-Agent`: which browser, or which program, on which system. Nothing but known names comes out, and a program's first word. */
export function deviceOf(userAgent: string | null): Device {
  const text = userAgent ?? "";
  const first = ([pattern]: readonly [RegExp, string]) => pattern.test(text);
  const program = PROGRAM.exec(text)?.[1];
  const browser = BROWSERS.find(first)?.[1] ?? (program === "Mozilla" ? undefined : program);
  return { browser, system: SYSTEMS.find(first)?.[1] };
}
