// List the routes of the OpenAPI description and their fields.

import { getJson } from "./api.js";
import { byId, h } from "./dom.js";

const api = await getJson("api/openapi.json");
const resolve = (schema) => (schema?.$ref ? api.components.schemas[schema.$ref.split("/").at(-1)] : schema);

function kind(schema) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.anyOf) return schema.anyOf.map(kind).join(" or ");
  if (schema.enum) return schema.enum.map((v) => `"${v}"`).join(" | ");
  if (schema.const !== undefined) return `"${schema.const}"`;
  return schema.type === "array" ? `list of ${kind(schema.items ?? schema.prefixItems?.[0] ?? {})}` : (schema.type ?? "any");
}

function fields(schema) {
  const rows = Object.entries(schema?.properties ?? {}).map(([name, field]) => h("tr", {},
    h("td", {}, h("code", {}, name), schema.required?.includes(name) ? " *" : ""), h("td", {}, kind(field)), h("td", {}, field.description ?? "")));
  return rows.length ? h("table", {}, h("thead", {}, h("tr", {}, ["field", "type", ""].map((t) => h("th", { scope: "col" }, t)))), h("tbody", {}, rows)) : null;
}

const routes = Object.entries(api.paths).flatMap(([path, verbs]) => Object.entries(verbs).map(([verb, route]) => {
  const body = Object.values(route.requestBody?.content ?? {})[0]?.schema;
  return h("section", { class: "panel" }, h("h2", {}, h("span", { class: "verb" }, verb.toUpperCase()), h("code", {}, path)), h("p", {}, route.summary ?? ""), fields(resolve(body)));
}));
byId("routes").className = "doc";
const parts = ["PeakRecord", "Filters"].map((name) => h("section", { class: "panel" }, h("h2", {}, name), fields(api.components.schemas[name])));
byId("routes").replaceChildren(...routes, ...parts);
