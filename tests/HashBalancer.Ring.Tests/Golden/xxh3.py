"""XXH3, 64 bits, seed 0, in plain Python, after the published description of the algorithm (xxHash, doc/xxhash_spec.md)."""
M = (1 << 64) - 1
P32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
P64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
S = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")

def u32(b, i): return int.from_bytes(b[i:i + 4], "little")
def u64(b, i): return int.from_bytes(b[i:i + 8], "little")
def rot(x, n): return (x << n | x >> (64 - n)) & M
def fold(a, b): return (a * b >> 64) ^ (a * b & M)
def mix(d, i, k): return fold(u64(d, i) ^ u64(S, k), u64(d, i + 8) ^ u64(S, k + 8))

def avalanche(h):
    h ^= h >> 37
    h = h * 0x165667919E3779F9 & M
    return h ^ h >> 32

def avalanche_short(h):
    h = (h ^ h >> 33) * P64[1] & M
    h = (h ^ h >> 29) * P64[2] & M
    return h ^ h >> 32

def long_hash(d):
    n = len(d)
    acc = [P32[2], P64[0], P64[1], P64[2], P64[3], P32[1], P64[4], P32[0]]
    def stripe(at, key):
        for i in range(8):
            value = u64(d, at + 8 * i)
            keyed = value ^ u64(S, key + 8 * i)
            acc[i ^ 1] = (acc[i ^ 1] + value) & M
            acc[i] = (acc[i] + (keyed & 0xFFFFFFFF) * (keyed >> 32)) & M
    for k in range((n - 1) // 64):
        stripe(64 * k, 8 * (k % 16))
        if k % 16 == 15:
            for i in range(8):
                acc[i] = (acc[i] ^ acc[i] >> 47 ^ u64(S, 128 + 8 * i)) * P32[0] & M
    stripe(n - 64, 192 - 64 - 7)
    return avalanche((n * P64[0] + sum(fold(acc[2 * i] ^ u64(S, 11 + 16 * i), acc[2 * i + 1] ^ u64(S, 19 + 16 * i)) for i in range(4))) & M)

def xxh3_64(d):
    n = len(d)
    if n == 0:
        return avalanche_short(u64(S, 56) ^ u64(S, 64))
    if n <= 3:
        return avalanche_short((d[0] << 16 | d[n >> 1] << 24 | d[-1] | n << 8) ^ u32(S, 0) ^ u32(S, 4))
    if n <= 8:
        h = (u32(d, n - 4) + (u32(d, 0) << 32) & M) ^ u64(S, 8) ^ u64(S, 16)
        h = (h ^ rot(h, 49) ^ rot(h, 24)) * 0x9FB21C651E98DF25 & M
        h = (h ^ (h >> 35) + n & M) * 0x9FB21C651E98DF25 & M
        return h ^ h >> 28
    if n <= 16:
        low, high = u64(d, 0) ^ u64(S, 24) ^ u64(S, 32), u64(d, n - 8) ^ u64(S, 40) ^ u64(S, 48)
        return avalanche(n + int.from_bytes(low.to_bytes(8, "big"), "little") + high + fold(low, high) & M)
    if n <= 128:
        pairs = range((n - 1) // 32 + 1)
        return avalanche(n * P64[0] + sum(mix(d, 16 * i, 32 * i) + mix(d, n - 16 * (i + 1), 32 * i + 16) for i in pairs) & M)
    if n <= 240:
        first = avalanche(n * P64[0] + sum(mix(d, 16 * i, 16 * i) for i in range(8)) & M)
        return avalanche(first + sum(mix(d, 16 * i, 16 * i - 125) for i in range(8, n // 16)) + mix(d, n - 16, 119) & M)
    return long_hash(d)
