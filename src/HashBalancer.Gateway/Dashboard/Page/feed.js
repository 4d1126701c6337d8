// The feed of server-sent events: read by hand, because EventSource does not tell why it was refused, nor that all is silent.

import { call, reasonIn } from './api.js';

const silence = 5000; // The gateway speaks every second.
const pauses = [1000, 2000, 3000, 5000];

export class Feed {
  // told(kind, data): whole or change; state(live, why, pause): whether the gateway speaks, and if not, when it is asked again.
  constructor(told, state) {
    this.told = told;
    this.state = state;
    this.failures = 0;
    this.turn = 0;
  }

  // Follows a pool from now on; null: the gateway's first.
  open(pool) {
    this.pool = pool;
    this.turn++;
    this.failures = 0;
    clearTimeout(this.timer);
    this.abort?.abort();
    this.run(this.turn);
  }

  async run(turn) {
    const abort = this.abort = new AbortController();
    let reason = 'The gateway does not answer.';
    let quiet;
    const listen = () => { clearTimeout(quiet); quiet = setTimeout(() => abort.abort(), silence); };
    try {
      listen();
      const answer = await call('/api/v1/feed' + (this.pool ? `?pool=${encodeURIComponent(this.pool)}` : ''), { signal: abort.signal });
      if (answer.ok) {
        await this.read(answer.body, listen, turn);
        reason = this.ended ? 'The gateway has ended.' : 'The connection to the gateway was lost.';
      } else {
        reason = await reasonIn(answer);
      }
    } catch {
      // No connection, or it broke, or it fell silent: all the same to who looks at it.
    } finally {
      clearTimeout(quiet);
    }
    if (turn !== this.turn) return;
    const pause = pauses[Math.min(this.failures++, pauses.length - 1)];
    this.state(false, reason, pause);
    this.timer = setTimeout(() => turn === this.turn && this.run(turn), pause);
  }

  async read(stream, listen, turn) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    this.ended = false;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      listen();
      rest += value;
      for (let end; (end = rest.indexOf('\n\n')) >= 0; rest = rest.slice(end + 2)) {
        const [event, data] = rest.slice(0, end).split('\ndata: ');
        if (turn !== this.turn) return;
        const kind = event.slice('event: '.length);
        if (kind === 'end') { this.ended = true; continue; }
        this.failures = 0;
        this.state(true);
        this.told(kind, JSON.parse(data));
      }
    }
  }
}
