namespace HashBalancer.Registry;

/// <summary>All that the registry knows, and the one lock that guards it. Pure: no network, and time and chance are injected.</summary>
/// <remarks>
/// Writes go through <see cref="BeginChange"/>, reads through <see cref="Read{T}"/> or <see cref="QueryAsync{T}"/>. The lock is held for the
/// time of table look-ups only: rows are immutable, so that answers are serialised and filtered outside of it. Thread-safe.
/// </remarks>
internal sealed class RegistryState : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Change _change;
    private readonly Random _random;
    private readonly long _start;

    public RegistryState(AgentIdentity identity, TimeProvider time, Random random)
    {
        Identity = identity;
        Time = time;
        _random = random;
        _start = time.GetTimestamp();
        _change = new Change(this);
        Writer = new CatalogWriter(Catalog);
        Catalog.Extinct = Views.Extinct;
        Agent = new LocalAgent(this);
        Acl = new AclTable(this);
        Sessions = new Sessions(this);
        KeyWriter = new KeyWriter(this);
        Writer.CheckLost = Sessions.CheckLost;
        Writer.NodeLost = Sessions.NodeLost;
        using (Change change = BeginChange())
            Agent.RegisterSelf(change);
    }

    public AgentIdentity Identity { get; }

    public TimeProvider Time { get; }

    public Catalog Catalog { get; } = new();

    public CatalogWriter Writer { get; }

    public LocalAgent Agent { get; }

    public KeyValues Keys { get; } = new();

    public KeyWriter KeyWriter { get; }

    public Sessions Sessions { get; }

    public AclTable Acl { get; }

    public UserEvents Events { get; } = new();

    public StreamViews Views { get; } = new();

    public WatchTable Watches { get; } = new();

    /// <summary>The time since the start: a jump of the system's clock does not move it.</summary>
    public TimeSpan Uptime => Time.GetElapsedTime(_start);

    /// <summary>The index of the last write. Starts where a new agent's writes of its own node end.</summary>
    public ulong Index { get; private set; } = 10;

    /// <summary>Begins a write; the lock is held until the change is disposed.</summary>
    public Change BeginChange()
    {
        _lock.Enter();
        return _change;
    }

    /// <summary>For <see cref="Change"/> alone.</summary>
    public void EndChange() => _lock.Exit();

    /// <summary>For <see cref="Change"/> alone.</summary>
    public ulong TakeIndex() => ++Index;

    /// <summary>Goes on from a higher index, as a restart from a snapshot does.</summary>
    /// <remarks>The caller holds the lock.</remarks>
    public void SkipTo(ulong index) => Index = Math.Max(Index, index);

    /// <summary>Ends every timer of the agent's checks.</summary>
    public void Dispose()
    {
        using Change change = BeginChange();
        Agent.Dispose();
        Sessions.Dispose();
    }

    /// <summary>Reads under the lock.</summary>
    public T Read<T>(Func<T> read)
    {
        lock (_lock)
            return read();
    }

    /// <summary>A random part of a length of time, from nothing up to it.</summary>
    public TimeSpan RandomPart(TimeSpan whole)
    {
        lock (_lock)
            return whole * _random.NextDouble();
    }

    /// <summary>A new random UUID.</summary>
    /// <remarks>The caller holds the lock.</remarks>
    public string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    /// <summary>Runs a query; when the caller names an index, waits until the answer's is above it or the time is over.</summary>
    /// <param name="query">Runs under the lock, at once and after each wake.</param>
    /// <param name="minIndex">The index the caller has; 0 answers at once.</param>
    /// <param name="wait">The longest wait.</param>
    /// <param name="caller">Ends the wait when the caller goes away.</param>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    /// <remarks>A wait that runs out gives the answer of its start or last wake, as Consul's does, unless the query asks otherwise.
    /// No thread is held while waiting.</remarks>
    public async Task<QueryAnswer<T>> QueryAsync<T>(Query<T> query, ulong minIndex, TimeSpan wait, CancellationToken caller)
    {
        long start = Time.GetTimestamp();
        bool wasMissing = false;
        while (true)
        {
            QueryAnswer<T> answer;
            Waiter waiter;
            lock (_lock)
            {
                var topics = new List<Topic>();
                answer = query(topics);
                if (minIndex == 0)
                    return answer;
                // Still missing, though other writes moved its index: nothing has changed for the caller.
                if (wasMissing && answer.Missing)
                    minIndex = Math.Max(minIndex, answer.Index);
                wasMissing = answer.Missing;
                if (answer.Index > minIndex)
                    return answer;
                waiter = Watches.Add(topics);
            }

            bool woken = false;
            try
            {
                TimeSpan rest = wait - Time.GetElapsedTime(start);
                woken = await waiter.WaitAsync(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, Time, caller);
            }
            finally
            {
                if (!woken)
                {
                    lock (_lock)
                        Watches.Remove(waiter);
                }
            }

            if (!woken)
                return answer.RefreshesAtTimeout ? Read(() => query([])) : answer;
        }
    }
}

/// <summary>Answers a query from the state and lists what a wait for its next answer watches.</summary>
internal delegate QueryAnswer<T> Query<T>(List<Topic> watch);

/// <summary>Makes answers whose type follows from the value.</summary>
internal static class QueryAnswer
{
    public static QueryAnswer<T> Of<T>(ulong index, T value) => new(index, value);
}

/// <summary>An answer and the index it stands at.</summary>
/// <param name="Index">What X-Consul-Index says.</param>
/// <param name="Value">The answer.</param>
/// <param name="Missing">Whether what was asked for does not exist.</param>
/// <param name="RefreshesAtTimeout">Whether a wait that runs out asks once more.</param>
internal readonly record struct QueryAnswer<T>(ulong Index, T Value, bool Missing = false, bool RefreshesAtTimeout = false);
