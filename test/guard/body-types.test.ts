import { describe, expect, it } from "vitest";
import * as bodyTypes from "../../dist/guard/body-types.js";

const [isJson, isForm] = [bodyTypes.isJsonType, bodyTypes.isFormType];

describe("a media type", () => {
  it.each([
    "application/json",
    "Application/JSON",
    " application/json",
    "application/json ; charset=utf-8",
    "application/problem+json",
    "application/vnd.api+json",
    "application/x.y-z+json;v=1",
  ])("%j is JSON", (type) => {
    expect([isJson(type), isForm(type)]).toEqual([true, false]);
  });

  it.each([
    "application/x-www-form-urlencoded",
    "Application/X-WWW-Form-Urlencoded;charset=utf-8",
    " multipart/form-data; boundary=x",
    "multipart/form-data",
  ])("%j is a form", (type) => {
    expect([isJson(type), isForm(type)]).toEqual([false, true]);
  });

  it.each([
    undefined,
    null,
    "",
    "text/plain",
    "text/application/json",
    "xapplication/json",
    "application/jsonp",
    "application/json+x",
    "application/ +json",
    "application/a b+json",
    "application/(x)+json",
    "xmultipart/form-data",
    "multipart/form-datax",
    "application/x-www-form-urlencoded2",
  ])("%j is neither", (type) => {
    expect([isJson(type), isForm(type)]).toEqual([false, false]);
  });
});
