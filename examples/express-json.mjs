import express from "express";

/** Reads a body that is one JSON object; any other is a mistake of the client, and goes to the error handler. */
export const readObject = [requireJson, express.json({ limit: "16kb", verify: requireSome }), requireObject];

function requireJson(request, _response, next) {
  if (request.is("application/json")) return next();
  const status = request.headers["content-type"] === undefined ? 400 : 415;
  throw mistake(status, "the body must be application/json");
}

/** Express takes an empty body for an empty object. */
function requireSome(_request, _response, body) {
  if (body.length === 0) throw mistake(400, "the body is empty");
}

function requireObject({ body }, _response, next) {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return next();
  throw mistake(400, "the body must be a JSON object");
}

function mistake(status, message) {
  return Object.assign(new Error(message), { status });
}

/** Answers what no route took, and what went wrong: as JSON, with the sentence under `key`. Of a fault of the server the client learns nothing. */
export function answerTheRest(app, key) {
  app.use((request, response, next) => {
    // Express itself tells which methods a route has.
    if (request.method === "OPTIONS") return next();
    response.status(404).json({ [key]: "there is no such route" });
  });
  app.use((error, _request, response, _next) => {
    const isMistake = error.status >= 400 && error.status < 500;
    if (!isMistake) console.error(error);
    response.status(isMistake ? error.status : 500).json({ [key]: isMistake ? error.message : "something went wrong" });
  });
}
