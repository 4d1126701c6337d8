// Drives an agent with the npm package "consul": node client.mjs http://127.0.0.1:8500
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import Consul from "consul";

const address = new URL(process.argv[2]);
const consul = new Consul({ host: address.hostname, port: Number(address.port) });
const unique = randomUUID().slice(0, 8);
const service = `npm-${unique}`;
const id = `${service}/1`; // The client sends the slash as %2F.
const key = `npm/${unique}/key`;
const lock = `npm/${unique}/lock`;

async function until(condition, what) {
  const end = Date.now() + 10_000;
  while (!condition()) {
    assert.ok(Date.now() < end, `not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

// Register, and watch by blocking queries while the TTL check passes.
await consul.agent.service.register({ name: service, id, port: 4711, tags: ["v1"], check: { ttl: "30s" } });
assert.equal((await consul.agent.services())[id].Port, 4711);
const seen = [];
const watch = consul.watch({ method: consul.health.service, options: { service, passing: true, wait: "20s" } });
watch.on("change", (entries) => seen.push(entries.map((entry) => entry.Service.ID)));
watch.on("error", (error) => assert.fail(error));
await until(() => seen.length === 1, "the first answer of the watch");
assert.deepEqual(seen[0], []);
await consul.agent.check.pass({ id: `service:${id}`, note: "fine" });
await until(() => seen.length === 2, "the watch sees the passing check");
assert.deepEqual(seen[1], [id]);
assert.equal((await consul.health.checks(service))[0].Output, "fine");

// Check-and-set.
assert.equal(await consul.kv.set({ key, value: "one", cas: "0" }), true);
assert.ok(!(await consul.kv.set({ key, value: "two", cas: "0" }))); // This client makes undefined of the answer false.
const first = await consul.kv.get(key);
assert.equal(first.Value, "one");
assert.equal(await consul.kv.set({ key, value: "two", cas: String(first.ModifyIndex) }), true);
assert.equal((await consul.kv.get(key)).Value, "two");
assert.deepEqual(await consul.kv.keys(`npm/${unique}/`), [key]);

// A lock, contended and released.
const one = (await consul.session.create({ name: "one", lockdelay: "0s", ttl: "10s" })).ID;
const two = (await consul.session.create({ name: "two", lockdelay: "0s", ttl: "10s" })).ID;
assert.equal(await consul.kv.set({ key: lock, value: "one", acquire: one }), true);
assert.ok(!(await consul.kv.set({ key: lock, value: "two", acquire: two })));
assert.equal((await consul.kv.get(lock)).Session, one);
assert.equal((await consul.session.renew(one))[0].ID, one);
assert.equal(await consul.kv.set({ key: lock, value: "free", release: one }), true);
assert.equal(await consul.kv.set({ key: lock, value: "two", acquire: two }), true);
await consul.session.destroy(one);
await consul.session.destroy(two);
assert.equal((await consul.kv.get(lock)).Session, undefined);

// Maintenance, then deregistration: the watch sees both.
await consul.agent.service.maintenance({ id, enable: true, reason: "test" });
await until(() => seen.length === 3, "the watch sees the maintenance");
assert.deepEqual(seen[2], []);
await consul.agent.service.deregister(id);
assert.deepEqual(await consul.health.service(service), []);
watch.end();
await consul.kv.del({ key: `npm/${unique}/`, recurse: true });
console.log("passed");
process.exit(0);
