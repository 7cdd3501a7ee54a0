/** What no route takes for a name or a password. */
export const NO_TEXTS: readonly unknown[] = [5, 0, true, false, null, [], ["a"], {}, { $ne: null }, "a\0b", "\ud800"];

const DEEP = 4000;

interface NoBody {
  readonly what: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Bodies that no route reads, and the headers that they come with. */
export const NO_BODIES: readonly NoBody[] = [
  { what: "nothing", body: "" },
  { what: "half an object", body: '{"username":' },
  { what: "two objects", body: "{}{}" },
  { what: "a text", body: '"username"' },
  { what: "a number", body: "5" },
  { what: "null", body: "null" },
  { what: "an array", body: "[1]" },
  { what: "an array of an object", body: '[{"username":"a","password":"b"}]' },
  { what: "deep arrays", body: `${"[".repeat(DEEP)}${"]".repeat(DEEP)}` },
  { what: "a form", body: "username=a&password=b", headers: { "content-type": "application/x-www-form-urlencoded" } },
  { what: "a text file", body: '{"username":"a","password":"b"}', headers: { "content-type": "text/plain" } },
  { what: "JSON of another kind", body: "[]", headers: { "content-type": "application/json-patch+json" } },
  {
    what: "JSON in an alphabet that is none",
    body: "{}",
    headers: { "content-type": "application/json; charset=klingon" },
  },
  { what: "JSON that is said to be compressed", body: "{}", headers: { "content-encoding": "gzip" } },
  { what: "JSON in a coding that is none", body: "{}", headers: { "content-encoding": "secret" } },
];

/** Names that objects have of themselves. */
export const NAMES_OF_OBJECTS: readonly string[] = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "valueOf",
];
