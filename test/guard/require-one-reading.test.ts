import { describe, expect, it } from "vitest";
import { requireOneReading } from "../../dist/guard/require-one-reading.js";

type Row = [what: string, httpVersion: string, rawHeaders: readonly string[]];
const HOST = ["Host", "localhost"];

describe("a request of node:http", () => {
  it.each<Row>([
    ["with a host", "1.1", HOST],
    ["with a host in other letters, after others", "1.1", ["Accept", "*/*", "hOST", "localhost"]],
    ["of HTTP/1.0 without a host", "1.0", []],
    ["of HTTP/1.0 with other headers and no host", "1.0", ["Accept", "*/*"]],
    ["of HTTP/2, whose authority is its host", "2.0", [":authority", "localhost", ":path", "/"]],
    ["in chunks", "1.1", [...HOST, "Transfer-Encoding", "chunked"]],
    ["in chunks, in other letters and spaces", "1.1", [...HOST, "transfer-encoding", " Chunked "]],
    ["with a header as long as Host", "1.1", [...HOST, "Date", "now"]],
  ])("%s has one reading", (_what, httpVersion, rawHeaders) => {
    expect(() => requireOneReading({ httpVersion, rawHeaders })).not.toThrow();
  });

  it.each<Row>([
    ["without a host", "1.1", []],
    ["with other headers and no host", "1.1", ["Accept", "*/*", "Date", "now"]],
    ["with a name that only ends as HTTP/2's do", "1.1", ["Accept:", "*/*"]],
    ["with an empty host", "1.1", ["Host", ""]],
    ["of HTTP/1.0 with an empty host", "1.0", ["Host", ""]],
    ["with two hosts", "1.1", [...HOST, "host", "localhost"]],
    ["of HTTP/1.0 with two hosts", "1.0", [...HOST, ...HOST]],
  ])("%s must name its host, and once", (_what, httpVersion, rawHeaders) => {
    expect(() => requireOneReading({ httpVersion, rawHeaders })).toThrow(
      expect.objectContaining({ code: "invalid_request", message: expect.stringMatching(/host, and once/) }),
    );
  });

  it.each<Row>([
    ["gzip", "1.1", [...HOST, "Transfer-Encoding", "gzip, chunked"]],
    ["chunked twice", "1.1", [...HOST, "Transfer-Encoding", "chunked, chunked"]],
    ["one good and one other", "1.1", [...HOST, "Transfer-Encoding", "chunked", "Transfer-Encoding", "identity"]],
    ["chunks of HTTP/1.0", "1.0", ["Transfer-Encoding", "chunked"]],
    ["nothing", "1.1", [...HOST, "Transfer-Encoding", ""]],
  ])("in the transfer coding %s is refused", (_what, httpVersion, rawHeaders) => {
    expect(() => requireOneReading({ httpVersion, rawHeaders })).toThrow(
      expect.objectContaining({ code: "invalid_request", message: expect.stringMatching(/transfer coding/) }),
    );
  });
});
