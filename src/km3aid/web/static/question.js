// A question to the service, and whether its answer still is one to what the page holds.

import { postJson } from "./api.js";

const LATE_MS = 300;

export class Question {
  #asking = null;
  answer = null; // {request, value, ms, …about}: the latest that came
  problem = null; // why the latest request has no answer
  waiting = false;
  late = false; // waiting for so long that the answer before must not pass for this one
  #timer = 0;

  /** `changed` is called whenever answer, problem or waiting did; `more` is sent with a request but does not tell it from others. */
  constructor(path, changed, more = {}) {
    Object.assign(this, { path, changed, more });
  }

  /** Ask; an earlier request that is still waiting is given up. `about` is kept with the answer. */
  async ask(request, about = {}) {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    this.waiting = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => ((this.late = this.waiting), this.changed()), LATE_MS);
    this.changed();
    const began = performance.now();
    try {
      const value = await postJson(this.path, { ...request, ...this.more }, asking.signal);
      this.answer = { request, value, ms: performance.now() - began, ...about };
      this.problem = null;
    } catch (error) {
      if (error.name === "AbortError") return;
      this.problem = error;
    }
    if (asking !== this.#asking) return;
    this.#settle();
  }

  #settle() {
    clearTimeout(this.#timer);
    this.waiting = this.late = false;
    this.changed();
  }

  /** Forget everything. */
  drop() {
    this.#asking?.abort();
    this.#asking = this.answer = this.problem = null;
    this.#settle();
  }

  /** Whether there is an answer, but to another request than this one. */
  isStale(request) {
    return this.answer !== null && JSON.stringify(this.answer.request) !== JSON.stringify(request);
  }
}
