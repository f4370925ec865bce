// Workspaces in the browser's own database: every change is kept, and the latest can be opened again.

const KEPT = 50;
let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("km3aid", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("workspaces", { keyPath: "id" }).createIndex("saved", "saved");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const objects = async (mode) => (await database()).transaction("workspaces", mode).objectStore("workspaces");

/** Keep a workspace {id, title, state}; the oldest beyond a number are forgotten. */
export async function keep(entry) {
  const store = await objects("readwrite");
  store.put({ ...entry, saved: Date.now() });
  const keys = await done(store.index("saved").getAllKeys());
  for (const id of keys.slice(0, -KEPT)) store.delete(id);
}

export const find = async (id) => done((await objects("readonly")).get(id));
export const forget = async (id) => done((await objects("readwrite")).delete(id));

/** All workspaces, the latest first. */
export const all = async () => (await done((await objects("readonly")).index("saved").getAll())).reverse();
