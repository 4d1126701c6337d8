using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>The table of sessions: they end with their time to live, with a check of theirs, with their node, or on demand.</summary>
/// <remarks>Guarded by the state's lock.</remarks>
internal sealed class Sessions(RegistryState state) : IDisposable
{
    private const int UuidLength = 36;

    /// <summary>The longest lock-delay that takes effect, whatever the session says.</summary>
    private static readonly TimeSpan MaxLockDelay = TimeSpan.FromSeconds(60);

    private readonly SortedDictionary<string, Row> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, string Check), HashSet<string>> _byCheck = [];

    /// <summary>Index of the last write to the table; 0 while it was never written.</summary>
    public ulong Index { get; private set; }

    /// <summary>All sessions by id.</summary>
    public IEnumerable<SessionEntry> All => _rows.Values.Select(row => row.Entry);

    /// <summary>The session of an id, or null.</summary>
    /// <exception cref="StateException">The id is no UUID.</exception>
    public SessionEntry? Find(string id)
    {
        if (id.Length != UuidLength)
            throw new StateException($"failed session lookup: index error: UUID must be {UuidLength} characters");
        if (!Guid.TryParseExact(id, "D", out _))
            throw new StateException("failed session lookup: index error: Invalid UUID");
        return _rows.GetValueOrDefault(id)?.Entry;
    }

    /// <summary>Makes a session.</summary>
    /// <param name="change">The write it is part of.</param>
    /// <param name="entry">The session, without id and indexes.</param>
    /// <exception cref="StateException">Its node or a check of it is not registered, or a check is critical.</exception>
    public SessionEntry Create(Change change, SessionEntry entry)
    {
        if (!state.Catalog.Nodes.TryGetValue(entry.Node, out NodeRow? node))
            throw new StateException("Missing node registration");
        foreach (string id in ChecksOf(entry))
        {
            if (!node.Checks.TryGetValue(id, out HealthCheck? check))
                throw new StateException($"Missing check '{id}' registration");
            if (check.Status == CheckStatus.Critical)
                throw new StateException($"Check '{id}' is in critical state");
        }

        entry = entry with { ID = state.NewId(), CreateIndex = change.Index, ModifyIndex = change.Index };
        Add(entry);
        Move(change);
        return entry;
    }

    /// <summary>Restarts a session's time to live.</summary>
    /// <returns>The session, or null when there is none.</returns>
    /// <exception cref="StateException">The id is no UUID.</exception>
    public SessionEntry? Renew(string id)
    {
        if (Find(id) is not { } entry)
            return null;
        StartTimer(_rows[id]);
        return entry;
    }

    /// <summary>Ends a session; an unknown one is fine.</summary>
    /// <exception cref="StateException">The id is no UUID.</exception>
    public void Destroy(Change change, string id)
    {
        if (Find(id) is { } entry)
            End(change, entry);
    }

    /// <summary>A check turned critical or went away: the sessions that depend on it end.</summary>
    public void CheckLost(Change change, string node, string check)
    {
        if (!_byCheck.TryGetValue((node, check), out HashSet<string>? ids))
            return;
        foreach (string id in ids.ToArray())
            End(change, _rows[id].Entry);
    }

    /// <summary>A node went away with all its sessions.</summary>
    public void NodeLost(Change change, string node)
    {
        foreach (SessionEntry entry in All.Where(entry => entry.Node == node).ToArray())
            End(change, entry);
    }

    /// <summary>Puts back what a snapshot holds; every time to live starts anew.</summary>
    public void Restore(IEnumerable<SessionEntry> entries, ulong index)
    {
        foreach (SessionEntry entry in entries)
            Add(entry);
        Index = index;
    }

    public void Dispose()
    {
        foreach (Row row in _rows.Values)
            row.Timer?.Dispose();
    }

    private void End(Change change, SessionEntry entry)
    {
        Row row = Take(entry);
        change.OnRollBack(() => Put(row));
        change.Afterwards(() => row.Timer?.Dispose());
        Move(change);
        TimeSpan delay = entry.LockDelay.TimeSpan;
        state.KeyWriter.EndSession(
            change, entry.ID, entry.Behavior == SessionBehavior.Delete, delay < MaxLockDelay ? delay : MaxLockDelay);
    }

    private void Move(Change change)
    {
        ulong before = Index;
        Index = change.Index;
        change.OnRollBack(() => Index = before);
        change.Touch(Topic.Sessions);
    }

    private void Add(SessionEntry entry)
    {
        var row = new Row(entry);
        Put(row);
        StartTimer(row);
    }

    private void Put(Row row)
    {
        _rows.Add(row.Entry.ID, row);
        foreach (string check in ChecksOf(row.Entry))
        {
            if (!_byCheck.TryGetValue((row.Entry.Node, check), out HashSet<string>? ids))
                _byCheck.Add((row.Entry.Node, check), ids = new(StringComparer.Ordinal));
            ids.Add(row.Entry.ID);
        }
    }

    private Row Take(SessionEntry entry)
    {
        _rows.Remove(entry.ID, out Row? row);
        foreach (string check in ChecksOf(entry))
        {
            HashSet<string> ids = _byCheck[(entry.Node, check)];
            ids.Remove(entry.ID);
            if (ids.Count == 0)
                _byCheck.Remove((entry.Node, check));
        }

        return row!;
    }

    private static HashSet<string> ChecksOf(SessionEntry entry) =>
    [
        .. entry.NodeChecks ?? [],
        .. entry.Checks ?? [],
        .. (entry.ServiceChecks ?? []).Select(check => check.ID),
    ];

    /// <summary>Consul grants twice the time to live, so that a renewal that is under way counts.</summary>
    private void StartTimer(Row row)
    {
        if (!GoDuration.TryParse(row.Entry.TTL, out GoDuration ttl) || ttl <= GoDuration.Zero)
            return;
        TimeSpan life = ttl.TimeSpan * 2;
        row.Deadline = state.Uptime + life;
        if (row.Timer is null)
            row.Timer = state.Time.CreateTimer(_ => Expire(row), null, life, Timeout.InfiniteTimeSpan);
        else
            row.Timer.Change(life, Timeout.InfiniteTimeSpan);
    }

    private void Expire(Row row)
    {
        using Change change = state.BeginChange();
        // A renewal may have come, or the session may have ended, while this waited for the lock.
        if (_rows.GetValueOrDefault(row.Entry.ID) == row && !Deadlines.IsBefore(row.Timer!, row.Deadline - state.Uptime))
            End(change, row.Entry);
    }

    private sealed class Row(SessionEntry entry)
    {
        public SessionEntry Entry { get; } = entry;

        public ITimer? Timer { get; set; }

        public TimeSpan Deadline { get; set; }
    }
}
