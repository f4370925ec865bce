// Ask the service.

import { byId } from "./dom.js";
import { onPage } from "./words.js";

export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

function headers(more = {}) {
  const token = sessionStorage.getItem("km3aid-token");
  return token ? { ...more, Authorization: `Bearer ${token}` } : more;
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("the service does not answer; is km3aid serve still running?", 0);
  }
  if (response.ok) return response;
  if (response.status === 401) byId("token-form").hidden = false;
  const text = await response.text();
  let said = text;
  try {
    said = JSON.parse(text).error ?? text;
  } catch {
    said = text || response.statusText;
  }
  throw new ApiError(onPage(said), response.status);
}

/** POST JSON; try once more after a pause where the service is busy. */
export async function post(path, body, signal) {
  const options = { method: "POST", headers: headers({ "Content-Type": "application/json" }), body: JSON.stringify(body), signal };
  try {
    return await ask(path, options);
  } catch (error) {
    if (error.status !== 429) throw error;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return ask(path, options);
  }
}

export const postJson = async (path, body, signal) => (await post(path, body, signal)).json();
export const getJson = async (path) => (await ask(path, { headers: headers() })).json();
let models = null;
/** The model, formats and solvents of the service, asked for once. */
export const getModels = () => (models ??= getJson("api/models").catch((error) => {
  models = null;
  throw error;
}));
export const send = (path, method, body, type) => ask(path, { method, headers: headers(type ? { "Content-Type": type } : {}), body });

/** The events of a stream, one by one: [name, data]. */
export async function* events(path, signal) {
  const response = await ask(path, { headers: headers(), signal });
  let rest = "";
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + part).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((l) => [l.slice(0, l.indexOf(":")), l.slice(l.indexOf(":") + 2)]));
      yield [fields.event, JSON.parse(fields.data)];
    }
  }
}

/** A file as the body of /api/parse, in base 64 so that any kind of file can be sent. */
export async function fileContent(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return { base64: btoa(binary), name: file.name };
}
