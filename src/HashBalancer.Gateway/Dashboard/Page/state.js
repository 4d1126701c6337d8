// What the page knows, put together from the feed's messages.

const mostSamples = 300;

// Seconds over which a node's load is averaged for its colour.
export const memory = 20;

export class State {
  constructor() { this.clear(); }

  clear() {
    this.gateway = null;
    this.pools = [];
    this.pool = null;
    this.nodes = new Map(); // By index.
    this.reasons = []; // Names, in the order of samples.
    this.samples = [];
    this.ring = { owners: [], overridden: [] };
    this.heat = null;
    this.hot = [];
    this.plans = [];
    this.allocation = null;
    this.membersVersion = 0; // Counts up when nodes or the ring change.
  }

  apply(kind, told) {
    if (kind === 'whole') this.clear();
    this.at = told.at;
    this.gateway = told.gateway;
    this.pools = told.pools;
    if (told.reasons) this.reasons = told.reasons;
    if (told.pool !== undefined) this.pool = told.pool;
    for (const index of told.gone ?? []) this.nodes.delete(index);
    for (const [index, id, address, zone, weight, state, share] of told.nodes ?? []) {
      const known = this.nodes.get(index);
      const figures = known?.id === id ? known : { inFlight: 0, rate: 0, load: 0, latency: 0, hits: -1, utilisation: -1, errors: 0, flags: 0 };
      this.nodes.set(index, Object.assign(figures, { index, id, address, zone, weight, state, share }));
    }
    for (let at = 0; at < (told.shares?.length ?? 0); at += 2) {
      const node = this.nodes.get(told.shares[at]);
      if (node) node.share = told.shares[at + 1];
    }
    for (const [index, inFlight, rate, latency, hits, utilisation, errors, flags] of told.figures ?? []) {
      const node = this.nodes.get(index);
      if (node) Object.assign(node, { inFlight, rate, latency, hits, utilisation, errors, flags });
      if (node && kind === 'whole') node.load = rate;
    }
    for (const sample of told.history ?? []) this.samples.push(sampleOf(sample));
    if (told.sample) {
      this.samples.push(sampleOf(told.sample));
      if (this.samples.length > mostSamples) this.samples.shift();
      for (const node of this.nodes.values()) node.load += (node.rate - node.load) / memory;
    }
    if (told.ring) this.ring = told.ring;
    if (told.nodes || told.gone || told.ring) this.membersVersion++;
    if (told.heat !== undefined) this.heat = told.heat;
    if (told.hot) this.hot = told.hot.map(([hash, share, sharers, owner]) => ({ hash, share, sharers, owner }));
    if (told.plans) this.plans = told.plans;
    if (told.allocation !== undefined) this.allocation = told.allocation;
  }

  get last() { return this.samples[this.samples.length - 1] ?? null; }

  byId(id) {
    for (const node of this.nodes.values()) if (node.id === id) return node;
    return null;
  }

  // What the node's state is called: what this gateway sees of it goes before what the registry says of it.
  static stateOf(node) {
    if (node.state !== 'up') return node.state;
    return node.flags & 2 ? 'unhealthy' : node.flags & 1 ? 'ejected' : 'up';
  }
}

function sampleOf([at, latency, errors, retries, inFlight, waiting, queued, panicking, ...byReason]) {
  return { at, latency, errors, retries, inFlight, waiting, queued, panicking: panicking === 1, byReason, rate: byReason.reduce((sum, one) => sum + one, 0) };
}
