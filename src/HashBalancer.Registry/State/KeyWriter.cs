using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>What writes to keys mean: check-and-set, locks, and that an equal value moves no index and wakes nobody.</summary>
/// <remarks>Guarded by the state's lock.</remarks>
internal sealed class KeyWriter(RegistryState state)
{
    private readonly Dictionary<string, TimeSpan> _lockDelays = new(StringComparer.Ordinal);

    private KeyValues Table => state.Keys;

    /// <summary>Writes a pair; a lock on it stays, but its LockIndex starts over.</summary>
    public KVPair Set(Change change, string key, byte[] value, ulong flags)
    {
        KVPair? before = Table.Find(key);
        return Put(change, before, new KVPair { Key = key, Value = OrNull(value), Flags = flags, Session = before?.Session });
    }

    /// <summary>Writes a pair if its ModifyIndex is the given one; 0 stands for a key that does not exist.</summary>
    /// <returns>The pair, or null when the index differs.</returns>
    public KVPair? SetIf(Change change, string key, byte[] value, ulong flags, ulong index) =>
        (Table.Find(key)?.ModifyIndex ?? 0) == index ? Set(change, key, value, flags) : null;

    /// <summary>Whether nobody can lock a key, because its holder's session ended a short while ago.</summary>
    public bool IsDelayed(string key) => _lockDelays.TryGetValue(key, out TimeSpan end) && end > state.Uptime;

    /// <summary>Writes a pair and locks it for a session.</summary>
    /// <returns>The pair, or null when another session holds it or the lock-delay runs.</returns>
    /// <exception cref="StateException">There is no such session.</exception>
    public KVPair? Lock(Change change, string key, byte[] value, ulong flags, string session)
    {
        if (IsDelayed(key))
            return null;
        if (session.Length == 0)
            throw new StateException("missing session");
        if (state.Sessions.Find(session) is null)
            throw new StateException($"invalid session \"{session}\"");
        KVPair? before = Table.Find(key);
        if (before?.Session is not null && before.Session != session)
            return null;
        return Put(change, before, new KVPair
        {
            Key = key,
            Value = OrNull(value),
            Flags = flags,
            Session = session,
            LockIndex = before is null ? 1 : before.Session == session ? before.LockIndex : before.LockIndex + 1,
        });
    }

    /// <summary>Writes a pair and gives its lock back.</summary>
    /// <returns>The pair, or null when the session does not hold it.</returns>
    /// <exception cref="StateException">No session is named.</exception>
    public KVPair? Unlock(Change change, string key, byte[] value, ulong flags, string session)
    {
        if (session.Length == 0)
            throw new StateException("missing session");
        return Table.Find(key) is { } before && before.Session == session
            ? Put(change, before, new KVPair { Key = key, Value = OrNull(value), Flags = flags, LockIndex = before.LockIndex })
            : null;
    }

    /// <summary>Deletes a key; a lock does not hinder it, and a missing one is fine.</summary>
    public void Delete(Change change, string key)
    {
        if (Table.Find(key) is { } pair)
            Table.Drop(change, pair, state.Uptime);
    }

    /// <summary>Deletes a key if its ModifyIndex is the given one; a missing one is fine.</summary>
    public bool DeleteIf(Change change, string key, ulong index)
    {
        if (Table.Find(key) is { } pair && pair.ModifyIndex != index)
            return false;
        Delete(change, key);
        return true;
    }

    public void DeleteBelow(Change change, string prefix)
    {
        foreach (KVPair pair in Table.Below(prefix))
            Delete(change, pair.Key);
    }

    /// <summary>A session ended: its locks go, with or without their keys, and the lock-delay begins.</summary>
    public void EndSession(Change change, string session, bool deleteKeys, TimeSpan delay)
    {
        foreach (string key in Table.HeldBy(session).ToArray())
        {
            KVPair pair = Table.Find(key)!;
            if (deleteKeys)
                Delete(change, key);
            else
                Put(change, pair, pair with { Session = null });
            if (delay > TimeSpan.Zero)
                change.Afterwards(() => _lockDelays[key] = state.Uptime + delay);
        }
    }

    /// <summary>Forgets lock-delays that are over.</summary>
    public void PruneLockDelays(TimeSpan now)
    {
        foreach (string key in _lockDelays.Where(pair => pair.Value <= now).Select(pair => pair.Key).ToArray())
            _lockDelays.Remove(key);
    }

    private KVPair Put(Change change, KVPair? before, KVPair pair)
    {
        if (before is not null && Same(before, pair))
            return before;
        pair = pair with { CreateIndex = before?.CreateIndex ?? change.Index, ModifyIndex = change.Index };
        Table.Put(change, pair);
        return pair;
    }

    private static bool Same(KVPair a, KVPair b) =>
        a.LockIndex == b.LockIndex && a.Flags == b.Flags && a.Session == b.Session && (a.Value ?? []).AsSpan().SequenceEqual(b.Value ?? []);

    private static byte[]? OrNull(byte[] value) => value.Length > 0 ? value : null;
}
