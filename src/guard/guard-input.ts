/** What a guard asks of a request, whatever framework it came through. An adapter leaves out what its framework cannot give. */
export interface GuardInput {
  readonly method: string;
  /** The value of a header, by its name in lower case; several of one name are joined with a comma and a space. */
  header(name: string): string | undefined;
  /** The value of a cookie. */
  cookie?(name: string): string | undefined;
  /** The first value of a query parameter. */
  query?(name: string): string | undefined;
  /** The body, where it is JSON and can be read without taking it from the application; `undefined` where not. */
  json?(): unknown;
  /** The first value of a field, where the body is a form and can be read without taking it from the application. */
  form?(name: string): string | undefined | Promise<string | undefined>;
}
