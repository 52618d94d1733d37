// What a tab of the browser keeps over a reload. Storage may be forbidden: then a reload begins anew, and nothing else
// is lost.

export function remembered(memory) {
  try {
    return sessionStorage.getItem(memory) ?? "";
  } catch {
    return "";
  }
}

export function remember(memory, folder) {
  try {
    if (folder) sessionStorage.setItem(memory, folder);
  } catch {
    /* see above */
  }
}
