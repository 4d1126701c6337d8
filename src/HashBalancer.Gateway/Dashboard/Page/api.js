// Calls of the admin API. Where the gateway asks for a token, the browser did so when it opened the page, and sends it along by itself.

export const call = (path, options = {}) => fetch(path, { cache: 'no-store', credentials: 'same-origin', redirect: 'error', ...options });

// The answer's JSON; an Error with the gateway's own words when it did not do what it was asked to.
export async function ask(path, body) {
  let answer;
  try {
    answer = await call(path, body === undefined ? {} : {
      method: 'POST',
      ...(body === null ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new Error('The gateway does not answer.');
  }
  if (answer.ok) return answer.json();
  throw new Error(await reasonIn(answer));
}

export async function reasonIn(answer) {
  const text = await answer.text();
  try {
    const problem = JSON.parse(text);
    return problem.detail ?? problem.title ?? `The gateway answered ${answer.status}.`;
  } catch {
    return text.trim() || `The gateway answered ${answer.status}.`;
  }
}

export const poolPath = (pool, rest) => `/api/v1/pools/${encodeURIComponent(pool)}/${rest}`;
