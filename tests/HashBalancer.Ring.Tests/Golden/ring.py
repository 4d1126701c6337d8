"""The ring's format, version 1, as any language would write it. `python3 ring.py` checks vectors.json; `--write` makes it anew.

Position:  upper 32 bits of XXH3-64 (seed 0), on a circle of 2^32.
Points:    a member of weight w has max(1, round(w * points per unit weight, halves up)) points, none when w is 0; point i lies
           at the position of the hash of the id's UTF-8 bytes followed by i as 4 bytes, little endian.
Order:     by position, then by the id's UTF-8 bytes.
Walk:      one cursor on the first point at or after the key's position (wrapping), one on the point before it; the nearer cursor
           gives the next node and steps outward, the first one when both are equally near; a node counts once. Owner = first.
"""
import bisect, json, pathlib, sys
from xxh3 import xxh3_64

FILE = pathlib.Path(__file__).with_name("vectors.json")

def points(members, per_unit):
    ring = []
    for index, (name, weight) in enumerate(members):
        raw = name.encode()
        count = max(1, int(weight * per_unit + 0.5)) if weight > 0 else 0
        ring += [(xxh3_64(raw + i.to_bytes(4, "little")) >> 32, raw, index) for i in range(count)]
    return sorted(ring)

def walk(ring, positions, key, length):
    at = xxh3_64(key.encode()) >> 32
    after = bisect.bisect_left(positions, at)
    before, nodes = after - 1, []
    for _ in range(len(ring)):
        right, left = ring[after % len(ring)], ring[before % len(ring)]
        if (right[0] - at) % 2**32 <= (at - left[0]) % 2**32:
            node, after = right[2], after + 1
        else:
            node, before = left[2], before - 1
        if node not in nodes:
            nodes.append(node)
            if len(nodes) == length:
                break
    return nodes

def walks(data):
    for membership in data["memberships"]:
        ring = points(membership["members"], membership["pointsPerUnitWeight"])
        positions = [point[0] for point in ring]
        yield [walk(ring, positions, key, data["walkLength"]) for key in data["keys"]]

if __name__ == "__main__":
    vectors = json.loads(FILE.read_text())
    hashes = [f"{xxh3_64(key.encode()):016x}" for key in vectors["keys"]]
    found = list(walks(vectors))
    if "--write" in sys.argv:
        vectors["hashes"] = hashes
        for membership, answers in zip(vectors["memberships"], found):
            membership["walks"] = answers
        FILE.write_text(json.dumps(vectors, separators=(",", ":"), ensure_ascii=True).replace('{"name"', '\n{"name"') + "\n")
    wrong = sum(a != b for a, b in zip(hashes, vectors["hashes"]))
    wrong += sum(a != b for m, answers in zip(vectors["memberships"], found) for a, b in zip(answers, m["walks"]))
    print(f"{len(hashes)} keys x {len(found)} memberships, {wrong} differences")
    sys.exit(1 if wrong else 0)
